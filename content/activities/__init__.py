"""The activities members are reminded of: whom, by which rule, how long before, in which words. Read from
`activities.yaml`. Pure but for reading that file.
"""

from content.activities.kinds import Activities, Activity, Lead, Quiet
from content.activities.reading import load
from content.activities.texts import Occasion, Words, filled, fillings, template_fields

__all__ = [
    "Activities",
    "Activity",
    "Lead",
    "Occasion",
    "Quiet",
    "Words",
    "filled",
    "fillings",
    "load",
    "template_fields",
]
