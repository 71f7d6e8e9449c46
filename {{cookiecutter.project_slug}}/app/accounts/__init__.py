"""Accounts: who can log in, how they prove it, and the sessions that follow."""
