"""The measures: what each is called, means and is counted in, and how it is read from the columns."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.enums import MemberRole
from stats.catalogue.columns import COLUMNS, SERVED_PART, Part


class Adds(Enum):
    """How figures of days and of units become the figure of a period and of a larger unit."""

    FLOW = "flow"  # what happened adds up over days and over units
    STOCK = "stock"  # how many there are at the end of the period; adds up over units, not over days
    DISTINCT = "distinct"  # people, each once, however many days or units they occur in; never added up
    RATIO = "ratio"  # one measure divided by another of the same unit and period
    DIRECT = "direct"  # counted from a small table when asked for, as it is today or at the end of the period


class Group(Enum):
    """Groups in which pages show measures, in this order."""

    SERVICE = "service"
    SESSIONS = "sessions"
    INCIDENTS = "incidents"
    PUBLICITY = "publicity"
    PEOPLE = "people"
    TRAINING = "training"
    ORGANISATION = "organisation"

    @property
    def label(self) -> Promise:
        """The group's name."""
        return _GROUP_NAMES[self]


_GROUP_NAMES: Final = {
    Group.SERVICE: _("Service"),
    Group.SESSIONS: _("Sessions of duty"),
    Group.INCIDENTS: _("What was achieved"),
    Group.PUBLICITY: _("Publicity"),
    Group.PEOPLE: pgettext_lazy("group of measures", "People"),
    Group.TRAINING: pgettext_lazy("group of measures", "Training"),
    Group.ORGANISATION: _("Organisation"),
}


@dataclass(frozen=True)
class Measure:
    """A measure. `code` is frozen; `columns` are added up (FLOW, STOCK) and divided by `divisor`.

    A RATIO names two other measures; with `percent` it is given in hundredths. `digits` is how many decimals it is
    shown with. A DIRECT measure names its way of counting in `direct`; with `once` it counts things that several units
    may share, each once, and with `dated` it is known as of any day, so that periods can be compared.
    """

    code: str
    name: Promise
    unit: Promise
    definition: Promise
    group: Group
    adds_up: Adds
    columns: tuple[str, ...] = ()
    divisor: int = 1
    numerator: str = ""
    denominator: str = ""
    percent: bool = False
    digits: int = 0
    direct: str = ""
    once: bool = False
    dated: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """The facts it is counted from; of a ratio those of its numerator; none for what is counted directly."""
        if self.adds_up is Adds.RATIO:
            return MEASURES[self.numerator].parts
        if self.adds_up is Adds.DISTINCT:
            return (SERVED_PART,)
        return tuple(part for name in self.columns for part in COLUMNS[name].parts)

    @property
    def sources(self) -> tuple[str, ...]:
        """Codes of the sources of its facts, each once."""
        return tuple(dict.fromkeys(part.source.code for part in self.parts))


TIMES = pgettext_lazy("unit of measure", "person-times")
SESSIONS = pgettext_lazy("unit of measure", "sessions")
CASES = pgettext_lazy("unit of measure", "cases")
ITEMS = pgettext_lazy("unit of measure", "items")
COPIES = pgettext_lazy("unit of measure", "copies")
HOURS = pgettext_lazy("unit of measure", "hours")
PEOPLE = pgettext_lazy("unit of measure", "people")
PIECES = pgettext_lazy("unit of measure", "pieces")
OCCASIONS = pgettext_lazy("unit of measure", "occasions")
WORKS = pgettext_lazy("unit of measure", "works")
PER_CENT = pgettext_lazy("unit of measure", "%")
TIMES_EACH = pgettext_lazy("unit of measure", "person-times per person")
HOURS_EACH = pgettext_lazy("unit of measure", "hours per person")


def _flow(group: Group, code: str, name: Promise, unit: Promise, definition: Promise, *columns: str) -> Measure:
    return Measure(code, name, unit, definition, group, Adds.FLOW, columns=columns or (code,))


def _stock(code: str, name: Promise, definition: Promise, *columns: str) -> Measure:
    return Measure(code, name, PEOPLE, definition, Group.PEOPLE, Adds.STOCK, columns=columns or (code,))


def _share(group: Group, code: str, name: Promise, definition: Promise, *, of: tuple[str, str]) -> Measure:
    return Measure(
        code,
        name,
        PER_CENT,
        definition,
        group,
        Adds.RATIO,
        numerator=of[0],
        denominator=of[1],
        percent=True,
        digits=1,
    )


def _direct(
    code: str,
    name: Promise,
    unit: Promise,
    definition: Promise,
    *,
    group: Group = Group.ORGANISATION,
    once: bool = False,
) -> Measure:
    return Measure(code, name, unit, definition, group, Adds.DIRECT, direct=code, once=once)


_SHIFT_WORDS = _("Closed shifts that count as this kind of duty, each once, at the unit that organised it.")
_ATTENDED_WORDS = _("Members who came to a shift of this kind, late ones included; each member on each shift is one.")

_SERVICE = (
    _flow(
        Group.SERVICE,
        "attended",
        _("Person-times on duty"),
        TIMES,
        _("Members who came to a shift, late ones included; each member on each shift is one, at the own unit."),
    ),
    _flow(
        Group.SERVICE,
        "patrol_force",
        _("Patrol force"),
        TIMES,
        _("Person-times on patrols, night-economy patrols and forest patrols, joint patrols included."),
        "attended_patrol",
        "attended_night",
        "attended_forest",
    ),
    _flow(Group.SERVICE, "attended_patrol", _("On patrol"), TIMES, _ATTENDED_WORDS),
    _flow(Group.SERVICE, "attended_night", _("On night-economy patrol"), TIMES, _ATTENDED_WORDS),
    _flow(Group.SERVICE, "attended_forest", _("On forest fire patrol"), TIMES, _ATTENDED_WORDS),
    _flow(
        Group.SERVICE,
        "attended_joint",
        _("On joint patrol"),
        TIMES,
        _("Members who came to a shift whose mechanism is the joint patrol, whatever it counts as besides."),
    ),
    _flow(Group.SERVICE, "attended_school", _("At school gates"), TIMES, _ATTENDED_WORDS),
    _flow(Group.SERVICE, "attended_event", _("At mass events"), TIMES, _ATTENDED_WORDS),
    _flow(Group.SERVICE, "attended_commercial", _("At commercial events"), TIMES, _ATTENDED_WORDS),
    _flow(Group.SERVICE, "attended_traffic", _("On traffic guidance"), TIMES, _ATTENDED_WORDS),
    _flow(Group.SERVICE, "attended_epidemic", _("On epidemic control"), TIMES, _ATTENDED_WORDS),
    _flow(Group.SERVICE, "attended_publicity", _("On publicity duty"), TIMES, _ATTENDED_WORDS),
    _flow(Group.SERVICE, "attended_rescue", _("On rescue standby"), TIMES, _ATTENDED_WORDS),
    _flow(Group.SERVICE, "attended_control", _("On inspection and rectification"), TIMES, _ATTENDED_WORDS),
    _flow(Group.SERVICE, "attended_activity", _("At other activities"), TIMES, _ATTENDED_WORDS),
    Measure(
        "hours",
        _("Hours of service"),
        HOURS,
        _("Time between checking in and checking out of everybody who came, at the member's own unit."),
        Group.SERVICE,
        Adds.FLOW,
        columns=("minutes",),
        divisor=60,
        digits=1,
    ),
    Measure(
        "served",
        _("People who served"),
        PEOPLE,
        _("Members who came to at least one shift in the period, each once however often they came."),
        Group.SERVICE,
        Adds.DISTINCT,
    ),
    _share(
        Group.SERVICE,
        "participation",
        _("Share of members who served"),
        _("People who served in the period, of all people on the roster at its end."),
        of=("served", "people"),
    ),
    Measure(
        "attended_each",
        _("Person-times per person who served"),
        TIMES_EACH,
        _("Person-times on duty divided by people who served."),
        Group.SERVICE,
        Adds.RATIO,
        numerator="attended",
        denominator="served",
        digits=1,
    ),
    Measure(
        "hours_each",
        _("Hours per person who served"),
        HOURS_EACH,
        _("Hours of service divided by people who served."),
        Group.SERVICE,
        Adds.RATIO,
        numerator="hours",
        denominator="served",
        digits=1,
    ),
    _flow(Group.SERVICE, "late", _("Late"), TIMES, _("Members who came late to a shift.")),
    _flow(Group.SERVICE, "absent", _("Absent"), TIMES, _("Members who were planned and did not come, unreplaced.")),
    _flow(
        Group.SERVICE,
        "expected",
        _("Came or were missed"),
        TIMES,
        _("Person-times on duty and absences together: what was expected of members."),
        "attended",
        "absent",
    ),
    _share(
        Group.SERVICE,
        "absence_rate",
        _("Absence rate"),
        _("Absences, of all that was expected of members."),
        of=("absent", "expected"),
    ),
    _share(
        Group.SERVICE,
        "late_rate",
        _("Late rate"),
        _("Members who came late, of all who came."),
        of=("late", "attended"),
    ),
)

_SESSIONS = (
    _flow(
        Group.SESSIONS,
        "shifts",
        _("Sessions of duty"),
        SESSIONS,
        _("Closed shifts, each once, at the unit that organised it, however many units and members took part."),
    ),
    _flow(
        Group.SESSIONS,
        "security_sessions",
        _("Security of events and schools"),
        SESSIONS,
        _("Closed shifts of mass event security, school-gate posts and commercial event security together."),
        "shifts_event",
        "shifts_school",
        "shifts_commercial",
    ),
    _flow(
        Group.SESSIONS,
        "patrol_sessions",
        _("Patrols and rectification"),
        SESSIONS,
        _("Closed shifts of patrol, night-economy patrol, forest fire patrol, inspection and rectification together."),
        "shifts_patrol",
        "shifts_night",
        "shifts_forest",
        "shifts_control",
    ),
    _flow(Group.SESSIONS, "shifts_patrol", _("Patrols"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_night", _("Night-economy patrols"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_forest", _("Forest fire patrols"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_school", _("School-gate posts"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_event", _("Mass events secured"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_commercial", _("Commercial events secured"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_traffic", _("Traffic guidance sessions"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_epidemic", _("Epidemic control sessions"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_publicity", _("Publicity duties"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_rescue", _("Rescue standbys"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_control", _("Inspections and rectifications"), SESSIONS, _SHIFT_WORDS),
    _flow(Group.SESSIONS, "shifts_activity", _("Other activities"), SESSIONS, _SHIFT_WORDS),
)

_VERIFIED = _("Verified incidents of this kind, each once, at the unit that recorded it and in every unit above.")

_INCIDENTS = (
    _flow(Group.INCIDENTS, "disputes", _("Disputes mediated"), CASES, _VERIFIED, "incidents_dispute"),
    _flow(Group.INCIDENTS, "clues", _("Clues of crimes"), ITEMS, _VERIFIED, "incidents_clue"),
    _flow(Group.INCIDENTS, "cases", _("Cases solved with help"), CASES, _VERIFIED, "incidents_case"),
    _flow(Group.INCIDENTS, "assists", _("Police incidents assisted"), CASES, _VERIFIED, "incidents_assist"),
    _flow(Group.INCIDENTS, "hazards", _("Hidden dangers rectified"), PIECES, _VERIFIED, "incidents_hazard"),
    _flow(Group.INCIDENTS, "rescues", _("Rescues"), CASES, _VERIFIED, "incidents_rescue"),
    _flow(
        Group.INCIDENTS,
        "persons_found",
        _("Missing persons found"),
        PEOPLE,
        _("Persons found, as entered in verified incidents about missing persons."),
    ),
    _flow(Group.INCIDENTS, "missing", _("Searches that ended well"), CASES, _VERIFIED, "incidents_missing"),
    _flow(Group.INCIDENTS, "helps", _("Requests for help handled"), OCCASIONS, _VERIFIED, "incidents_help"),
    _flow(Group.INCIDENTS, "information", _("Information items"), ITEMS, _VERIFIED, "incidents_information"),
    _flow(Group.INCIDENTS, "environment", _("Environmental reports"), CASES, _VERIFIED, "incidents_environment"),
    _flow(Group.INCIDENTS, "other_incidents", _("Other incidents"), CASES, _VERIFIED, "incidents_other"),
    _flow(
        Group.INCIDENTS,
        "incidents",
        _("Verified incidents"),
        CASES,
        _("All verified incidents of the log, whatever they count as."),
    ),
)

_PUBLICITY = (
    _flow(Group.PUBLICITY, "publicity_sessions", _("Publicity sessions"), SESSIONS, _VERIFIED, "incidents_publicity"),
    _flow(
        Group.PUBLICITY,
        "leaflets",
        _("Material handed out"),
        COPIES,
        _("Copies handed out or forwarded, as entered in closed shifts and verified incidents."),
        "shift_materials",
        "incident_materials",
    ),
    _flow(
        Group.PUBLICITY,
        "reached",
        _("People reached"),
        TIMES,
        _("People reached, as entered in closed shifts and verified incidents."),
        "shift_people",
        "incident_people",
    ),
    _flow(Group.PUBLICITY, "works", _("Published works"), WORKS, _VERIFIED, "incidents_work"),
    _flow(
        Group.PUBLICITY,
        "views",
        _("Views of published works"),
        OCCASIONS,
        _("Views, as entered in verified incidents about published works."),
    ),
)

_PEOPLE = (
    _stock(
        "people",
        pgettext_lazy("measure", "People on the roster"),
        _("Everybody on the roster who has not left, at the home unit of today, at the end of the period."),
    ),
    _flow(Group.PEOPLE, "joined", _("Joined"), PEOPLE, _("Members by the day they joined, at the home unit of today.")),
    _flow(
        Group.PEOPLE,
        "departed",
        _("Left"),
        PEOPLE,
        _("Members who have left, by the day since when, at the home unit."),
    ),
    _stock(
        "two_heads",
        _("Heads and staff"),
        _("Guards, property staff, building heads and shop heads on the roster at the end of the period."),
        "guards",
        "property_staff",
        "building_heads",
        "shop_heads",
    ),
    _share(
        Group.PEOPLE,
        "two_heads_share",
        _("Share of heads and staff"),
        _("Guards, property staff, building heads and shop heads, of all people on the roster."),
        of=("two_heads", "people"),
    ),
    _stock("guards", _("Security guards"), _("Security guards on the roster at the end of the period.")),
    _stock("property_staff", _("Property staff"), _("Property staff on the roster at the end of the period.")),
    _stock("building_heads", _("Building heads"), _("Building heads on the roster at the end of the period.")),
    _stock("shop_heads", _("Shop heads"), _("Shop heads on the roster at the end of the period.")),
    _direct(
        "partner_people",
        _("People of partner organisations"),
        PEOPLE,
        _("People on the roster today who came with a partner organisation."),
        group=Group.PEOPLE,
    ),
    _direct(
        "group_people",
        _("People in functional groups"),
        PEOPLE,
        _("People on the roster today who work in at least one functional group, each once."),
        group=Group.PEOPLE,
    ),
)

# Rows that say how long something holds cannot be added up day by day as joining and leaving are (see
# docs/adr/0014-requirements.md); one statement counts all of these for all units asked about.
_HOLDS_ONE = _(
    "Members on the roster at the end of the period, at the home unit of today, who hold at least one certificate that"
    " is valid on its last day (today, while it runs)."
)
_IN_ROLE = _("Members with this role on the roster at the end of the period, at the home unit of today.")
_IN_ROLE_TRAINED = _("Of them those who hold at least one valid certificate.")
_IN_ROLE_SHARE = _("Who holds at least one valid certificate, of all members with this role.")


def _as_of(code: str, name: Promise, definition: Promise) -> Measure:
    return Measure(code, name, PEOPLE, definition, Group.TRAINING, Adds.DIRECT, direct=code, dated=True)


def _of_role(role: MemberRole, people: Promise, trained: Promise, share: Promise) -> tuple[Measure, ...]:
    return (
        _as_of(f"role_{role.value}", people, _IN_ROLE),
        _as_of(f"trained_{role.value}", trained, _IN_ROLE_TRAINED),
        _share(
            Group.TRAINING,
            f"trained_{role.value}_share",
            share,
            _IN_ROLE_SHARE,
            of=(f"trained_{role.value}", f"role_{role.value}"),
        ),
    )


_TRAINING = (
    _as_of("trained", _("People trained"), _HOLDS_ONE),
    _share(
        Group.TRAINING,
        "trained_share",
        _("Share of members trained"),
        _("Members who hold at least one valid certificate, of all people on the roster."),
        of=("trained", "people"),
    ),
    *_of_role(
        MemberRole.INFORMATION,
        _("Information role: people"),
        _("Information role: trained"),
        _("Information role: share trained"),
    ),
    *_of_role(
        MemberRole.MEDIATION,
        _("Mediation role: people"),
        _("Mediation role: trained"),
        _("Mediation role: share trained"),
    ),
    *_of_role(MemberRole.SAFETY, _("Safety role: people"), _("Safety role: trained"), _("Safety role: share trained")),
    *_of_role(
        MemberRole.EMERGENCY,
        _("Emergency role: people"),
        _("Emergency role: trained"),
        _("Emergency role: share trained"),
    ),
    *_of_role(
        MemberRole.SERVICE, _("Service role: people"), _("Service role: trained"), _("Service role: share trained")
    ),
)

_ORGANISATION = (
    _direct("corps", _("Corps"), PIECES, _("Corps that exist at the end of the period.")),
    _direct("detachments", _("Detachments"), PIECES, _("Detachments that exist at the end of the period.")),
    _direct("brigades", _("Brigades"), PIECES, _("Brigades that exist at the end of the period.")),
    _direct("squads", _("Squads"), PIECES, _("Squads that exist at the end of the period.")),
    _direct("assembly_points", _("Assembly points"), PIECES, _("Assembly points in use today.")),
    _direct("enterprise_stations", _("Enterprise stations"), PIECES, _("Enterprise stations in use today.")),
    _direct("grids", _("Grids"), PIECES, _("Grids of all levels that units look after today.")),
    _direct(
        "groups",
        _("Functional groups"),
        PIECES,
        _("Functional groups in which somebody of the unit works today."),
        once=True,
    ),
    _direct(
        "partners",
        _("Partner organisations"),
        PIECES,
        _("Partner organisations with which somebody came who is on the roster of the unit today."),
        once=True,
    ),
)

#: Every measure by its code, in the order in which pages show them.
MEASURES: Final[dict[str, Measure]] = {
    measure.code: measure
    for measure in (*_SERVICE, *_SESSIONS, *_INCIDENTS, *_PUBLICITY, *_PEOPLE, *_TRAINING, *_ORGANISATION)
}

#: What the first page of a unit shows and open pages are told of: figures of the running month.
FIRST_PAGE: Final = (
    "attended",
    "hours",
    "served",
    "shifts",
    "disputes",
    "clues",
    "publicity_sessions",
    "incidents",
    "people",
)


def measures_of(group: Group) -> list[Measure]:
    """The measures of a group in the order of the catalogue."""
    return [measure for measure in MEASURES.values() if measure.group is group]


def adds_up_over_units(measure: Measure) -> bool:
    """Whether the figures of separate units may be added to that of all of them together."""
    return measure.adds_up in {Adds.FLOW, Adds.STOCK} or (measure.adds_up is Adds.DIRECT and not measure.once)
