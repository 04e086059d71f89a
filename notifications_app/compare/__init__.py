"""Flash message and notification, side by side."""
