"""What every door asks for. A door that is not listed here turns the sweep red.

`place` says what the address names: nothing (`WHOLE`), a unit, a member, an import … `asks` is the permission the
actor must hold in the unit of that object, by method; None means that being signed in is enough.
"""

from dataclasses import dataclass, field
from enum import Enum

from corps.permissions import Permission as P  # noqa: N817 - the tables below read better


class Place(Enum):
    """What an address names."""

    PUBLIC = "public"
    WHOLE = "whole"
    UNIT = "unit"
    MEASURE = "measure"
    FACT = "fact"
    MEMBER = "member"
    IMPORT = "import"
    FILTER = "filter"
    INCIDENT = "incident"
    PARTY = "party"
    SHIFT = "shift"
    CREW = "crew"
    PHOTO = "photo"
    ATTENDANCE = "attendance"
    ALARMS = "alarms"
    ACT = "act"
    ROW = "row"


# Who may see the object of an address at all; outside it does not exist.
SEEN_WITH = {
    Place.UNIT: P.UNIT_VIEW,
    Place.MEASURE: P.UNIT_VIEW,
    Place.FACT: P.RESULT_VIEW,
    Place.MEMBER: P.MEMBER_VIEW,
    Place.IMPORT: P.MEMBER_IMPORT,
    Place.FILTER: P.UNIT_VIEW,
    Place.INCIDENT: P.INCIDENT_VIEW,
    Place.PARTY: P.INCIDENT_VIEW,
    Place.SHIFT: P.DUTY_VIEW,
    Place.CREW: P.DUTY_VIEW,
    Place.PHOTO: P.DUTY_VIEW,
    Place.ATTENDANCE: P.DUTY_VIEW,
    Place.ALARMS: P.ALARM_IMPORT,
    Place.ACT: P.TRAIL_VIEW,
}


@dataclass(frozen=True)
class Rule:
    """`asks`: method → permission; methods that are missing are answered 405 and carry no data."""

    place: Place
    asks: dict[str, P | None] = field(default_factory=dict)
    # Where the unit is named in the body instead of the address, it stands under this key.
    body: dict[str, object] = field(default_factory=dict)


def _get(place: Place, permission: P | None = None) -> Rule:
    return Rule(place, {"GET": permission})


def _post(place: Place, permission: P | None) -> Rule:
    return Rule(place, {"POST": permission})


def _both(place: Place, permission: P | None) -> Rule:
    return Rule(place, {"GET": permission, "POST": permission})


PAGES: dict[str, Rule] = {
    "healthz": _get(Place.PUBLIC),
    "readyz": _get(Place.PUBLIC),
    "set_language": _post(Place.PUBLIC, None),
    "design": _get(Place.PUBLIC),
    "home": _get(Place.WHOLE),
    "unit_search": _get(Place.WHOLE),
    "unit_home": _get(Place.UNIT, P.UNIT_VIEW),
    "unit_now": _get(Place.UNIT, P.UNIT_VIEW),
    "unit_month": _get(Place.UNIT, P.RESULT_VIEW),
    "unit_people": _get(Place.UNIT, P.MEMBER_VIEW),
    "results": _get(Place.UNIT, P.RESULT_VIEW),
    "results_export": _post(Place.UNIT, P.RESULT_EXPORT),
    "result_facts": _get(Place.MEASURE, P.RESULT_VIEW),
    "result_history": _get(Place.FACT, P.RESULT_VIEW),
    "units": _get(Place.UNIT, P.UNIT_VIEW),
    "units_below": _get(Place.UNIT, P.UNIT_VIEW),
    "trail": _get(Place.UNIT, P.TRAIL_VIEW),
    "act": _get(Place.ACT, P.TRAIL_VIEW),
    "roster": _get(Place.UNIT, P.MEMBER_VIEW),
    "roster_total": _get(Place.UNIT, P.MEMBER_VIEW),
    "roster_export": _both(Place.UNIT, P.MEMBER_EXPORT),
    "filter_save": _post(Place.UNIT, P.MEMBER_VIEW),
    "filter_forget": _post(Place.FILTER, P.MEMBER_VIEW),
    "member_new": _both(Place.UNIT, P.MEMBER_EDIT),
    "member": _get(Place.MEMBER, P.MEMBER_VIEW),
    "member_edit": _both(Place.MEMBER, P.MEMBER_EDIT),
    "member_identity": _both(Place.MEMBER, P.MEMBER_EDIT),
    "member_transfer": _both(Place.MEMBER, P.MEMBER_EDIT),
    "member_status": _both(Place.MEMBER, P.MEMBER_EDIT),
    "member_reveal": Rule(Place.MEMBER, {"POST": P.MEMBER_REVEAL}, {"reason": "insurance"}),
    "duties": _get(Place.UNIT, P.DUTY_VIEW),
    "duties_add": _post(Place.UNIT, P.DUTY_PLAN),
    "duties_copy": _post(Place.UNIT, P.DUTY_PLAN),
    "duties_undo": _post(Place.UNIT, P.DUTY_PLAN),
    "duties_people": _get(Place.UNIT, P.DUTY_PLAN),
    "shift_new": _both(Place.UNIT, P.DUTY_PLAN),
    "series_new": _both(Place.UNIT, P.DUTY_PLAN),
    "shift": _get(Place.SHIFT, P.DUTY_VIEW),
    "shift_edit": _both(Place.SHIFT, P.DUTY_PLAN),
    "shift_cancel": _both(Place.SHIFT, P.DUTY_PLAN),
    "shift_repeat": _post(Place.SHIFT, P.DUTY_PLAN),
    "shift_people": _get(Place.SHIFT, P.DUTY_PLAN),
    "shift_assign": _post(Place.SHIFT, P.DUTY_PLAN),
    "shift_take_off": _post(Place.CREW, P.DUTY_PLAN),
    "shift_replace": _both(Place.CREW, P.DUTY_RECORD),
    "shift_attendance": Rule(Place.SHIFT, {"POST": P.DUTY_RECORD}, {"mark": "present", "everybody": "1"}),
    "shift_results": _post(Place.SHIFT, P.DUTY_RECORD),
    "shift_photo_add": _post(Place.SHIFT, P.DUTY_RECORD),
    "shift_photo": _get(Place.PHOTO, P.DUTY_VIEW),
    "shift_photo_remove": _post(Place.PHOTO, P.DUTY_RECORD),
    "shift_close": _post(Place.SHIFT, P.DUTY_RECORD),
    "shift_reopen": Rule(Place.SHIFT, {"POST": P.DUTY_RECORD}, {"reason": "wrong list"}),
    "attendance_correct": _both(Place.ATTENDANCE, P.DUTY_RECORD),
    # The own shifts and hours: they name nobody else, and ask for the link between account and member alone.
    "my": _get(Place.WHOLE),
    "my_duties": _get(Place.WHOLE),
    "my_record": _get(Place.WHOLE),
    "imports": _get(Place.UNIT, P.MEMBER_IMPORT),
    "import_new": _both(Place.UNIT, P.MEMBER_IMPORT),
    "import_sample": _get(Place.UNIT, P.MEMBER_IMPORT),
    "import": _get(Place.IMPORT, P.MEMBER_IMPORT),
    "import_progress": _get(Place.IMPORT, P.MEMBER_IMPORT),
    "import_answer": _post(Place.IMPORT, P.MEMBER_IMPORT),
    "import_apply": _post(Place.IMPORT, P.MEMBER_IMPORT),
    "import_discard": _post(Place.IMPORT, P.MEMBER_IMPORT),
    "import_resume": _post(Place.IMPORT, P.MEMBER_IMPORT),
    "import_undo": _post(Place.IMPORT, P.MEMBER_IMPORT),
    "import_rejects": _get(Place.IMPORT, P.MEMBER_IMPORT),
    "alarms": _get(Place.UNIT, P.RESULT_VIEW),
    "alarm_new": _both(Place.UNIT, P.ALARM_IMPORT),
    "alarm_import": _get(Place.ALARMS, P.ALARM_IMPORT),
    "alarm_apply": _post(Place.ALARMS, P.ALARM_IMPORT),
    "alarm_discard": _post(Place.ALARMS, P.ALARM_IMPORT),
    "alarm_undo": Rule(Place.ALARMS, {"POST": P.ALARM_IMPORT}, {"reason": "wrong sheet"}),
    "incidents": _get(Place.UNIT, P.INCIDENT_VIEW),
    "incidents_decide": _post(Place.UNIT, P.INCIDENT_VERIFY),
    "incident_new": _both(Place.UNIT, P.INCIDENT_RECORD),
    "incident_people": _get(Place.UNIT, P.INCIDENT_RECORD),
    "incident": _get(Place.INCIDENT, P.INCIDENT_VIEW),
    "incident_edit": _both(Place.INCIDENT, P.INCIDENT_RECORD),
    "incident_submit": _post(Place.INCIDENT, P.INCIDENT_RECORD),
    "incident_verify": _post(Place.INCIDENT, P.INCIDENT_VERIFY),
    "incident_return": Rule(Place.INCIDENT, {"POST": P.INCIDENT_VERIFY}, {"remark": "time"}),
    "incident_withdraw": Rule(Place.INCIDENT, {"POST": P.INCIDENT_VERIFY}, {"reason": "mistake"}),
    "incident_void": Rule(Place.INCIDENT, {"POST": P.INCIDENT_RECORD}, {"reason": "twice"}),
    "incident_note": Rule(Place.INCIDENT, {"POST": P.INCIDENT_RECORD}, {"text": "asked again"}),
    "incident_party_add": _both(Place.INCIDENT, P.INCIDENT_RECORD),
    "incident_party_edit": _both(Place.PARTY, P.INCIDENT_RECORD),
    "incident_party_remove": _post(Place.PARTY, P.INCIDENT_RECORD),
    "incident_party_reveal": Rule(Place.PARTY, {"POST": P.INCIDENT_PARTY}, {"reason": "call back"}),
}

API: dict[str, Rule] = {
    "api:schema": _get(Place.WHOLE),
    "api:docs": _get(Place.WHOLE),
    "api:unit-list": Rule(Place.WHOLE, {"GET": None, "POST": None}),
    "api:unit-detail": Rule(
        Place.UNIT, {"GET": P.UNIT_VIEW, "PATCH": P.UNIT_EDIT}, {"name": "新名", "short_name": "新名"}
    ),
    # Moving is decided by the superior unit; see `test_sweep.test_moving_is_decided_above`.
    "api:unit-move": Rule(Place.WHOLE, {}),
    "api:member-list": Rule(Place.WHOLE, {"GET": None, "POST": None}),
    "api:member-detail": Rule(Place.MEMBER, {"GET": P.MEMBER_VIEW, "PATCH": P.MEMBER_EDIT}),
    "api:member-transfer": Rule(Place.MEMBER, {"POST": P.MEMBER_EDIT}, {"unit": "{unit}", "reason": "nearer"}),
    "api:member-set-status": Rule(Place.MEMBER, {"POST": P.MEMBER_EDIT}, {"status": "suspended", "reason": "ill"}),
    "api:member-reveal": Rule(Place.MEMBER, {"POST": P.MEMBER_REVEAL}, {"reason": "insurance"}),
    "api:import-list": Rule(Place.WHOLE, {"GET": None, "POST": None}),
    "api:import-detail": _get(Place.IMPORT, P.MEMBER_IMPORT),
    "api:import-rows": _get(Place.IMPORT, P.MEMBER_IMPORT),
    "api:import-answers": _post(Place.IMPORT, P.MEMBER_IMPORT),
    "api:import-apply": _post(Place.IMPORT, P.MEMBER_IMPORT),
    "api:import-discard": _post(Place.IMPORT, P.MEMBER_IMPORT),
    "api:import-resume": _post(Place.IMPORT, P.MEMBER_IMPORT),
    "api:import-undo": _post(Place.IMPORT, P.MEMBER_IMPORT),
    "api:import-rejects": _get(Place.IMPORT, P.MEMBER_IMPORT),
    # The unit is named in the query; see tests/stats/api.
    "api:result-list": _get(Place.WHOLE),
    "api:result-facts": _get(Place.WHOLE),
    "api:result-measures": _get(Place.WHOLE),
    "api:shift-list": Rule(Place.WHOLE, {"GET": None, "POST": None}),
    "api:shift-kinds": _get(Place.WHOLE),
    "api:shift-detail": Rule(Place.SHIFT, {"GET": P.DUTY_VIEW, "PATCH": P.DUTY_PLAN}, {"remarks": "穿绿马甲"}),
    "api:shift-cancel": Rule(Place.SHIFT, {"POST": P.DUTY_PLAN}, {"reason": "storm"}),
    "api:shift-assign": Rule(Place.SHIFT, {"POST": P.DUTY_PLAN}, {"members": [1]}),
    "api:shift-take-off": Rule(Place.SHIFT, {"POST": P.DUTY_PLAN}, {"member": 1}),
    "api:shift-check-in": Rule(Place.SHIFT, {"POST": P.DUTY_RECORD}, {"member": 1, "at": "2022-11-03T19:30:00+08:00"}),
    "api:shift-check-out": Rule(Place.SHIFT, {"POST": P.DUTY_RECORD}, {"member": 1, "at": "2022-11-03T19:30:00+08:00"}),
    "api:shift-record": Rule(Place.SHIFT, {"POST": P.DUTY_RECORD}, {"entries": []}),
    "api:shift-results": _post(Place.SHIFT, P.DUTY_RECORD),
    "api:shift-photos": Rule(Place.SHIFT, {"GET": P.DUTY_VIEW, "POST": P.DUTY_RECORD}),
    "api:shift-photo": Rule(Place.PHOTO, {"GET": P.DUTY_VIEW, "DELETE": P.DUTY_RECORD}),
    "api:shift-close": _post(Place.SHIFT, P.DUTY_RECORD),
    "api:shift-reopen": Rule(Place.SHIFT, {"POST": P.DUTY_RECORD}, {"reason": "forgotten"}),
    "api:attendance-list": _get(Place.WHOLE),
    "api:attendance-detail": _get(Place.ATTENDANCE, P.DUTY_VIEW),
    "api:attendance-correct": Rule(
        Place.ATTENDANCE, {"POST": P.DUTY_RECORD}, {"status": "absent", "reason": "mistake"}
    ),
    "api:attendance-withdraw": Rule(Place.ATTENDANCE, {"POST": P.DUTY_RECORD}, {"reason": "mistake"}),
    "api:alarm-list": _get(Place.WHOLE),
    "api:incident-list": Rule(Place.WHOLE, {"GET": None, "POST": None}),
    "api:incident-kinds": _get(Place.WHOLE),
    "api:incident-detail": Rule(
        Place.INCIDENT, {"GET": P.INCIDENT_VIEW, "PATCH": P.INCIDENT_RECORD}, {"account": "两户争执，已和好。"}
    ),
    "api:incident-submit": _post(Place.INCIDENT, P.INCIDENT_RECORD),
    "api:incident-verify": _post(Place.INCIDENT, P.INCIDENT_VERIFY),
    "api:incident-return": Rule(Place.INCIDENT, {"POST": P.INCIDENT_VERIFY}, {"remark": "time"}),
    "api:incident-withdraw": Rule(Place.INCIDENT, {"POST": P.INCIDENT_VERIFY}, {"reason": "mistake"}),
    "api:incident-void": Rule(Place.INCIDENT, {"POST": P.INCIDENT_RECORD}, {"reason": "twice"}),
    "api:incident-note": Rule(Place.INCIDENT, {"POST": P.INCIDENT_RECORD}, {"text": "asked again"}),
    "api:incident-parties": Rule(Place.INCIDENT, {"POST": P.INCIDENT_RECORD}, {"role": "reporter", "name": "李芳"}),
}

# Pages of the sign-in library: about the own account only; no address of theirs names somebody else's object that is
# not looked up through the session.
OPEN_ACCOUNT_PAGES = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_email_verification_sent",
    "account_confirm_login_code",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
}
OWN_ACCOUNT_PAGES = {
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "usersessions_list",
}

# Creating through the API names the unit in the body.
CREATIONS: dict[str, tuple[P, dict[str, object]]] = {
    "api:unit-list": (
        P.UNIT_STRUCTURE,
        {"superior": "{unit}", "level": 4, "name": "新中队", "short_name": "新中队", "code": "new"},
    ),
    "api:member-list": (
        P.MEMBER_EDIT,
        {"unit": "{unit}", "identity": "11010519491231002X", "name": "李芳"},
    ),
    "api:shift-list": (
        P.DUTY_PLAN,
        {
            "unit": "{unit}",
            "kind": "patrol",
            "starts_at": "2022-11-03T19:30:00+08:00",
            "ends_at": "2022-11-03T21:30:00+08:00",
            "needed": 2,
        },
    ),
    "api:incident-list": (
        P.INCIDENT_RECORD,
        {"unit": "{unit}", "kind": "dispute", "occurred_at": "2022-11-03T19:30:00+08:00", "account": "两户争执。"},
    ),
}

TASKS = {
    # Name → why it may act as the system: it takes no input but the key of a row that an operation wrote.
    "members.stage_import": "reads an upload in the name of its uploader",
    "members.apply_import": "applies in the name of whoever decided; the right is checked again",
    "members.undo_import": "undoes in the name of whoever decided; the right is checked again",
    "members.resume_stalled_imports": "sends lost messages again",
    "members.forget_old_uploads": "wipes settled uploads",
    "corps.check_tree": "reads only",
    "stats.drain_dirty": "counts from the facts; takes no input",
    "stats.watch_rollups": "reads, and raises alarms",
}

COMMANDS = {
    # Name → in whose name it writes. Whoever runs a command holds the keys of the installation.
    "check_tree": "the system, noted in the trail",
    "verify_trail": "reads only",
    "rotate_keys": "the system, noted in the trail",
    "found_corps": "the system, noted in the trail: the first corps of a new installation",
    "create_officer": "the system, noted in the trail: the first officer of a new installation",
    "import_roster": "the account named by --as, with its rights",
    "load_city": "the system, noted in the trail",
    "rebuild_rollups": "counts from the facts; changes nothing that anybody decided",
    "check_rollups": "reads only",
    "demo_logins": "reads only; refuses in production",
    "prepare": "prepares an installation: schema and catalogues",
}
