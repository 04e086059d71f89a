"""The many: sending, and what became of it."""
