"""What administrators and commands changed: who, when, what, to whom."""
