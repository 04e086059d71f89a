"""Keys of our own values in ``app.extensions``."""

#: The moment until which a failed cache is left alone, by :func:`time.monotonic`.
CACHE_RETRY_AT = "notifications_app: cache retry at"
#: The engine whose connections only read.
READING_ENGINE = "notifications_app: reading engine"
#: The heads of the migration scripts, read at the first ``/readyz``.
MIGRATION_HEADS = "notifications_app: migration heads"
