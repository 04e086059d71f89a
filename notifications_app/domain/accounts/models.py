"""Tables of people, their sign-ins and their groups."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ...core.clock import UTCDateTime
from ...core.database import Model

USERNAME_MAX = 40
EMAIL_MAX = 254
NAME_MAX = 80
DENSITIES = ("comfortable", "compact")


class User(Model):
    """A person's account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME_MAX), unique=True)
    email: Mapped[str | None] = mapped_column(String(EMAIL_MAX), unique=True)
    display_name: Mapped[str] = mapped_column(String(NAME_MAX), default="")
    password_hash: Mapped[str | None] = mapped_column(String(255))
    #: An IANA name.
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    is_admin: Mapped[bool] = mapped_column(default=False)
    admin_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_active: Mapped[bool] = mapped_column(default=True)
    shortcuts: Mapped[bool] = mapped_column(default=True)
    #: The height of the rows in the inbox: one of :data:`DENSITIES`.
    density: Mapped[str] = mapped_column(
        String(20), default=DENSITIES[0], server_default=DENSITIES[0]
    )
    #: Releases that arrived on a channel up to this moment are not in the reader's inbox.
    inbox_since: Mapped[datetime] = mapped_column(UTCDateTime)
    #: The stamp of the reader's last action, in microseconds; it only ever increases.
    last_stamp: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: Part of the signature of one-time links: a deactivation raises it, which voids them.
    link_version: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The secret of the second factor, encrypted; null without one.
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    #: The step of the last code that was accepted: no code is accepted twice.
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class RecoveryCode(Model):
    """A code that replaces the second factor once; the table holds its hash."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignIn(Model):
    """A browser in which a user is signed in. The session holds the token, this row its hash."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: The absolute limit; the idle limit follows from its distance to created_at.
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    address: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(255))


class Group(Model):
    """A named set of people, addressed by the channel ``group:<name>``."""

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)


class GroupMember(Model):
    """A person's membership of a group, and the moment it began."""

    __tablename__ = "group_members"
    __table_args__ = (Index(None, "user_id", "group_id"),)

    group_id: Mapped[int] = mapped_column(
        ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[datetime] = mapped_column(UTCDateTime)
