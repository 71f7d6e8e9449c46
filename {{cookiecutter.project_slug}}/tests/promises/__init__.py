"""One module per group of the checklist; each test carries the id of the item it proves."""
