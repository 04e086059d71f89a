"""Who reads: people, their sign-ins and settings."""
