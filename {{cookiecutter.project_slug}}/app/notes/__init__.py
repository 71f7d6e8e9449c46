"""Notes: each account has its own."""
