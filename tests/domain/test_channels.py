"""Names of channels."""

from notifications_app.domain.channels import group_of, without_zone, zone_of

OPS = "group:ops"


def test_the_parts_of_a_channels_name() -> None:
    channel = "group:ops@America/Argentina/Buenos_Aires"
    assert (without_zone(channel), group_of(channel)) == (OPS, "ops")
    assert zone_of(channel) == "America/Argentina/Buenos_Aires"
    assert (group_of("everyone@UTC"), zone_of("everyone"), zone_of(OPS)) == (None, None, None)
