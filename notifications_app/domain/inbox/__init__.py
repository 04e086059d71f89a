"""The inbox: what a reader sees and does."""
