"""Plugins of the suite: what it records beside passing and failing."""
