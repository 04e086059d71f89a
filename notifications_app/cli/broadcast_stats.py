"""``flask broadcast stats``: the statistics of a notification, with bars on a terminal."""

import sys
from typing import Any

import click

from ..core import clock
from ..core.database import reading
from ..domain.broadcasts import stats_wording
from ..domain.broadcasts.stats import Stats, compute_stats
from ..domain.broadcasts.wording import people_phrase
from ..domain.channels import channel_phrase
from . import output
from .completion import complete_broadcasts
from .output import command, example, iso_or_none, print_line

#: The full length of a bar, in characters, and the blocks it is drawn with, by eighths.
LENGTH = 30
EIGHTHS = " ▏▎▍▌▋▊▉█"
NAMES, FIGURES = 19, 12


@command("stats", epilog=example("flask broadcast stats 12 --json"))
@click.argument(
    "notification_id",
    metavar="ID",
    type=click.IntRange(1, 2**31 - 1),
    shell_complete=complete_broadcasts,
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def stats(notification_id: int, as_json: bool) -> None:
    """Show how many people read and dismissed a notification, and when; times are in UTC.

    A terminal shows bars, a pipe plain text.
    """
    with reading() as connection:
        found = compute_stats(connection, notification_id, clock.now())
    if as_json:
        output.print_json(_as_dict(found))
        return
    drawn = sys.stdout.isatty()
    _head(found)
    _shares(found, drawn=drawn)
    _by_hour(found, drawn=drawn)
    print_line(_summary(found))


def _as_dict(found: Stats) -> dict[str, Any]:
    return {
        "id": found.notification_id,
        "title": found.title,
        "channel": found.channel,
        "is_local": found.is_local,
        "released_at": iso_or_none(found.released_at),
        "recalled_at": iso_or_none(found.recalled_at),
        "audience": found.audience_now,
        "audience_at_sending": found.audience_at_sending,
        "read": found.read,
        "read_before": found.read_before,
        "dismissed": found.dismissed,
        "snoozed": found.snoozed,
        "pruned": found.pruned,
        "untouched": found.untouched,
        "median_seconds_to_read": found.median_seconds_to_read,
        "hours": [{"hour": hour, "read": count} for hour, count in found.hours],
        "as_of": iso_or_none(found.made_at),
    }


def _head(found: Stats) -> None:
    to = "named people" if found.channel is None else channel_phrase(found.channel)
    local = ", at each reader’s own time" if found.is_local else ""
    lines = {
        "Notification": f"{found.notification_id} “{found.title}”",
        "To": f"{to}{local}",
    }
    if not found.never_came:
        lines["First arrival" if found.is_local else "Arrival"] = clock.full(
            found.released_at, "UTC"
        )
    if found.recalled_at is not None:
        lines["Recalled"] = clock.full(found.recalled_at, "UTC")
    for name, value in lines.items():
        print_line(f"{name:{NAMES}}  {value}")
    click.echo()


def _shares(found: Stats, *, drawn: bool) -> None:
    """Print the audience, and the numbers and shares of those who read or dismissed it."""
    if found.never_came:
        return
    _figure("Audience", f"{found.audience_now:,}")
    _figure("Audience at sending", stats_wording.audience_at_sending_phrase(found))
    if not found.has_come(found.made_at):
        click.echo()
        return
    for name, count, colour in (
        ("Read", found.read, "green"),
        ("Dismissed", found.dismissed, "yellow"),
        ("Snoozed", found.snoozed, "magenta"),
        ("No action yet", found.untouched, "bright_black"),
    ):
        percent = stats_wording.percentage(count, found.audience)
        line = f"{name:{NAMES}}  {count:>{FIGURES},}  {percent:>9}"
        _bar(line, count, found.audience, colour if drawn else None)
        if name == "Read" and found.read_before:
            print_line(f"{'':{NAMES}}  {stats_wording.read_before_phrase(found)}")
    _figure("Median time to read", stats_wording.median_phrase(found))
    if found.pruned:
        print_line(stats_wording.pruned_phrase(found))
    click.echo()


def _figure(name: str, value: str) -> None:
    click.echo(f"{name:{NAMES}}  {value:>{FIGURES}}")


def _by_hour(found: Stats, *, drawn: bool) -> None:
    if not any(count for _hour, count in found.hours):
        return
    since = "it arrived in the first zone of all" if found.is_local else "it arrived"
    click.secho(f"Read, by hour since {since}", bold=drawn)
    most = max(count for _hour, count in found.hours)
    for hour, count in found.hours:
        if not count:
            continue
        running = "  (so far)" if found.is_running(hour) else ""
        line = f"{stats_wording.hour_phrase(hour):{NAMES}}  {count:>{FIGURES},}{running:10}"
        _bar(line, count, most, "cyan" if drawn else None)
    click.echo()


def _bar(line: str, part: int, whole: int, colour: str | None) -> None:
    """Print a line; with a colour, followed by a bar."""
    if colour is None or not whole:
        click.echo(line.rstrip())
        return
    eighths = min(round(8 * LENGTH * part / whole), 8 * LENGTH)
    blocks = EIGHTHS[-1] * (eighths // 8) + EIGHTHS[eighths % 8].strip()
    bar = click.style(blocks or (EIGHTHS[1] if part else ""), fg=colour)
    click.echo(f"{line}  {bar}".rstrip())


def _summary(found: Stats) -> str:
    notification_id, when = found.notification_id, f"as of {clock.full(found.made_at, 'UTC')}"
    if found.never_came and found.recalled_at is not None:
        recalled = clock.full(found.recalled_at, "UTC")
        return (
            f"Notification {notification_id} was recalled {recalled}, before anybody received it."
        )
    if not found.has_come(found.made_at):
        return f"Nobody has received notification {notification_id} yet, {when}."
    end = "was recalled" if found.recalled_at is not None else "expired"
    before = f" before it {end}" if found.is_over else ""
    if not found.read:
        read = "read" if found.is_over else "has read"
        return f"Nobody {read} notification {notification_id}{before or ' yet'}, {when}."
    part = f"{found.read:,} of " if found.read <= found.audience else ""
    whole = people_phrase(found.audience if part else found.read)
    return f"Notification {notification_id} was read by {part}{whole}{before}, {when}."
