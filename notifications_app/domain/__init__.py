"""What the product does: accounts, inboxes, broadcasts. No Flask here, and nothing commits."""
