"""What somebody entered about an incident, checked field by field; every problem is a sentence beside its field."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Grid, Unit
from corps.policies.places import check_coordinates
from duties.enums import ShiftState
from duties.models import Shift
from incidents.enums import IncidentCategory
from incidents.logic.texts import personal_number_in
from incidents.models import Incident, IncidentKind

if TYPE_CHECKING:
    from corps.actors import Actor

TEXT_LIMITS = {"account": 4_000, "outcome": 2_000, "place": 120}
NUMBER_LIMITS = {"quantity": 2_000_000_000, "materials": 100_000_000, "people_reached": 100_000_000}
REASON_LIMIT = 200
MOST_PARTICIPANTS = 500
# What happens on the way to a shift or right after it still belongs to it.
AROUND_SHIFT = dt.timedelta(hours=2)


class Entered(TypedDict, total=False):
    """What may be told of an incident; a field that is absent stays as it is."""

    kind_id: int
    occurred_at: dt.datetime
    account: str
    place: str
    latitude: float | None
    longitude: float | None
    grid_id: int | None
    shift_id: int | None
    outcome: str
    quantity: int
    materials: int
    people_reached: int


class InvalidIncident(Refusal):
    """Some of what was entered cannot be taken; `problems` holds a sentence per field."""

    recorded = False

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(_("Please correct the marked fields."), code="incident.invalid", params={"problems": problems})
        self.problems = problems


def fill(*, actor: "Actor", incident: Incident, entered: Mapping[str, Any]) -> None:
    """Set the entered fields on the incident, whose unit is known. Raises `InvalidIncident`; nothing is saved.

    What was set before is checked again only where it depends on what is entered now.
    """
    problems: dict[str, str] = {}
    unit: Unit = incident.unit
    _set_kind(incident, entered, problems)
    _set_time(incident, entered, problems)
    _set_texts(incident, entered, problems)
    _set_position(incident, entered, problems)
    _set_grid(incident, entered, unit, problems)
    _set_shift(incident, entered, actor, problems)
    _set_numbers(incident, entered, problems)
    if problems:
        raise InvalidIncident(problems)


def refuse_personal_numbers(text: str, *, place: str) -> None:
    """Raise `InvalidIncident` when somebody wrote a person's number into a text that everybody may read."""
    if sentence := personal_number_sentence(text):
        raise InvalidIncident({place: sentence})


def personal_number_sentence(text: str) -> str:
    """What to say about a personal number in the text; "" when there is none."""
    found = personal_number_in(text)
    if not found:
        return ""
    what = _("an identity number") if found == "identity" else _("a telephone number")
    return _("The text holds %(what)s. Take it out and enter it as particulars of a party, where it is sealed.") % {
        "what": what
    }


def needed_text(text: str, *, place: str, limit: int) -> str:
    """A reason or remark: there, short enough, without a person's number. Raises `Refusal`."""
    text = text.strip()
    if not text:
        raise Refusal(
            _("A reason is needed."), code="reason.missing", place=place, remedy=_("Please say why in a few words.")
        )
    return free_text(text, place=place, limit=limit)


def free_text(text: str, *, place: str, limit: int) -> str:
    """The same for a text that may be empty."""
    text = text.strip()
    if len(text) > limit:
        raise InvalidIncident({place: _("Enter at most %(limit)d characters.") % {"limit": limit}})
    refuse_personal_numbers(text, place=place)
    return text


def _set_kind(incident: Incident, entered: Mapping[str, Any], problems: dict[str, str]) -> None:
    if "kind_id" not in entered:
        return
    kind = IncidentKind.objects.filter(pk=entered["kind_id"], corps=incident.unit.corps_id).first()
    if kind is None:
        problems["kind"] = _("The corps has no such kind of incident. Choose from the list.")
    elif not kind.active and kind.pk != incident.kind_id:
        problems["kind"] = _("“%(kind)s” is no longer in use. Choose another kind.") % {"kind": kind.name}
    elif kind.pk != incident.kind_id:
        incident.kind, incident.category = kind, kind.category
        if not kind.asks_quantity and "quantity" not in entered:
            incident.quantity = 1


def _set_time(incident: Incident, entered: Mapping[str, Any], problems: dict[str, str]) -> None:
    if "occurred_at" not in entered:
        return
    at: dt.datetime = entered["occurred_at"]
    known: dt.datetime | None = incident.occurred_at
    if known is not None and at == known.replace(second=0, microsecond=0):
        # Pages show minutes: sending one back unchanged must not cut the seconds that another system reported.
        return
    founded = incident.unit.corps.founded_on
    if at > timezone.now():
        problems["occurred_at"] = _("The time lies in the future. Enter when it happened.")
    elif founded is not None and timezone.localdate(at) < founded:
        problems["occurred_at"] = _("The corps was founded only on %(day)s. Enter a later time.") % {
            "day": formats.date_format(founded)
        }
    incident.occurred_at = at


def _set_texts(incident: Incident, entered: Mapping[str, Any], problems: dict[str, str]) -> None:
    for name, limit in TEXT_LIMITS.items():
        if name not in entered:
            continue
        text = str(entered[name]).replace("\0", "").strip()
        if name == "account" and not text:
            problems[name] = _("Please say in a few words what happened.")
        elif len(text) > limit:
            problems[name] = _("Enter at most %(limit)d characters.") % {"limit": limit}
        elif sentence := personal_number_sentence(text):
            problems[name] = sentence
        setattr(incident, name, text)


def _set_position(incident: Incident, entered: Mapping[str, Any], problems: dict[str, str]) -> None:
    if "latitude" not in entered and "longitude" not in entered:
        return
    incident.latitude = entered.get("latitude", incident.latitude)
    incident.longitude = entered.get("longitude", incident.longitude)
    try:
        check_coordinates(incident.latitude, incident.longitude)
    except Refusal as refusal:
        problems["latitude"] = str(refusal)


def _set_grid(incident: Incident, entered: Mapping[str, Any], unit: Unit, problems: dict[str, str]) -> None:
    if "grid_id" not in entered:
        return
    grid_id: int | None = entered["grid_id"]
    if grid_id is not None and not Grid.objects.filter(pk=grid_id, corps=unit.corps_id).exists():
        problems["grid"] = _("This grid does not belong to the corps. Choose from the list.")
        return
    incident.grid_id = grid_id


def _set_shift(incident: Incident, entered: Mapping[str, Any], actor: "Actor", problems: dict[str, str]) -> None:
    before = incident.shift_id
    incident.shift_id = entered.get("shift_id", before)
    if incident.shift_id is None or not {"shift_id", "occurred_at"} & set(entered):
        return
    # A shift that was named before stays named, also where its unit is none of the actor's.
    rows = Shift.objects.all() if incident.shift_id == before else Shift.objects.visible_to(actor)
    shift = rows.filter(pk=incident.shift_id, unit__corps=incident.unit.corps_id).first()
    if shift is None:
        problems["shift"] = _("There is no such shift within your units. Choose from the list.")
    elif shift.state == ShiftState.CANCELLED:
        problems["shift"] = _("This shift was cancelled. Choose another, or none.")
    elif "occurred_at" not in problems and not (
        shift.starts_at - AROUND_SHIFT <= incident.occurred_at <= shift.ends_at + AROUND_SHIFT
    ):
        problems["shift"] = _("It did not happen during this shift. Correct the time, or choose another shift or none.")


def _set_numbers(incident: Incident, entered: Mapping[str, Any], problems: dict[str, str]) -> None:
    for name, limit in NUMBER_LIMITS.items():
        if name not in entered:
            continue
        number = int(entered[name])
        if not 0 <= number <= limit:
            problems[name] = _("Enter a whole number from 0 to %(limit)s.") % {"limit": f"{limit:,}"}
            continue
        setattr(incident, name, number)
    if "kind" in problems or "quantity" in problems or not {"kind_id", "quantity"} & set(entered):
        return
    if sentence := _quantity_sentence(incident):
        problems["quantity"] = sentence


def _quantity_sentence(incident: Incident) -> str:
    kind: IncidentKind = incident.kind
    if not kind.asks_quantity:
        if incident.quantity == 1:
            return ""
        return _("“%(kind)s” counts one by one. Leave 1, and record each of several by itself.") % {"kind": kind.name}
    # A work that was published today has no views yet.
    least = 0 if incident.category == IncidentCategory.WORK else 1
    if incident.quantity >= least:
        return ""
    return _("Enter the %(what)s, at least 1.") % {"what": kind.asks_quantity}
