"""The ``notifications`` command: Flask's own, with this application chosen already."""

import os

from flask.cli import main as flask_main


def main() -> None:
    """Run the command line of the application."""
    os.environ.setdefault("FLASK_APP", "notifications_app")
    flask_main()


if __name__ == "__main__":
    main()
