"""Identities: accounts at other providers, which log in to an account here."""
