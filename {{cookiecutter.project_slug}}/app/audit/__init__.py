"""Audit events: who did what, on whom and when."""
