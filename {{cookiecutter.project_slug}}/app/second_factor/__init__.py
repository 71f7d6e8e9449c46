"""A second factor: codes of an authenticator app, and recovery codes for when that is lost."""
