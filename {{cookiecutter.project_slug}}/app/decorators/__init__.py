"""What happens around one view; see contract.py for the order in which they are read."""
