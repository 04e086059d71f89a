"""The audit log: actions of administrators and commands."""
