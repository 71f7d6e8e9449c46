"""Orders: each account has its own, of books that all share."""
