"""Changes to accounts and groups by an administrator, each with its audit entry."""
