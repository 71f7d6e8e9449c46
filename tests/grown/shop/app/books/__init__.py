"""Books: one catalogue for everybody, which editors keep."""
