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
    STOCK = "stock"
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
    TRAINING = "training"
    TRAINEE = "trainee"
    ENROLMENT = "enrolment"
    CERTIFICATE = "certificate"
    OWN_TRAINING = "own training"
    OWN_RECEIPT = "own receipt"
    TRANSFER_IN = "transfer in"
    TRANSFER_OUT = "transfer out"
    MOVE = "move"
    MOVE_IN = "move in"
    PROPOSAL = "proposal"
    PAIR = "pair"
    DISTINCTION = "distinction"
    STORE = "store"
    VOUCHER = "voucher"
    HOLDING = "holding"
    ARTICLE = "article"
    SENDING = "sending"
    ACT = "act"
    JOIN = "join"
    APPLICATION = "application"
    RECRUITER = "recruiter"
    PARTNER = "partner"
    ROW = "row"


# Who may see the object of an address at all; outside it does not exist.
SEEN_WITH = {
    Place.UNIT: P.UNIT_VIEW,
    Place.MEASURE: P.UNIT_VIEW,
    Place.STOCK: P.UNIT_VIEW,
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
    Place.TRAINING: P.TRAINING_VIEW,
    Place.TRAINEE: P.TRAINING_VIEW,
    Place.ENROLMENT: P.TRAINING_VIEW,
    Place.CERTIFICATE: P.TRAINING_VIEW,
    Place.TRANSFER_IN: P.MEMBER_VIEW,
    Place.TRANSFER_OUT: P.MEMBER_VIEW,
    Place.MOVE: P.MEMBER_EDIT,
    Place.MOVE_IN: P.MEMBER_EDIT,
    Place.PROPOSAL: P.MEMBER_VIEW,
    Place.PAIR: P.MEMBER_VIEW,
    Place.DISTINCTION: P.MEMBER_MERGE,
    Place.STORE: P.EQUIPMENT_VIEW,
    Place.VOUCHER: P.EQUIPMENT_VIEW,
    Place.HOLDING: P.EQUIPMENT_VIEW,
    Place.ARTICLE: P.EQUIPMENT_VIEW,
    Place.SENDING: P.EQUIPMENT_VIEW,
    Place.ACT: P.TRAIL_VIEW,
    Place.APPLICATION: P.MEMBER_ADMIT,
    Place.RECRUITER: P.UNIT_VIEW,
    Place.PARTNER: P.UNIT_VIEW,
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
    "stock": _get(Place.UNIT, P.EQUIPMENT_VIEW),
    "stock_entitled": _get(Place.UNIT, P.EQUIPMENT_VIEW),
    "stock_export": _post(Place.UNIT, P.EQUIPMENT_VIEW),
    "stock_facts": _get(Place.STOCK, P.EQUIPMENT_VIEW),
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
    "my_proposal": _both(Place.WHOLE, None),
    # Answers 404 to whoever is no member; see tests/members/life/test_proposals.
    "my_proposal_withdraw": Rule(Place.WHOLE, {}),
    "transfers": _get(Place.UNIT, P.MEMBER_VIEW),
    "transfer_accept": _post(Place.TRANSFER_IN, P.MEMBER_EDIT),
    "transfer_return": Rule(Place.TRANSFER_IN, {"POST": P.MEMBER_EDIT}, {"remark": "full"}),
    "transfer_withdraw": _post(Place.TRANSFER_OUT, P.MEMBER_EDIT),
    "moves": _get(Place.UNIT, P.MEMBER_EDIT),
    "move_new": _both(Place.UNIT, P.MEMBER_EDIT),
    "move": _get(Place.MOVE, P.MEMBER_EDIT),
    "move_apply": _post(Place.MOVE, P.MEMBER_EDIT),
    "move_ask": _post(Place.MOVE, P.MEMBER_EDIT),
    "move_accept": _post(Place.MOVE_IN, P.MEMBER_EDIT),
    "move_return": Rule(Place.MOVE_IN, {"POST": P.MEMBER_EDIT}, {"remark": "full"}),
    "move_undo": _post(Place.MOVE, P.MEMBER_EDIT),
    "move_discard": _post(Place.MOVE, P.MEMBER_EDIT),
    "proposals": _get(Place.UNIT, P.MEMBER_EDIT),
    "proposal": _get(Place.PROPOSAL, P.MEMBER_EDIT),
    "proposal_approve": _post(Place.PROPOSAL, P.MEMBER_EDIT),
    "proposal_return": Rule(Place.PROPOSAL, {"POST": P.MEMBER_EDIT}, {"remark": "wrong"}),
    "duplicates": _get(Place.UNIT, P.MEMBER_MERGE),
    "member_twins": _get(Place.MEMBER, P.MEMBER_MERGE),
    "member_merge": Rule(Place.PAIR, {"GET": P.MEMBER_MERGE, "POST": P.MEMBER_MERGE}, {"reason": "twice"}),
    "member_apart": Rule(Place.PAIR, {"POST": P.MEMBER_MERGE}, {"reason": "father and son"}),
    "pair_again": _post(Place.DISTINCTION, P.MEMBER_MERGE),
    "training": _get(Place.UNIT, P.TRAINING_VIEW),
    "training_new": _both(Place.UNIT, P.TRAINING_RECORD),
    "training_session": _get(Place.TRAINING, P.TRAINING_VIEW),
    "training_edit": _both(Place.TRAINING, P.TRAINING_RECORD),
    "training_cancel": _both(Place.TRAINING, P.TRAINING_RECORD),
    "training_people": _both(Place.TRAINING, P.TRAINING_RECORD),
    "training_withdraw": _post(Place.TRAINEE, P.TRAINING_RECORD),
    "training_results": _post(Place.TRAINING, P.TRAINING_RECORD),
    "training_close": _post(Place.TRAINING, P.TRAINING_RECORD),
    "training_correct": _both(Place.ENROLMENT, P.TRAINING_RECORD),
    "certificates": _get(Place.UNIT, P.TRAINING_VIEW),
    "certificates_export": _post(Place.UNIT, P.MEMBER_EXPORT),
    "certificate_new": _both(Place.MEMBER, P.TRAINING_RECORD),
    "certificate": _get(Place.CERTIFICATE, P.TRAINING_VIEW),
    "certificate_revoke": _both(Place.CERTIFICATE, P.TRAINING_RECORD),
    "certificate_renew": _both(Place.CERTIFICATE, P.TRAINING_RECORD),
    # The own training: a session that is not the reader's own does not exist there.
    "equipment": _get(Place.UNIT, P.EQUIPMENT_VIEW),
    "equipment_lacks": _get(Place.UNIT, P.EQUIPMENT_VIEW),
    "equipment_lacking": _get(Place.STOCK, P.EQUIPMENT_VIEW),
    "equipment_issue": _both(Place.UNIT, P.EQUIPMENT_RECORD),
    "equipment_issue_all": _both(Place.UNIT, P.EQUIPMENT_RECORD),
    "equipment_hand_out": _both(Place.UNIT, P.EQUIPMENT_RECORD),
    "equipment_holdings": _get(Place.UNIT, P.EQUIPMENT_VIEW),
    "equipment_take_back": _both(Place.UNIT, P.EQUIPMENT_RECORD),
    "equipment_vouchers": _get(Place.UNIT, P.EQUIPMENT_VIEW),
    "equipment_confirmations": _get(Place.UNIT, P.EQUIPMENT_VIEW),
    "equipment_transfers": _get(Place.UNIT, P.EQUIPMENT_VIEW),
    "store_new": _both(Place.UNIT, P.EQUIPMENT_RECORD),
    "equipment_import": _both(Place.UNIT, P.EQUIPMENT_RECORD),
    "equipment_import_apply": _post(Place.UNIT, P.EQUIPMENT_RECORD),
    "equipment_import_rejects": _post(Place.UNIT, P.EQUIPMENT_RECORD),
    "equipment_sample": _get(Place.UNIT, P.EQUIPMENT_RECORD),
    "equipment_holdings_export": _post(Place.UNIT, P.MEMBER_EXPORT),
    "equipment_stores_export": _post(Place.UNIT, P.EQUIPMENT_VIEW),
    "equipment_holding": Rule(Place.HOLDING, {"GET": P.EQUIPMENT_VIEW, "POST": P.EQUIPMENT_RECORD}),
    "equipment_article": _get(Place.ARTICLE, P.EQUIPMENT_VIEW),
    "store": _get(Place.STORE, P.EQUIPMENT_VIEW),
    "store_edit": _both(Place.STORE, P.EQUIPMENT_RECORD),
    "equipment_goods": _both(Place.STORE, P.EQUIPMENT_RECORD),
    "equipment_send": _both(Place.STORE, P.EQUIPMENT_RECORD),
    "equipment_count": _both(Place.STORE, P.EQUIPMENT_RECORD),
    "equipment_repair": _both(Place.STORE, P.EQUIPMENT_RECORD),
    "equipment_repaired": _both(Place.STORE, P.EQUIPMENT_RECORD),
    "equipment_disposal": _both(Place.STORE, P.EQUIPMENT_RECORD),
    "equipment_voucher": _get(Place.VOUCHER, P.EQUIPMENT_VIEW),
    "equipment_sheet": _get(Place.VOUCHER, P.EQUIPMENT_VIEW),
    "equipment_confirm": _post(Place.VOUCHER, P.EQUIPMENT_RECORD),
    "equipment_reverse": _post(Place.VOUCHER, P.EQUIPMENT_RECORD),
    "equipment_receive": _both(Place.SENDING, P.EQUIPMENT_RECORD),
    # The own equipment; a hand-over of somebody else does not exist there, see tests/members/equipment.
    "my_equipment": _get(Place.WHOLE),
    "my_equipment_confirm": _post(Place.OWN_RECEIPT, None),
    "my_training": _get(Place.WHOLE),
    "my_enrol": _post(Place.OWN_TRAINING, None),
    "my_withdraw": _post(Place.OWN_TRAINING, None),
    "my_quiz": _both(Place.OWN_TRAINING, None),
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
    # Open to everybody: they name a unit that opened its page, and never say whom it knows.
    "member_record": Rule(Place.MEMBER, {"GET": P.MEMBER_RECORD, "POST": P.MEMBER_RECORD}, {"reason": "asked for"}),
    "member_erase": _both(Place.MEMBER, P.MEMBER_ERASE),
    "my_record_file": _both(Place.WHOLE, None),
    "join": _both(Place.JOIN, None),
    "join_received": _get(Place.JOIN),
    "join_progress": _both(Place.PUBLIC, None),
    "join_code": _both(Place.PUBLIC, None),
    "join_withdraw": _post(Place.PUBLIC, None),
    "join_leave": _post(Place.PUBLIC, None),
    "applicants": _get(Place.UNIT, P.MEMBER_ADMIT),
    "applicants_decide": _post(Place.UNIT, P.MEMBER_ADMIT),
    "join_page": _both(Place.UNIT, P.MEMBER_ADMIT),
    "join_poster": _get(Place.UNIT, P.MEMBER_ADMIT),
    "recruiters": _both(Place.UNIT, P.MEMBER_ADMIT),
    "recruiters_export": _get(Place.UNIT, P.MEMBER_EXPORT),
    "recruiter": _both(Place.RECRUITER, P.MEMBER_ADMIT),
    "partners": _get(Place.UNIT, P.MEMBER_VIEW),
    "partner": _get(Place.PARTNER, P.MEMBER_VIEW),
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
    "api:member-life": _get(Place.MEMBER, P.MEMBER_VIEW),
    "api:member-reveal": Rule(Place.MEMBER, {"POST": P.MEMBER_REVEAL}, {"reason": "insurance"}),
    "api:application-list": _get(Place.WHOLE),
    "api:application-detail": _get(Place.APPLICATION, P.MEMBER_ADMIT),
    "api:application-decide": Rule(Place.APPLICATION, {"POST": P.MEMBER_ADMIT}, {"step": "vet"}),
    "api:course-list": _get(Place.WHOLE),
    "api:training-session-list": Rule(Place.WHOLE, {"GET": None, "POST": None}),
    "api:training-session-detail": _get(Place.TRAINING, P.TRAINING_VIEW),
    "api:training-session-cancel": Rule(Place.TRAINING, {"POST": P.TRAINING_RECORD}, {"reason": "storm"}),
    "api:training-session-enrol": Rule(Place.TRAINING, {"POST": P.TRAINING_RECORD}, {"members": [1]}),
    "api:training-session-withdraw": Rule(Place.TRAINING, {"POST": P.TRAINING_RECORD}, {"member": 1}),
    "api:training-session-record": Rule(Place.TRAINING, {"POST": P.TRAINING_RECORD}, {"entries": []}),
    "api:training-session-close": _post(Place.TRAINING, P.TRAINING_RECORD),
    "api:training-session-correct": Rule(
        Place.TRAINING, {"POST": P.TRAINING_RECORD}, {"member": 0, "attended": True, "reason": "typo"}
    ),
    # The unit is that of the member named in the body; see tests/members/training.
    "api:certificate-list": Rule(Place.WHOLE, {"GET": None, "POST": None}),
    "api:certificate-detail": _get(Place.CERTIFICATE, P.TRAINING_VIEW),
    "api:certificate-revoke": Rule(Place.CERTIFICATE, {"POST": P.TRAINING_RECORD}, {"reason": "forged"}),
    "api:certificate-renew": Rule(
        Place.CERTIFICATE, {"POST": P.TRAINING_RECORD}, {"on": "2026-01-05", "reason": "trained again"}
    ),
    "api:transfer-list": Rule(Place.WHOLE, {"GET": None, "POST": None}),
    "api:transfer-accept": _post(Place.TRANSFER_IN, P.MEMBER_EDIT),
    "api:transfer-return": Rule(Place.TRANSFER_IN, {"POST": P.MEMBER_EDIT}, {"remark": "full"}),
    "api:transfer-withdraw": _post(Place.TRANSFER_OUT, P.MEMBER_EDIT),
    "api:move-list": Rule(Place.WHOLE, {"POST": None}),
    "api:move-detail": _get(Place.MOVE, P.MEMBER_EDIT),
    "api:move-apply": _post(Place.MOVE, P.MEMBER_EDIT),
    "api:move-ask": _post(Place.MOVE, P.MEMBER_EDIT),
    "api:move-accept": _post(Place.MOVE_IN, P.MEMBER_EDIT),
    "api:move-return": Rule(Place.MOVE_IN, {"POST": P.MEMBER_EDIT}, {"remark": "full"}),
    "api:move-undo": _post(Place.MOVE, P.MEMBER_EDIT),
    "api:move-discard": _post(Place.MOVE, P.MEMBER_EDIT),
    "api:proposal-list": _get(Place.WHOLE),
    "api:proposal-approve": _post(Place.PROPOSAL, P.MEMBER_EDIT),
    "api:proposal-return": Rule(Place.PROPOSAL, {"POST": P.MEMBER_EDIT}, {"remark": "wrong"}),
    # The records are named in the body; see tests/incidents/api/test_merging.py.
    "api:duplicate-list": _get(Place.WHOLE),
    "api:merger-list": Rule(Place.WHOLE, {"POST": None}),
    "api:distinction-list": Rule(Place.WHOLE, {"GET": None, "POST": None}),
    "api:distinction-detail": Rule(Place.DISTINCTION, {"DELETE": P.MEMBER_MERGE}),
    # The unit is named in the query; see tests/members/equipment/test_api.py.
    "api:equipment-kind-list": _get(Place.WHOLE),
    "api:store-list": _get(Place.WHOLE),
    "api:store-detail": _get(Place.STORE, P.EQUIPMENT_VIEW),
    "api:store-issue": _post(Place.STORE, P.EQUIPMENT_RECORD),
    "api:store-take-back": _post(Place.STORE, P.EQUIPMENT_RECORD),
    "api:holding-list": _get(Place.WHOLE),
    "api:voucher-list": _get(Place.WHOLE),
    "api:voucher-detail": _get(Place.VOUCHER, P.EQUIPMENT_VIEW),
    "api:voucher-confirm": _post(Place.VOUCHER, P.EQUIPMENT_RECORD),
    "api:voucher-receive": _post(Place.SENDING, P.EQUIPMENT_RECORD),
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
    "api:training-session-list": (
        P.TRAINING_RECORD,
        {
            "unit": "{unit}",
            "course": "急救培训",
            "mode": "central",
            "starts_at": "2022-11-03T19:30:00+08:00",
            "ends_at": "2022-11-03T21:30:00+08:00",
            "place": "会议室",
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
    "members.send_code": "sends what an applicant asked for; takes the key of its row alone",
    "members.forget_codes": "deletes codes that are over",
    "members.check_ledger": "reads only",
    "incidents.forget_applicants": "erases who was not admitted, by their dates; takes no input",
    "corps.check_tree": "reads only",
    "stats.drain_dirty": "counts from the facts; takes no input",
    "stats.watch_rollups": "reads, and raises alarms",
}

COMMANDS = {
    # Name → in whose name it writes. Whoever runs a command holds the keys of the installation.
    "check_ledger": "reads only",
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
    "draw_life_cycle": "reads the code, writes a page of the documentation",
    "prepare": "prepares an installation: schema and catalogues",
}
