"""Pipelines of projects, run as their forges would run them, with what they reach replaced."""
