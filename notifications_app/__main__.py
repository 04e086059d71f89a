"""The ``notifications`` command: the ``flask`` command, preset to this application."""

import os

from flask.cli import main as flask_main


def main() -> None:
    """Run the command line of the application."""
    os.environ.setdefault("FLASK_APP", "notifications_app")
    flask_main()


if __name__ == "__main__":
    main()
