"""Tables of people, their sign-ins and their groups."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from ...core.clock import UTCDateTime
from ...core.database import Model
from ...core.text import fold

USERNAME_MAX = 40
EMAIL_MAX = 254
NAME_MAX = 80
DENSITIES = ("comfortable", "compact")


def search_text(username: str, display_name: str, email: str | None) -> str:
    """Return the text of a person that a search compares with what is typed, folded."""
    return fold(f"{username}\n{display_name}\n{email or ''}")


def _search_text_of(context: DefaultExecutionContext) -> str:
    values = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return search_text(values["username"], values.get("display_name") or "", values.get("email"))


def _those(name: str, condition: str) -> Index:
    """Build the index of one kind of people by name, for their list and their number."""
    return Index(
        f"ix_users_{name}",
        "username",
        postgresql_where=text(condition),
        sqlite_where=text(condition),
    )


class User(Model):
    """A person's account.

    ``search_text`` follows from the names and the email address. Code that changes one of them
    must call ``search_texts.refresh``.
    """

    __tablename__ = "users"
    __table_args__ = (
        _those("admins", "is_admin"),
        _those("inactive", "NOT is_active"),
        _those("no_password", "is_active AND password_hash IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME_MAX), unique=True)
    email: Mapped[str | None] = mapped_column(String(EMAIL_MAX), unique=True)
    display_name: Mapped[str] = mapped_column(String(NAME_MAX), default="")
    search_text: Mapped[str] = mapped_column(Text, default=_search_text_of)
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
