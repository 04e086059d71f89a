"""The outcome of a pruning in words."""

from ...core.text import counted
from .pruning import KINDS, Pruned

_NAMES = {
    "notifications": ("notification", "notifications"),
    "deliveries": ("dismissed delivery", "dismissed deliveries"),
    "changes": ("undo record", "undo records"),
    "sign_ins": ("ended sign-in", "ended sign-ins"),
    "staged_imports": ("staged import", "staged imports"),
    "audit": ("audit entry", "audit entries"),
}


def removed_phrase(found: Pruned) -> str:
    """Format the kinds and numbers: ``3 notifications, 12 undo records and 1 audit entry``."""
    parts = [counted(found[kind], *_NAMES[kind]) for kind in KINDS if found[kind]]
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
