"""The product itself: accounts, inboxes, broadcasts. Nothing here imports Flask or commits."""
