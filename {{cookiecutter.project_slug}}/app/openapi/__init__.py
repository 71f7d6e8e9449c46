"""The API document, from the contracts of the views."""
