"""Exports: everything that an account has stored, as one document."""
