"""The server: gunicorn with our settings, and a worker whose threads wait for no client."""
