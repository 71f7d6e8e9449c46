"""Tools of a developer's machine; nothing here is part of a deployment."""
