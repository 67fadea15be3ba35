"""How incidents are shown on pages: states as shape and word, kinds by a drawing."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from incidents.enums import IncidentCategory, IncidentState

STATE_SHAPES = {
    IncidentState.DRAFT: "idle",
    IncidentState.SUBMITTED: "wait",
    IncidentState.RETURNED: "warn",
    IncidentState.VERIFIED: "good",
    IncidentState.VOID: "stop",
}
CATEGORY_ICONS = {
    IncidentCategory.DISPUTE: "dispute",
    IncidentCategory.CLUE: "clue",
    IncidentCategory.HAZARD: "hazard",
    IncidentCategory.RESCUE: "rescue",
    IncidentCategory.MISSING: "missing",
    IncidentCategory.HELP: "help-request",
    IncidentCategory.ASSIST: "assist",
    IncidentCategory.CASE: "case",
    IncidentCategory.INFORMATION: "information",
    IncidentCategory.PUBLICITY: "publicity",
    IncidentCategory.ENVIRONMENT: "environment",
    IncidentCategory.WORK: "work",
    IncidentCategory.OTHER: "other",
}
PARTICULARS: dict[str, Promise | str] = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Phone"),
    "identity": gettext_lazy("Identity number"),
    "address": gettext_lazy("Address"),
    "remarks": gettext_lazy("Remarks"),
}


class State(NamedTuple):
    """A state as a page shows it."""

    shape: str
    word: str


def state_of(code: str) -> State:
    """The shape and the word of a state."""
    state = IncidentState(code)
    return State(STATE_SHAPES[state], str(state.label))


def icon_of(category: str) -> str:
    """The drawing of what an incident counts as."""
    return CATEGORY_ICONS[IncidentCategory(category)]
