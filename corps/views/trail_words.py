"""What a reader of the trail filters by, and which facts of an act are worth a word."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Name and the beginnings of the codes it covers.
ACTION_KINDS: dict[str, tuple[Promise | str, tuple[str, ...]]] = {
    "people": (_("Members"), ("member.", "filter.", "group.", "partner.", "pair.", "transfer.", "move.", "proposal.")),
    "recruitment": (_("Recruitment"), ("join.", "recruiter.")),
    "equipment": (_("Equipment"), ("equipment.", "stock.")),
    "training": (
        pgettext_lazy("group of measures", "Training"),
        ("training.", "certificate.", "certificate_kind.", "course.", "requirement."),
    ),
    "imports": (_("Imports"), ("import.", "city.")),
    "duties": (_("Duties"), ("shift.", "attendance.", "duty_kind.")),
    "incidents": (_("Incidents"), ("incident.", "incident_kind.")),
    "results": (_("Results"), ("result.", "stats.", "alarms.")),
    "units": (
        _("Units and places"),
        ("unit.", "corps.", "tree.", "site.", "grid.", "station.", "speciality."),
    ),
    "accounts": (
        _("Posts and accounts"),
        ("post.", "appointment.", "account.", "api_key.", "demo.", "keys.", "trail."),
    ),
    "sign-in": (_("Sign-in"), ("session.", "second_factor.", "password.")),
}

# What has no name here is for the technical administrator.
DETAIL_NAMES: dict[str, Promise | str] = {
    "file": _("file"),
    "rows": _("rows"),
    "sessions": _("sessions"),
    "units": _("units"),
    "failures": _("failures"),
}
