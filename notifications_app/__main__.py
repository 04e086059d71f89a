"""The ``notifications`` command."""

from .app import create_app
from .cli.program import Program

program = Program(create_app)


def main() -> None:
    """Run the command line of the application."""
    program.main()


if __name__ == "__main__":
    main()
