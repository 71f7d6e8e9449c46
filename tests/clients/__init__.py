"""API documents of projects, as strangers and their tools read them."""
