"""A project that has grown: a shop, laid over a new project as its owner would have written it."""
