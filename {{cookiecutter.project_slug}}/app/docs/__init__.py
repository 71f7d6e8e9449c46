"""What the API document says of each view: summaries, descriptions and examples."""
