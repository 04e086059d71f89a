"""Keys of our own values in ``app.extensions``."""

#: The moment until which a failed cache is left alone, by :func:`time.monotonic`.
CACHE_RETRY_AT = "notifications_app: cache retry at"
#: The counters for ``/metrics``; missing if nobody may ask for them.
COUNTERS = "notifications_app: counters"
#: The counts of the database for ``/metrics``, and the moment when they were taken.
COUNTED = "notifications_app: counted"
#: The engine whose connections only read.
READING_ENGINE = "notifications_app: reading engine"
#: The heads of the migration scripts and all their revisions, read at the first ``/readyz``.
MIGRATIONS = "notifications_app: migrations"
#: Whether Redis did not answer when it was last asked.
REDIS_AWAY = "notifications_app: Redis is away"
#: The client that ``/readyz`` asks Redis with.
REDIS_CLIENT = "notifications_app: Redis client"
#: The hosts that were refused, and when each was last logged, by :func:`time.monotonic`.
REFUSED_HOSTS = "notifications_app: refused hosts"
