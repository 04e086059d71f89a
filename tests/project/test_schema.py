"""The migrated tables are those of the design: what is listed here is the contract."""

from typing import Any

import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db

TABLES = {
    "users": "id username email display_name password_hash timezone is_admin admin_since is_active "
    "shortcuts inbox_since last_stamp created_at density link_version",
    "sign_ins": "token_hash user_id created_at last_seen_at expires_at address user_agent",
    "groups": "id name",
    "group_members": "group_id user_id since",
    "notifications": "id title body category topic action_url action_label is_banner sender_id key "
    "expires_at recalled_at edited_at created_at audience local_at held_until search_text "
    "pruned_dismissed pruned_read",
    "releases": "channel notification_id arrives_at expires_at is_banner",
    "deliveries": "user_id notification_id arrives_at snoozed_from read_at dismissed_at stamp "
    "earlier_read_at",
    "changes": "user_id stamp notification_id arrives_at snoozed_from read_at dismissed_at",
    "mutes": "user_id topic",
    "audit": "id at actor_id action subject detail actor_name",
    "zone_data": "id version",
    "staged_imports": "id user_id created_at content preview imported_at",
}
PRIMARY_KEYS = {
    "users": "id",
    "sign_ins": "token_hash",
    "groups": "id",
    "group_members": "group_id user_id",
    "notifications": "id",
    "releases": "channel notification_id",
    "deliveries": "user_id notification_id",
    "changes": "user_id stamp notification_id",
    "mutes": "user_id topic",
    "audit": "id",
    "zone_data": "id",
    "staged_imports": "id",
}
UNIQUE = {("users", "username"), ("users", "email"), ("groups", "name"), ("notifications", "key")}
INDEXES = {
    "ix_sign_ins_user_id": "user_id",
    "ix_group_members_user_id_group_id": "user_id group_id",
    "ix_notifications_sender_id": "sender_id",
    "ix_releases_channel_arrives_at": "channel arrives_at notification_id",
    "ix_releases_notification_id": "notification_id",
    "ix_releases_banner": "channel arrives_at",
    "ix_deliveries_inbox": "user_id arrives_at notification_id",
    "ix_deliveries_unread": "user_id arrives_at",
    "ix_deliveries_dismissed": "user_id dismissed_at notification_id",
    "ix_deliveries_notification_id": "notification_id",
    "ix_changes_notification_id": "notification_id",
    "ix_audit_actor_id": "actor_id",
    "ix_audit_subject": "subject",
    "ix_staged_imports_user_id": "user_id",
}
PARTIAL = {
    "ix_releases_banner": "is_banner",
    "ix_deliveries_inbox": "dismissed_at IS NULL",
    "ix_deliveries_unread": "read_at IS NULL AND dismissed_at IS NULL",
    "ix_deliveries_dismissed": "dismissed_at IS NOT NULL",
}


#: Objects of the search without a model: a table on SQLite, an index on PostgreSQL.
FTS, TRIGRAMS = "notifications_fts", "ix_notifications_search"


def inspector() -> Any:
    return sa.inspect(db.session.connection())


def test_the_tables_are_those_of_the_design(in_app: Flask) -> None:
    look = inspector()
    names = set(look.get_table_names())
    for_search = {name for name in names if name.startswith(FTS)}
    assert names - for_search == {*TABLES, "alembic_version"}
    assert (FTS in for_search) is (db.engine.dialect.name == "sqlite")
    columns = {name: [one["name"] for one in look.get_columns(name)] for name in TABLES}
    assert columns == {name: words.split() for name, words in TABLES.items()}
    keys = {name: look.get_pk_constraint(name)["constrained_columns"] for name in TABLES}
    unique = {
        (name, *one["column_names"]) for name in TABLES for one in look.get_unique_constraints(name)
    }
    assert keys == {name: words.split() for name, words in PRIMARY_KEYS.items()}
    assert unique == UNIQUE


def test_the_indexes_are_those_of_the_design(in_app: Flask) -> None:
    look = inspector()
    found = {
        one["name"]: one
        for name in TABLES
        for one in look.get_indexes(name)
        if "duplicates_constraint" not in one
    }
    assert (found.pop(TRIGRAMS, None) is None) is (db.engine.dialect.name == "sqlite")
    assert {name: one["column_names"] for name, one in found.items()} == {
        name: words.split() for name, words in INDEXES.items()
    }
    conditions = {
        name: str(one["dialect_options"].get(f"{db.engine.dialect.name}_where", "")).translate(
            str.maketrans("", "", "()")
        )
        for name, one in found.items()
    }
    assert {name: words for name, words in conditions.items() if words} == PARTIAL
