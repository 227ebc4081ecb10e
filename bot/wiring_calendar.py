"""Build what is known of days and of what takes place on them, by hand, from the store."""

from collections.abc import Sequence

from bot import day_data
from bot.announcements import Announcements
from bot.roster_store import RosterStore
from bot.settings import Settings
from bot.store import Store
from content.activities import Activities
from content.calendar import Days
from scheduler.agenda import Agenda
from scheduler.roster import EVERYONE, Branch


def days(store: Store) -> Days:
    """What is known of every day, the announcements operators have entered included. Raises StoreUnavailable."""
    return day_data.days(Announcements(store).all())


def agenda(settings: Settings, store: Store, activities: Activities, branches: Sequence[Branch]) -> Agenda:
    """What takes place in these branches; without any, what takes place where nothing else is said. Raises
    StoreUnavailable.
    """
    roster = RosterStore(store)
    changes = {activity.id: roster.changes(activity.id) for activity in activities.all}
    return Agenda(activities, branches or (EVERYONE,), changes, days(store), settings.zone)
