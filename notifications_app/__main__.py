"""The ``notifications`` command: the ``flask`` command, preset to this application."""

import os

from flask.cli import main as flask_main


def main() -> None:
    """Run the command line of the application."""
    os.environ.setdefault("FLASK_APP", "notifications_app")
    # Else a .env of the folder one happens to be in would count; ours is read by create_app.
    os.environ["FLASK_SKIP_DOTENV"] = "1"
    flask_main()


if __name__ == "__main__":
    main()
