"""User accounts: people, groups, passwords, sign-ins."""
