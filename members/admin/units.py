"""Units with their people: moving, merging, splitting and closing ask about members and what they carry, so these pages
stand above the corps.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin import units as corps_units
from corps.admin.fields import pick_one
from corps.admin.pages import ReasonForm
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.models import Unit
from corps.permissions import Permission
from corps.queries.scope import local_today
from corps.queries.units import children
from members.models import Member
from members.operations.units import close_unit, merge_units, move_unit, split_unit
from members.queries.counts import member_counts
from members.queries.equipment.reach import in_hands, superiors

MEMBERS_OFFERED = 1_000


def _people(request: HttpRequest, unit: Unit) -> tuple[int, int]:
    """Members of the unit itself and of everything with it; zeros for whoever may not see people."""
    counts = member_counts(actor_of(request), unit.pk).get(unit.pk)
    return (counts.own, counts.subtree) if counts else (0, 0)


def _equipment(request: HttpRequest, unit: Unit) -> list[str]:
    """Who in the unit and below holds things that a superior's store gave out; nothing for whoever may not see it."""
    scope = scope_for(request, Permission.EQUIPMENT_VIEW)
    found = in_hands(scope.tree.within(unit.pk), superiors(unit.pk)) if unit.pk in scope else None
    if not found:
        return []
    told = _(
        "Equipment of %(holders)s in it and below comes from stores of superior units. What a store will not reach any"
        " more is handed over by the tick below, or taken back first."
    )
    return [told % {"holders": found.words}]


class CarryForm(ReasonForm):
    """Whether equipment goes over as well."""

    carry = forms.BooleanField(
        label=_("Hand over equipment that is out of reach"),
        help_text=_("It stays in the same hands and goes over to the nearest store that supplies the new place."),
        required=False,
    )


class MoveForm(CarryForm):
    """Under which unit."""

    def build(self) -> None:
        self.fields["parent"] = pick_one(
            self.admin, self.request, Unit._meta.get_field("parent"), label=_("New superior unit")
        )
        self.order_fields(["parent", "carry"])


class MovePage(corps_units.StructurePage):
    """Hang the unit under another superior."""

    name = "move"
    title = _("Move")
    icon = "drive_file_move"
    form_class = MoveForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("%(unit)s hangs under %(parent)s now.")
            % {"unit": obj.name, "parent": self.admin.option_label(obj.parent)},
            _("%(n)d units below it move along; members, sites and records stay with their units.")
            % {"n": self.units_below(request, obj)},
            *_equipment(request, obj),
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        move_unit(
            actor=actor_of(request),
            unit_id=obj.pk,
            parent_id=values["parent"].pk,
            carry=values["carry"],
            reason=values["reason"],
        )
        return _("%(unit)s hangs under %(parent)s from now on.") % {"unit": obj.name, "parent": values["parent"].name}


class MergeForm(CarryForm):
    """Into which unit."""

    def build(self) -> None:
        self.fields["target"] = pick_one(
            self.admin, self.request, Unit._meta.get_field("merged_into"), label=_("Unit that takes it over")
        )
        self.order_fields(["target", "carry"])


class MergePage(corps_units.StructurePage):
    """Everything of the unit goes over to another; the unit is closed."""

    name = "merge"
    title = _("Merge")
    icon = "merge"
    danger = True
    form_class = MergeForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        own, _all = _people(request, obj)
        return [
            _("%(unit)s is closed; its %(members)d members become members of the unit that takes it over.")
            % {"unit": obj.name, "members": own},
            _("%(n)d units below it hang under the other unit; sites and grids go over as well.")
            % {"n": self.units_below(request, obj)},
            *_equipment(request, obj),
            str(_("Running terms and appointments in it end today. A merger cannot be undone with one click.")),
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        done = merge_units(
            actor=actor_of(request),
            source_id=obj.pk,
            target_id=values["target"].pk,
            carry=values["carry"],
            reason=values["reason"],
        )
        return _("%(source)s has been merged into %(target)s: %(members)d members, %(units)d units went over.") % {
            "source": obj.name,
            "target": values["target"].name,
            "members": done.members,
            "units": done.tree.units,
        }


class SplitForm(ReasonForm):
    """The new unit, and who and what goes there."""

    name = forms.CharField(label=_("Name of the new unit"), max_length=80)
    short_name = forms.CharField(label=_("Short name"), max_length=30)
    code = forms.CharField(label=_("Code"), max_length=30)
    active_from = forms.DateField(label=_("Active from"))

    def build(self) -> None:
        below = children(actor_of(self.request), self.obj.pk)
        if below:
            self.fields["child_ids"] = forms.TypedMultipleChoiceField(
                label=_("Units that go over"),
                coerce=int,
                required=False,
                choices=[(node.id, node.name) for node in below],
                widget=forms.CheckboxSelectMultiple,
            )
        people = Member.objects.visible_to(actor_of(self.request)).filter(unit_id=self.obj.pk)
        people = people.order_by("pinyin", "name")[:MEMBERS_OFFERED]
        choices = [(member.pk, f"{member.name} ({member.identity_tail})") for member in people]
        if choices:
            self.fields["members"] = forms.TypedMultipleChoiceField(
                label=_("Members that go over"),
                coerce=int,
                required=False,
                choices=choices,
                widget=forms.CheckboxSelectMultiple,
            )
        self.initial.setdefault("active_from", local_today())


class SplitPage(corps_units.StructurePage):
    """Make a sibling with some of the units and members."""

    name = "split"
    title = _("Split")
    icon = "call_split"
    form_class = SplitForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        own, _all = _people(request, obj)
        parent = self.admin.option_label(obj.parent)
        return [
            _("A new unit of the same level is set up under %(parent)s.") % {"parent": parent},
            _("%(unit)s has %(members)d members of its own and %(n)d units below it; those you choose go over.")
            % {"unit": obj.name, "members": own, "n": self.units_below(request, obj)},
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        done = split_unit(
            actor=actor_of(request),
            unit_id=obj.pk,
            name=values["name"],
            short_name=values["short_name"],
            code=values["code"],
            child_ids=values.get("child_ids") or (),
            member_ids=values.get("members") or (),
            active_from=values["active_from"],
            reason=values["reason"],
        )
        return _("%(unit)s has been set up; %(members)d members went over.") % {
            "unit": done.unit.name,
            "members": done.members,
        }


class ClosePage(corps_units.StructurePage):
    """Close a unit nobody belongs to."""

    name = "close"
    title = _("Close")
    icon = "block"
    danger = True
    form_class = ReasonForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        own, everybody = _people(request, obj)
        return [
            _("%(unit)s is closed from today on; its records and its history stay.") % {"unit": obj.name},
            _("It has %(own)d members of its own, %(all)d with all below it, and %(n)d units below it.")
            % {"own": own, "all": everybody, "n": self.units_below(request, obj)},
            str(_("Only an empty unit can be closed; merge it to hand over what it has.")),
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        close_unit(actor=actor_of(request), unit_id=obj.pk, reason=values["reason"])
        return _("%(unit)s has been closed.") % {"unit": obj.name}


@admin.register(Unit)
class UnitAdmin(corps_units.UnitAdmin):
    """The tree, with the changes that move members."""

    pages = (
        MovePage,
        MergePage,
        SplitPage,
        ClosePage,
        corps_units.ReopenPage,
        corps_units.RemoveUnitPage,
    )
