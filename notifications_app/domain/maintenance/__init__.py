"""Work on the whole database: backups, and whether it is sound."""
