"""Plugins of the suite: they record more than passing and failing."""
