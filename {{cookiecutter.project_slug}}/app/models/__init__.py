"""What is stored: mongoengine documents, with an id and timestamps in one base."""
