"""What the app does; knows nothing of HTTP."""
