"""The foundation of the package; nothing here knows about notifications."""
