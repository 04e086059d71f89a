"""Cost of the inbox and of broadcasts as they grow: ratios within one run, on one database.

    .venv/bin/python benchmarks/run.py [--readers 100000] [--notifications 100000]

With ``BENCHMARK_DATABASE_URL`` (an empty database that may be filled) on PostgreSQL, else on
a temporary SQLite file. Prints milliseconds, and ratios with their goals if there are any;
no test asserts a time.
"""

import argparse

import growing
import searching
from ground import add_reader, application

from notifications_app.core import clock


def main() -> None:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--notifications", type=int, default=100_000)
    asked = parser.parse_args()
    now = clock.now()
    with application() as database:
        print(f"On {database}. Where nothing else is said: the median of several tries.")
        growing.broadcasts(asked.readers, now)
        many = add_reader("many", asked.notifications, now)
        few = add_reader("few", asked.notifications // 10, now)
        page_one = growing.pages(many, asked.notifications, now)
        searching.searches(many, asked.notifications, now, page_one)
        searching.counts(many, few, now)
        searching.actions_on(few)


if __name__ == "__main__":
    main()
