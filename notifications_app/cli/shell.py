"""The names that ``flask shell`` defines."""

from typing import Any

from ..core.database import begin_late, db
from ..domain.accounts.models import Group, GroupMember, SignIn, User
from ..domain.audit.models import AuditEntry
from ..domain.inbox.models import Change, Delivery, Mute, Notification, Release
from ..domain.people_import.models import StagedImport
from ..python_api import broadcast, notify


def shell_context() -> dict[str, Any]:
    """Return the database, the models, ``notify`` and ``broadcast``, each by its name."""
    begin_late()
    models: tuple[type[Any], ...] = (User, SignIn, Group, GroupMember)
    models += (Notification, Release, Delivery, Change, Mute, AuditEntry, StagedImport)
    return {
        "db": db,
        "notify": notify,
        "broadcast": broadcast,
        **{model.__name__: model for model in models},
    }
