"""What a project deploys, on a real engine: its image, the system of a laptop, and releases."""
