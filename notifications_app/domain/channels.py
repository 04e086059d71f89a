"""Names of channels, which are the addresses of broadcasts.

A channel is ``everyone``, ``role:admin`` or ``group:<name>``. A suffix like ``@Europe/Paris``
limits it to the members who live in that zone.
"""

EVERYONE = "everyone"
ADMINS = "role:admin"
_GROUP, _IN = "group:", "@"
CHANNEL_PHRASES = {EVERYONE: "everyone", ADMINS: "the administrators"}


def of_group(name: str) -> str:
    """Return the channel of a group."""
    return f"{_GROUP}{name}"


def group_of(channel: str) -> str | None:
    """Return the name of the group behind a channel; None if it is not a group's channel."""
    name = without_zone(channel)
    return name.removeprefix(_GROUP) if name.startswith(_GROUP) else None


def in_zone(channel: str, zone: str) -> str:
    """Return the channel limited to the members who live in this zone."""
    return f"{channel}{_IN}{zone}"


def without_zone(channel: str) -> str:
    """Return the channel without its zone suffix."""
    return channel.partition(_IN)[0]


def zone_of(channel: str) -> str | None:
    """Return the zone suffix of a channel; None if the channel is for all zones."""
    return channel.partition(_IN)[2] or None


def channel_phrase(channel: str) -> str:
    """Describe a channel: ``everyone``, ``the administrators``, ``the group ops``."""
    return CHANNEL_PHRASES.get(channel) or f"the group {group_of(channel)}"


def recipients_phrase(to: str) -> str:
    """Describe a channel in words; other text, such as ``2 people``, is returned unchanged."""
    return channel_phrase(to) if to in CHANNEL_PHRASES or group_of(to) else to
