"""The SELECT statements of the inbox.

Each is built once for each number of channels, with named parameters. Each source has its own
ORDER BY and LIMIT, joined by UNION ALL: other forms were ten to a thousand times slower on one
database or the other.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from ...core.clock import UTCDateTime
from ...core.prepared import Prepared
from ..accounts.models import User
from . import conditions, search
from .models import DELIVERY_STATE, Delivery, Mute, Notification, Release
from .search import Shape

#: Counts stop here and are shown as "99+".
COUNT_CAP = 100
#: Counts that somebody decides by stop here and are shown as "9,999+".
EXACT_CAP = 10_000

_AT = bindparam("at", type_=UTCDateTime)
_ID = bindparam("id", type_=BigInteger)
_UPPER = bindparam("upper", type_=UTCDateTime)
#: The earlier of ``:upper`` and now, for releases in lists that reach into the future.
_UPPER_NOW = bindparam("upper_now", type_=UTCDateTime)
#: The end of the tabs that reach into the future.
_FOREVER = bindparam("forever", conditions.LAST_MOMENT, type_=UTCDateTime)
_NEVER = cast(null(), UTCDateTime)
#: The most banners on a page.
BANNERS = 10
#: The number of a reader's latest deliveries whose topics are offered, for each tab read.
TOPICS_FROM = 200


class Source(NamedTuple):
    """A SELECT of rows of a tab, with the columns it is ordered by and the bounds of the first."""

    rows: Select[Any]
    position: Any
    notification_id: Any
    upper: Any = _UPPER
    latest: Any = _FOREVER
    #: A lower bound, where a tab has one.
    floor: tuple[ColumnElement[bool], ...] = ()


def _limited(statement: Select[Any], most: int) -> Select[Any]:
    # A literal: with a parameter PostgreSQL's generic plan was up to 1,000 times slower.
    return statement.limit(literal_column(str(most)))


def _deliveries(
    conditions_: Sequence[ColumnElement[bool]], position: Any, shape: Shape, dialect: str
) -> Source:
    rows = (
        select(
            position.label("position"),
            Delivery.notification_id,
            *(getattr(Delivery, name) for name in DELIVERY_STATE),
        )
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(
            Delivery.user_id == conditions.READER_ID,
            conditions.LIVE,
            *conditions_,
            *search.conditions(shape, dialect, delivered=True),
        )
    )
    return Source(rows, position, Delivery.notification_id)


def _releases(tab: str, index: int, shape: Shape, dialect: str) -> Select[Any]:
    """Build the SELECT of the live releases on one channel that have no delivery yet."""
    never = (_NEVER.label(name) for name in DELIVERY_STATE[1:])
    return (
        select(
            Release.arrives_at.label("position"),
            Release.notification_id,
            Release.arrives_at,
            *never,
        )
        .join(Notification, Notification.id == Release.notification_id)
        .where(
            *conditions.in_inbox(index),
            conditions.UNDELIVERED,
            conditions.mute_condition(tab),
            *search.conditions(shape, dialect, delivered=False),
        )
    )


def _sources(tab: str, channels: int, shape: Shape, dialect: str) -> list[Source]:
    """Return each source of a tab, bounded where the tab begins and not where it ends."""
    given = conditions.TAB_CONDITIONS
    if tab == conditions.ALL_TABS:
        # Two, each able to use its own index.
        here = (Delivery.dismissed_at.is_(None), or_(conditions.ARRIVED, conditions.SNOOZED))
        sources = [
            _deliveries(here, Delivery.arrives_at, shape, dialect),
            _deliveries(given["dismissed"], Delivery.dismissed_at, shape, dialect),
        ]
    else:
        position = Delivery.dismissed_at if tab == "dismissed" else Delivery.arrives_at
        sources = [_deliveries(given[tab], position, shape, dialect)]
    if conditions.ends_now(tab):
        sources = [one._replace(latest=conditions.NOW) for one in sources]
    if tab in conditions.TABS_AHEAD:
        sources = [one._replace(floor=(one.position > conditions.NOW,)) for one in sources]
    if tab in conditions.TABS_WITH_UNDELIVERED:
        upper = _UPPER_NOW if tab == conditions.ALL_TABS else _UPPER
        sources += [
            Source(
                _releases(tab, index, shape, dialect),
                Release.arrives_at,
                Release.notification_id,
                upper,
                conditions.NOW,
            )
            for index in range(channels)
        ]
    return sources


def _is_upwards(tab: str, *, backwards: bool) -> bool:
    """Return whether the rows that follow (or precede) a place of this tab are later than it."""
    return (tab in conditions.TABS_AHEAD) is not backwards


def _beyond(source: Source, *, upwards: bool) -> tuple[Any, ...]:
    """Build the keyset conditions: a row comparison, and a plain bound beside it for the index.

    ``:upper`` is the earlier of now and the cursor, and ``:at`` in a tab that is still ahead the
    later of them: given two bounds on one side, SQLite may seek on the wrong one, and a deep page
    then reads everything before it.
    """
    row = tuple_(source.position, source.notification_id)
    cursor = tuple_(_AT, _ID)
    if upwards:
        return (source.position >= _AT, source.position <= source.latest, row > cursor)
    return (source.position <= source.upper, row < cursor, *source.floor)


def content_columns() -> tuple[Any, ...]:
    """Return the columns of a notification's content."""
    return (
        Notification.title,
        Notification.body,
        Notification.category,
        Notification.topic,
        Notification.action_url,
        Notification.action_label,
        Notification.is_banner,
    )


@lru_cache(maxsize=512)
def page_statement(
    tab: str, channels: int, most: int, shape: Shape, dialect: str, *, backwards: bool = False
) -> Prepared:
    """Build the SELECT of the rows of a view that follow ``:at, :id``, in the order of the tab.

    With ``backwards``, it is of the rows that precede that place, the nearest of them.
    """
    upwards = _is_upwards(tab, backwards=backwards)

    def in_order(position: Any, notification_id: Any, *, ascending: bool) -> tuple[Any, Any]:
        if ascending:
            return position, notification_id
        return position.desc(), notification_id.desc()

    branches = [
        _limited(
            source.rows.where(*_beyond(source, upwards=upwards)).order_by(
                *in_order(source.position, source.notification_id, ascending=upwards)
            ),
            most,
        )
        for source in _sources(tab, channels, shape, dialect)
    ]
    all_ = union_all(*(branch.subquery().select() for branch in branches)).subquery()
    nearest = in_order(all_.c.position, all_.c.notification_id, ascending=upwards)
    top = _limited(select(all_).order_by(*nearest), most).subquery()
    tab_order = _is_upwards(tab, backwards=False)
    return Prepared(
        select(
            Notification.id,
            *content_columns(),
            top.c.position,
            *(top.c[name] for name in DELIVERY_STATE),
            *((conditions.MUTED.label("is_muted"),) if tab == conditions.ALL_TABS else ()),
        )
        .join(Notification, Notification.id == top.c.notification_id)
        .order_by(*in_order(top.c.position, top.c.notification_id, ascending=tab_order))
    )


@lru_cache(maxsize=512)
def count_statement(
    tab: str,
    channels: int,
    shape: Shape = (),
    dialect: str = "",
    *,
    most: int = COUNT_CAP,
    above: bool = False,
) -> Prepared:
    """Build the SELECT that counts a view up to ``most``; with ``above``, before ``:at, :id``."""
    return Prepared(_count(tab, channels, shape, dialect, most=most, above=above))


@cache
def counts_statement(channels: int, *, has_mutes: bool) -> Prepared:
    """Build the SELECT of the counts of all tabs, a column each, up to ``COUNT_CAP``.

    Without muted topics nothing is counted as muted: it would read the whole inbox.
    """
    tabs = [tab for tab in conditions.TAB_CONDITIONS if has_mutes or tab != "muted"]
    counts = [_count(tab, channels).scalar_subquery().label(tab) for tab in tabs]
    nothing = [] if has_mutes else [literal_column("0", Integer).label("muted")]
    return Prepared(select(*counts, *nothing))


def _count(
    tab: str,
    channels: int,
    shape: Shape = (),
    dialect: str = "",
    *,
    most: int = COUNT_CAP,
    above: bool = False,
) -> Select[Any]:
    upwards = _is_upwards(tab, backwards=True)
    branches = [
        _limited(
            # In order, though a count needs none: else PostgreSQL may join by id and read the
            # oldest deliveries first, most of which are dismissed.
            source.rows.with_only_columns(literal_column("1").label("one"))
            .where(
                *(
                    _beyond(source, upwards=upwards)
                    if above
                    else (source.position <= source.latest, *source.floor)
                )
            )
            .order_by(source.position.desc()),
            most,
        )
        for source in _sources(tab, channels, shape, dialect)
    ]
    all_ = union_all(*(branch.subquery().select() for branch in branches)).subquery()
    return select(func.count()).select_from(_limited(select(all_), most).subquery())


@cache
def banners_statement(channels: int) -> Prepared:
    """Build the SELECT of the live banners that the reader has not dismissed, newest first."""
    branches = [
        _limited(
            select(Release.notification_id, Release.arrives_at)
            .where(
                conditions.on_channel(index),
                Release.is_banner,
                conditions.HAS_ARRIVED,
                conditions.not_expired(Release.expires_at),
                conditions.NOT_DISMISSED,
            )
            .order_by(Release.arrives_at.desc()),
            BANNERS,
        )
        for index in range(channels)
    ]
    all_ = union_all(*(branch.subquery().select() for branch in branches)).subquery()
    banners = (
        select(Notification.id, *content_columns(), all_.c.arrives_at)
        .join(all_, all_.c.notification_id == Notification.id)
        .order_by(all_.c.arrives_at.desc(), Notification.id.desc())
    )
    return Prepared(_limited(banners, BANNERS))


@cache
def one_statement(channels: int) -> Prepared:
    """Build the SELECT of the notification ``:id``: a delivery, or a release on a channel."""
    visible = (
        conditions.ARRIVED | Delivery.snoozed_from.is_not(None) | Delivery.dismissed_at.is_not(None)
    )
    delivery = (
        select(Delivery.notification_id, *(getattr(Delivery, name) for name in DELIVERY_STATE))
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(
            Delivery.user_id == conditions.READER_ID,
            Delivery.notification_id == _ID,
            conditions.LIVE,
            visible,
        )
    )
    never = [_NEVER.label(name) for name in DELIVERY_STATE[1:]]
    releases = [
        select(Release.notification_id, Release.arrives_at, *never).where(
            Release.notification_id == _ID, *conditions.in_view(index), conditions.UNDELIVERED
        )
        for index in range(channels)
    ]
    all_ = union_all(delivery, *releases).subquery()
    return Prepared(
        select(
            Notification.id,
            *content_columns(),
            *(all_.c[name] for name in DELIVERY_STATE),
            Notification.expires_at,
            Notification.edited_at,
            User.username.label("sender_username"),
            User.display_name.label("sender_display_name"),
            User.is_admin.label("sender_is_admin"),
        )
        .join(all_, all_.c.notification_id == Notification.id)
        .outerjoin(User, User.id == Notification.sender_id)
        .limit(literal_column("1"))
    )


#: The values that "all" on a page is bounded by: the largest notification id, the reader's
#: last stamp, the muted topics.
SNAPSHOT = Prepared(
    select(
        select(func.coalesce(func.max(Notification.id), 0)).scalar_subquery().label("top"),
        select(User.last_stamp)
        .where(User.id == conditions.READER_ID)
        .scalar_subquery()
        .label("seen"),
        select(func.aggregate_strings(Mute.topic, ","))
        .where(Mute.user_id == conditions.READER_ID)
        .scalar_subquery()
        .label("muted"),
    )
)


def _latest_topics(*where: Any, newest: Any) -> Any:
    topics = select(Notification.topic).join(Delivery, Delivery.notification_id == Notification.id)
    mine = topics.where(Delivery.user_id == conditions.READER_ID, *where).order_by(newest.desc())
    return _limited(mine, TOPICS_FROM).subquery().select()


@cache
def topics_statement(channels: int) -> Prepared:
    """Build the SELECT of the topics of the latest notifications of each tab.

    Each source is read by its own index, because a reader may have very many.
    """
    in_inbox = [
        _limited(
            source.rows.with_only_columns(Notification.topic)
            .where(source.position <= conditions.NOW)
            .order_by(source.position.desc()),
            TOPICS_FROM,
        )
        .subquery()
        .select()
        for source in _sources("inbox", channels, (), "")
    ]
    dismissed = _latest_topics(Delivery.dismissed_at.is_not(None), newest=Delivery.dismissed_at)
    snoozed = _latest_topics(
        Delivery.dismissed_at.is_(None), conditions.SNOOZED, newest=Delivery.arrives_at
    )
    every = union_all(*in_inbox, dismissed, snoozed).subquery()
    return Prepared(select(every.c.topic).distinct())
