"""Books: one catalogue for everybody, which staff keep."""
