"""The places of the admin site in their groups, as far as the officer may go, and what its frame shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.admin.scopes import scope_for
from corps.permissions import Permission as P  # noqa: N817 - the table below reads better

# Group → title, icon, name of the address, permission, and what stands there.
PLACES: list[tuple[Any, list[tuple[Any, str, str, P, Any]]]] = [
    (
        _("Units"),
        [
            (
                _("Units"),
                "account_tree",
                "corps_unit_changelist",
                P.UNIT_VIEW,
                _("The tree; create, move, merge, close"),
            ),
            (_("Posts"), "military_tech", "corps_post_changelist", P.UNIT_VIEW, _("Commissars, captains, deputies")),
            (_("Terms"), "history_edu", "corps_term_changelist", P.UNIT_VIEW, _("Who held which post, and when")),
            (_("Police stations"), "local_police", "corps_station_changelist", P.UNIT_VIEW, _("Who guides which unit")),
            (_("Sites"), "location_on", "corps_site_changelist", P.UNIT_VIEW, _("Assembly points, schools, estates")),
            (_("Grids"), "grid_view", "corps_grid_changelist", P.UNIT_VIEW, _("Cells of community governance")),
            (
                _("Level names"),
                "label",
                "corps_levelname_changelist",
                P.UNIT_VIEW,
                _("The corps' own words for levels"),
            ),
            (_("Specialities"), "star", "corps_speciality_changelist", P.UNIT_VIEW, _("What units are good at")),
        ],
    ),
    (
        _("People"),
        [
            (_("Members"), "groups", "members_member_changelist", P.MEMBER_VIEW, _("The roster of your units")),
            (
                _("Partner organisations"),
                "handshake",
                "members_partnerorganisation_changelist",
                P.MEMBER_VIEW,
                _("Societies that joined as a body"),
            ),
            (
                _("Functional groups"),
                "diversity_3",
                "members_functionalgroup_changelist",
                P.MEMBER_VIEW,
                _("Patrol, observation, publicity"),
            ),
            (
                _("Applications"),
                "person_add",
                "members_application_changelist",
                P.MEMBER_ADMIT,
                _("Who asked to join; vet, admit, refuse"),
            ),
            (
                _("Recruitment pages"),
                "qr_code_2",
                "members_joinpage_changelist",
                P.MEMBER_ADMIT,
                _("Which units take people, and what stands there"),
            ),
            (
                _("Privacy notices"),
                "policy",
                "members_privacynotice_changelist",
                P.MEMBER_ADMIT,
                _("What applicants agree to, version by version"),
            ),
            (
                _("Recruiters"),
                "campaign",
                "members_recruiter_changelist",
                P.MEMBER_ADMIT,
                _("Who recruits, with which target"),
            ),
            (
                _("Transfers"),
                "swap_horiz",
                "members_transferrequest_changelist",
                P.MEMBER_VIEW,
                _("Who shall come to your units"),
            ),
            (
                _("Bulk moves"),
                "move_group",
                "members_move_changelist",
                P.MEMBER_EDIT,
                _("Many members into another unit, and back"),
            ),
            (
                _("Proposed changes"),
                "rate_review",
                "members_proposal_changelist",
                P.MEMBER_EDIT,
                _("What members want changed in their records"),
            ),
            (
                _("Merged records"),
                "merge",
                "members_merger_changelist",
                P.MEMBER_MERGE,
                _("Two records that were one person's"),
            ),
            (
                _("Kept as two people"),
                "call_split",
                "members_distinction_changelist",
                P.MEMBER_MERGE,
                _("Records that look alike and are not; list them again"),
            ),
            (
                _("Imports"),
                "upload_file",
                "members_rosterimport_changelist",
                P.MEMBER_IMPORT,
                _("Workbooks on their way into the roster"),
            ),
        ],
    ),
    (
        _("Training"),
        [
            (
                _("Training sessions"),
                "school",
                "members_trainingsession_changelist",
                P.TRAINING_VIEW,
                _("Plan, close, cancel; who takes part"),
            ),
            (
                _("Certificates"),
                "workspace_premium",
                "members_certificate_changelist",
                P.TRAINING_VIEW,
                _("Who may do what until when; revoke, renew"),
            ),
            (
                _("Courses"),
                "menu_book",
                "members_course_changelist",
                P.TRAINING_VIEW,
                _("What is taught; texts and quizzes"),
            ),
            (
                _("Kinds of certificate"),
                "category",
                "members_certificatekind_changelist",
                P.TRAINING_VIEW,
                _("How long each is valid, when it is warned"),
            ),
            (
                _("Requirements"),
                "rule",
                "members_requirement_changelist",
                P.TRAINING_VIEW,
                _("What duties and equipment ask of members"),
            ),
        ],
    ),
    (
        _("Equipment"),
        [
            (
                _("Vouchers"),
                "receipt_long",
                "members_voucher_changelist",
                P.EQUIPMENT_VIEW,
                _("Everything that moved; reverse with a reason"),
            ),
            (
                _("Confirmations of receipt"),
                "draw",
                "members_confirmation_changelist",
                P.EQUIPMENT_VIEW,
                _("Who has confirmed what they were given"),
            ),
            (_("Stores"), "warehouse", "members_store_changelist", P.EQUIPMENT_VIEW, _("Where things lie")),
            (
                _("Kinds of equipment"),
                "category",
                "members_equipmentkind_changelist",
                P.EQUIPMENT_VIEW,
                _("What the corps owns, and how it is counted"),
            ),
            (
                _("Entitlements"),
                "checklist",
                "members_entitlement_changelist",
                P.EQUIPMENT_VIEW,
                _("Who is entitled to what"),
            ),
            (
                _("Numbered things"),
                "tag",
                "members_article_changelist",
                P.EQUIPMENT_VIEW,
                _("Radios, drones, cars by number"),
            ),
        ],
    ),
    (
        _("Duties"),
        [
            (
                _("Shifts"),
                "event_available",
                "duties_shift_changelist",
                P.DUTY_VIEW,
                _("Plan, record, close; series and weeks"),
            ),
            (
                _("Attendance"),
                "fact_check",
                "duties_attendance_changelist",
                P.DUTY_VIEW,
                _("Who came; corrections with a reason"),
            ),
            (_("Series"), "event_repeat", "duties_series_changelist", P.DUTY_VIEW, _("Recurring shifts as planned")),
            (
                _("Kinds of duty"),
                "category",
                "duties_dutykind_changelist",
                P.DUTY_VIEW,
                _("What the corps plans, and what it counts as"),
            ),
        ],
    ),
    (
        _("Incidents"),
        [
            (
                _("Incidents"),
                "crisis_alert",
                "incidents_incident_changelist",
                P.INCIDENT_VIEW,
                _("What happened; verify and return"),
            ),
            (
                _("Kinds of incident"),
                "category",
                "incidents_incidentkind_changelist",
                P.INCIDENT_VIEW,
                _("What the corps records, and what it counts as"),
            ),
        ],
    ),
    (
        _("Statistics"),
        [
            (
                _("Alarm figures of the police"),
                "monitoring",
                "stats_alarmfigure_changelist",
                P.RESULT_VIEW,
                _("By area and month, as imported"),
            ),
            (
                _("Imported alarm figures"),
                "upload_file",
                "stats_alarmimport_changelist",
                P.ALARM_IMPORT,
                _("Sheets taken over; take one back"),
            ),
            (
                _("Differences"),
                "rule",
                "stats_discrepancy_changelist",
                P.RESULT_VIEW,
                _("Stored figures that differ from the facts"),
            ),
        ],
    ),
    (
        _("Accounts"),
        [
            (_("Accounts"), "person", "corps_account_changelist", P.ACCOUNT_VIEW, _("Who signs in")),
            (
                _("Appointments"),
                "badge",
                "corps_appointment_changelist",
                P.ACCOUNT_VIEW,
                _("Who holds which role where"),
            ),
            (_("API keys"), "key", "corps_apikey_changelist", P.API_KEY_MANAGE, _("Other systems that read and write")),
        ],
    ),
    (
        _("Audit"),
        [
            (
                _("Action log"),
                "receipt_long",
                "corps_actionlog_changelist",
                P.TRAIL_VIEW,
                _("Who did what, when and why"),
            ),
            (_("Row history"), "manage_history", "corps_actionlog_rows", P.TRAIL_VIEW, _("What changed, old and new")),
        ],
    ),
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups with the places the officer may enter; empty groups are left out by the theme."""
    dashboard = {"title": _("Dashboard"), "icon": "arrow_back", "link": "/", "active": False, "text": ""}
    groups: list[dict[str, Any]] = [{"title": "", "items": [dashboard]}]
    for title, places in PLACES:
        items = [
            {
                "title": word,
                "icon": icon,
                "link": (link := reverse(f"admin:{name}")),
                "active": _is_here(request.path, link),
                "text": text,
            }
            for word, icon, name, permission, text in places
            if scope_for(request, permission)
        ]
        if items:
            groups.append({"title": title, "items": items})
    return groups


def _is_here(path: str, link: str) -> bool:
    """The log's list and its time line share the beginning of their address."""
    rows = reverse("admin:corps_actionlog_rows")
    return path.startswith(link) and (link == rows or not path.startswith(rows))


def account_links(request: HttpRequest) -> list[dict[str, str]]:
    """The own account's pages, which are the dashboard's."""
    return [
        {"title": str(_("Change password")), "link": reverse("account_change_password")},
        {"title": str(_("Second factor")), "link": reverse("mfa_index")},
        {"title": str(_("Sessions")), "link": reverse("usersessions_list")},
    ]


def environment(request: HttpRequest) -> list[str] | None:
    """A label wherever the data is not real, so that nobody mistakes one for the other."""
    if settings.PRODUCTION:
        return None
    return [str(_("Practice data")), "warning"]
