"""Members: the roster, the record as a form, and the acts that ask for a reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.base import OperationForm, ProjectAdmin, UnitText
from corps.admin.fields import pick_one, pick_several, reason_field
from corps.admin.pages import ActForm, OperationPage, ReasonForm, Shown
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.logic.masking import mask_phone
from corps.operations.context import acting
from corps.permissions import Permission
from corps.queries.history import history_of
from corps.queries.scope import local_today
from members.admin.roster import RosterChangeList, chosen, filter_form, filters, place_for, unit_asked
from members.enums import MemberRole, MemberStatus
from members.exports.roster import Wish, export_roster
from members.forms.export import ExportForm
from members.models import Member, TeamMembership
from members.operations import people
from members.policies.life import next_statuses
from members.queries.people import groups_of
from members.queries.story import story_of

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class MemberForm(OperationForm):
    """The record. What is typed is cleaned by the operation, as a cell of a sheet is."""

    identity = forms.CharField(
        label=_("Identity number"),
        max_length=24,
        help_text=_("18 characters from the card; sex and birth date follow from it."),
    )
    chosen_roles = forms.MultipleChoiceField(
        label=_("Roles"), required=False, choices=MemberRole.choices, widget=forms.CheckboxSelectMultiple
    )
    chosen_groups = forms.TypedMultipleChoiceField(
        label=_("Functional groups"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    teams = forms.ModelMultipleChoiceField(Member.objects.none(), label=_("Further teams"), required=False)
    skills_text = forms.CharField(
        label=_("Skills"), max_length=200, required=False, help_text=_("Several with 、 between them.")
    )

    class Meta:
        model = Member
        fields = (
            "unit",
            "name",
            "phone",
            "occupation",
            "employer",
            "address",
            "grid",
            "political_status",
            "education",
            "joined_on",
            "emergency_name",
            "emergency_phone",
            "insurer",
            "policy_number",
            "insured_until",
            "recruiter",
            "partner",
            "remarks",
        )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        member = self.instance
        if member.pk is not None:
            # Correcting the number is an act of its own, with a reason.
            self.fields.pop("identity", None)
            self.initial = {
                **self.initial,
                "chosen_roles": member.roles,
                "chosen_groups": list(member.group_links.values_list("group_id", flat=True)),
                "teams": list(member.team_links.values_list("unit_id", flat=True)),
                "skills_text": "、".join(member.skills),
            }

    def particulars(self, names: set[str]) -> dict[str, Any]:
        """The values of these fields under the names the operation takes."""
        values = self.cleaned_data
        found: dict[str, Any] = {}
        for name in names & set(people.TEXT_FIELDS):
            found[name] = values[name]
        for name in names & set(people.DATE_FIELDS):
            found[name] = values[name].isoformat() if values[name] else ""
        for name in names & {"grid", "partner"}:
            found[f"{name}_id"] = values[name].pk if values[name] else None
        if "skills_text" in names:
            found["skills"] = values["skills_text"]
        if "chosen_roles" in names:
            found["roles"] = values["chosen_roles"]
        return found


class MemberPage(OperationPage):
    """An act on one member."""

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return bool(self.admin.may(request, Permission.MEMBER_EDIT, obj))


class TransferForm(ActForm):
    """Where to."""

    def build(self) -> None:
        unit = Member._meta.get_field("unit")
        self.fields["unit"] = pick_one(self.admin, self.request, unit, label=_("New home unit"))
        self.fields["reason"] = reason_field(required=True)


class TransferPage(MemberPage):
    """Another home."""

    name = "transfer"
    title = _("Transfer")
    icon = "swap_horiz"
    form_class = TransferForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [_("%(name)s leaves %(unit)s and belongs to the new unit.") % {"name": obj.name, "unit": obj.unit}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        people.transfer(actor=actor_of(request), member_id=obj.pk, unit_id=values["unit"].pk, reason=values["reason"])
        return _("%(name)s belongs to %(unit)s from now on.") % {"name": obj.name, "unit": values["unit"]}


class StatusForm(ActForm):
    """Which status, since when, why."""

    status = forms.ChoiceField(label=_("New status"))
    on = forms.DateField(label=_("Since"), required=False)

    def build(self) -> None:
        field: Any = self.fields["status"]
        allowed = next_statuses(self.obj.status)
        field.choices = [(one.value, one.label) for one in MemberStatus if one in allowed]
        self.fields["reason"] = reason_field()
        self.initial.setdefault("on", local_today())


class StatusPage(MemberPage):
    """Suspend, let go, take back."""

    name = "status"
    title = _("Change status")
    icon = "published_with_changes"
    form_class = StatusForm

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(next_statuses(obj.status))

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("%(name)s is “%(status)s” now. Whoever leaves stays in the records.")
            % {"name": obj.name, "status": obj.get_status_display()}
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        people.change_status(
            actor=actor_of(request),
            member_id=obj.pk,
            status=MemberStatus(values["status"]),
            reason=values["reason"],
            on=values["on"],
        )
        return _("The status of %(name)s is changed.") % {"name": obj.name}


class IdentityForm(ActForm):
    """The right number."""

    identity = forms.CharField(
        label=_("Correct identity number"), max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def build(self) -> None:
        self.fields["reason"] = reason_field(required=True)


class IdentityPage(MemberPage):
    """Put a wrong number right."""

    name = "identity"
    title = _("Put the identity number right")
    icon = "badge"
    form_class = IdentityForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(_("Sex and birth date follow from the new number."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        people.change_identity(
            actor=actor_of(request), member_id=obj.pk, identity=values["identity"], reason=values["reason"]
        )
        return _("The identity number of %(name)s is corrected.") % {"name": obj.name}


class RevealPage(OperationPage):
    """The full number, for a reason."""

    name = "reveal"
    title = _("Reveal identity number")
    icon = "visibility"
    form_class = ReasonForm

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return bool(self.admin.may(request, Permission.MEMBER_REVEAL, obj))

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(_("Your name, the time and the reason are recorded; your superior can read them."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        number = people.reveal_identity(actor=actor_of(request), member_id=obj.pk, reason=values["reason"])
        return Shown(
            heading=str(_("Identity number of %(name)s") % {"name": obj.name}),
            secret=number,
            explanation=str(_("Shown this once. Do not copy it to where others can read it.")),
        )


class ExportActForm(ActForm, ExportForm):
    """The dashboard's form in the admin's dress."""


class ExportPage(OperationPage):
    """What the list shows, as a file; the same resource, scope and record as on the dashboard."""

    name = "export"
    title = _("Export")
    icon = "download"
    on_list = True
    form_class = ExportActForm

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return bool(scope_for(request, Permission.MEMBER_EXPORT))

    def button(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        found = super().button(request, obj)
        return {**found, "path": f"{found['path']}?{request.GET.urlencode()}" if request.GET else found["path"]}

    def form(self, request: HttpRequest, obj: Any) -> ActForm:
        place = place_for(request, Permission.MEMBER_EXPORT, unit_asked(request.GET))
        may_reveal = place is not None and place.unit.id in scope_for(request, Permission.MEMBER_REVEAL)
        data = (request.POST,) if request.method == "POST" else ()
        return ExportActForm(*data, admin=self.admin, request=request, obj=obj, may_reveal=may_reveal)

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        place = place_for(request, Permission.MEMBER_EXPORT, unit_asked(request.GET))
        found = [_("%(unit)s with everything below it.") % {"unit": place.unit.name}] if place else []
        words = [word for _name, word in filter_form(request).words()]
        typed = request.GET.get("q", "").strip()
        if typed:
            words.append(_("Search: %(typed)s") % {"typed": typed})
        return [*found, *([_("Narrowed to: %(words)s.") % {"words": "、".join(map(str, words))}] if words else [])]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        place = place_for(request, Permission.MEMBER_EXPORT, unit_asked(request.GET))
        if place is None:
            raise TypeError("who may export has a unit to export from")
        wish = Wish(
            columns=tuple(values["columns"]),
            kind=values["kind"],
            typed=request.GET.get("q", "").strip(),
            chosen=chosen(request),
            full_identity=values.get("full_identity", False),
            reason=values.get("reason", ""),
        )
        made = export_roster(actor=actor_of(request), place=place, wish=wish)
        answer = FileResponse(made.file, as_attachment=True, filename=made.name, content_type=CONTENT_TYPES[wish.kind])
        answer["Cache-Control"] = "no-store"
        return answer


@admin.register(Member)
class MemberAdmin(UnitText, ProjectAdmin):
    """The roster for officers: everything masked that the reader may not see in full."""

    form = MemberForm
    view_permission = Permission.MEMBER_VIEW
    add_permission = Permission.MEMBER_EDIT
    change_permission = Permission.MEMBER_EDIT
    pages = (TransferPage, StatusPage, IdentityPage, RevealPage, ExportPage)
    list_display = (
        "name",
        "identity_column",
        "sex",
        "age_column",
        "phone",
        "occupation",
        "unit_column",
        "status",
        "joined_on",
    )
    list_filter = filters()
    search_fields = ("name",)
    search_help_text = _("Name, pinyin initials, phone or identity number")
    sortable_by = ()
    ordering = ("pk",)
    autocomplete_fields = ("unit", "grid", "partner")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return RosterChangeList

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        # The roster's own search answers; nobody is searched for with LIKE.
        return (queryset.none() if search_term else queryset), False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit", "grid", "partner")

    @admin.display(description=_("identity number"))
    def identity_column(self, member: Any) -> str:
        """Masked."""
        return (
            f"{member.identity_head}***********{member.identity_tail}" if member.identity_head else member.identity_text
        )

    @admin.display(description=_("age"))
    def age_column(self, member: Any) -> int:
        """On the day of the look."""
        return int(member.age)

    # --- form ---------------------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        work = ("occupation", "employer", "address", "grid", "political_status", "education", "skills_text")
        corps: tuple[str, ...] = ("chosen_roles", "chosen_groups", "teams", "partner", "joined_on", "recruiter")
        care = (("emergency_name", "emergency_phone"), ("insurer", "policy_number"), "insured_until", "remarks")
        if obj is None:
            first: tuple[Any, ...] = ("unit", "name", "identity", "phone")
        elif self.has_change_permission(request, obj):
            first = ("home", "status_text", "identity_column", ("sex", "birth_date"), "name", "phone")
        else:
            seen = (
                "home",
                "status_text",
                "identity_column",
                ("sex", "birth_date"),
                "name",
                "masked_phone",
                "occupation",
                "employer",
                "political_status",
                "education",
                "joined_on",
            )
            return [(None, {"fields": seen})]
        place = place_for(request, Permission.MEMBER_VIEW, obj.unit_id if obj else None)
        if place is None or not groups_of(place.unit.corps_id):
            corps = tuple(name for name in corps if name != "chosen_groups")
        return [
            (None, {"fields": first}),
            (_("Work and home"), {"fields": work}),
            (_("In the corps"), {"fields": corps}),
            (_("Care"), {"fields": care}),
            (None, {"fields": ("reason",)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return ("home", "status_text", "identity_column", "sex", "birth_date", "masked_phone")

    @admin.display(description=_("home unit"))
    def home(self, member: Any) -> str:
        """With its superiors."""
        return str(self.admin_site._registry[type(member.unit)].option_label(member.unit))  # noqa: SLF001

    @admin.display(description=_("status"))
    def status_text(self, member: Any) -> str:
        """With day and reason."""
        parts = (member.get_status_display(), member.status_on and member.status_on.isoformat(), member.status_reason)
        return " · ".join(str(part) for part in parts if part)

    @admin.display(description=_("phone"))
    def masked_phone(self, member: Any) -> str:
        """For readers without the right to full numbers."""
        return mask_phone(member.phone) or "—"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = super().get_form(request, obj, change, **kwargs)
        fields = form.base_fields
        if "teams" in fields:
            unit = TeamMembership._meta.get_field("unit")
            fields["teams"] = pick_several(self, request, unit, required=False, label=fields["teams"].label)
        if "chosen_groups" in fields:
            place = place_for(request, Permission.MEMBER_VIEW, obj.unit_id if obj else None)
            fields["chosen_groups"].choices = groups_of(place.unit.corps_id) if place else []
        return form

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        actor, values = actor_of(request), form.cleaned_data
        changed = set(form.changed_data) - {"reason"}
        if adding:
            unit_id = values["unit"].pk
            with acting(actor=actor, action="member.enrol", reason=values["reason"], unit_id=unit_id):
                member = people.enrol(
                    actor=actor,
                    unit_id=unit_id,
                    identity=values["identity"],
                    particulars={"name": values["name"], **form.particulars(changed)},
                    reason=values["reason"],
                )
                self._write_links(actor, member.pk, values, changed)
            return member
        with acting(actor=actor, action="member.edit", reason=values["reason"], unit_id=obj.unit_id):
            particulars = form.particulars(changed)
            if particulars:
                people.edit(actor=actor, member_id=obj.pk, particulars=particulars, reason=values["reason"])
            self._write_links(actor, obj.pk, values, changed)
        return None

    def _write_links(self, actor: Any, member_id: int, values: dict[str, Any], changed: set[str]) -> None:
        if "chosen_groups" in changed:
            people.set_groups(actor=actor, member_id=member_id, group_ids=values["chosen_groups"])
        if "teams" in changed:
            people.set_teams(actor=actor, member_id=member_id, unit_ids=[unit.pk for unit in values["teams"]])

    def history(self, request: HttpRequest, obj: Any) -> Any:
        """The record's own rows, and under them the groups and teams that came and went."""
        entries = history_of(obj, actor_of(request), unit_id=obj.unit_id)
        links = [
            episode
            for episode in story_of(actor_of(request), obj)
            if any(change.field in {"groups", "teams"} for change in episode.changes)
        ]
        words = {"groups": _("functional groups"), "teams": _("further teams")}
        told = [
            {
                "at": episode.at,
                "actor": episode.who,
                "action": episode.action,
                "reason": episode.reason,
                "change": {
                    "changes": [
                        {"label": words[change.field], "old": change.old, "new": change.new}
                        for change in episode.changes
                        if change.field in words
                    ]
                },
            }
            for episode in links
        ]
        found: list[Any] = [*entries, *told]
        found.sort(key=lambda one: one["at"] if isinstance(one, dict) else one.at, reverse=True)
        return found
