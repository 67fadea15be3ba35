"""Members for officers: the roster, and the record as a form."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.base import OperationForm, ProjectAdmin, UnitText
from corps.admin.fields import pick_several
from corps.doors import actor_of
from corps.logic.masking import mask_phone
from corps.operations.context import acting
from corps.permissions import Permission
from corps.queries.history import history_of
from members.admin import acts
from members.admin.export import ExportPage
from members.admin.roster import RosterChangeList, filters, place_for
from members.enums import MemberRole
from members.models import Member, TeamMembership
from members.operations import people
from members.queries.people import groups_of
from members.queries.story import story_of


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


@admin.register(Member)
class MemberAdmin(UnitText, ProjectAdmin):
    """The roster for officers: everything masked that the reader may not see in full."""

    form = MemberForm
    view_permission = Permission.MEMBER_VIEW
    add_permission = Permission.MEMBER_EDIT
    change_permission = Permission.MEMBER_EDIT
    pages = (acts.TransferPage, acts.StatusPage, acts.IdentityPage, acts.RevealPage, ExportPage)
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
        return self.label_of(member.unit)

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
