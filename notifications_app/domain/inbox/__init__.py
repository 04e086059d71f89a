"""One reader and what is there for them."""
