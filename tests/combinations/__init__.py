"""Projects out of which any two answers, or any three, stand together in at least one."""
