"""The files editors write, or those that come with the product in their place; and the one every process reads: what
members are reminded of.
"""

from collections.abc import Callable
from pathlib import Path

import structlog

from bot.settings import Settings
from content import wording
from content.activities import Activities, load
from content.files import ContentError

log = structlog.get_logger("activities")


def activities(settings: Settings) -> Activities:
    """What members are reminded of. Raises ContentError listing every finding."""
    return load(file(settings.content_dir, "activities.yaml"))


def current_activities(settings: Settings) -> Callable[[], Activities]:
    """The same for a process that goes on for months: read anew when the file has changed; one with mistakes is logged
    and left alone. Raises ContentError at once when it cannot be used now.
    """
    path = file(settings.content_dir, "activities.yaml")
    kept = (path.stat().st_mtime_ns, activities(settings))

    def current() -> Activities:
        nonlocal kept
        written = path.stat().st_mtime_ns
        if written != kept[0]:
            try:
                kept = (written, activities(settings))
            except ContentError as error:
                kept = (written, kept[1])
                log.error("activities_not_read", reason=str(error))
        return kept[1]

    return current


def file(folder: Path, name: str) -> Path:
    """The editor's file, or the one that comes with the product when the folder has none."""
    return folder / name if (folder / name).exists() else wording.DATA / name
