"""What the product is built on and which knows nothing of notifications."""
