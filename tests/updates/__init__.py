"""Projects that live on: later versions of the template, other answers, every way to get it."""
