"""Units: the tree as an indented list, particulars as a form, changes of the structure as pages of their own.

Registered by `members.admin.units`, which adds what moves people: moving, merging, splitting, closing.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from corps.admin.base import CodeColumn, OperationForm, ProjectAdmin, ReadInline, text_of_unit
from corps.admin.fields import pick_one, pick_several
from corps.admin.filters import UnitItselfFilter
from corps.admin.pages import OperationPage, ReasonForm, RemovePage
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.enums import Level
from corps.models import Corps, LevelName, Post, Site, Speciality, Term, Unit, UnitStation
from corps.operations.context import acting
from corps.operations.tree import change_code, create_unit, edit_unit, remove_unit, rename_unit, reopen_unit
from corps.permissions import Permission
from corps.queries.posts import running
from corps.queries.scope import current_tree, local_today
from corps.queries.units import search_units

FOUND = 2_000


class UnitForm(OperationForm):
    """Particulars of a unit; superior and level are set once and changed by moving."""

    leading_station = forms.ModelChoiceField(Unit.objects.none(), label=_("leading police station"), required=False)
    further_stations = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label=_("further guiding stations"), required=False
    )
    chosen_specialities = forms.MultipleChoiceField(
        label=_("specialities"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Unit
        fields = (
            "parent",
            "level",
            "name",
            "short_name",
            "code",
            "division_code",
            "active_from",
            "latitude",
            "longitude",
        )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        unit = self.instance
        if unit.pk is None:
            for name in ("leading_station", "further_stations", "chosen_specialities"):
                del self.fields[name]
            self.fields["parent"].required = True
            self.fields["active_from"].initial = local_today()
            return
        names = Speciality.objects.filter(corps_id=unit.corps_id).values_list("name", flat=True)
        if "chosen_specialities" in self.fields:
            field: Any = self.fields["chosen_specialities"]
            field.choices = [(name, name) for name in names]
            links = list(unit.station_links.order_by("-primary", "pk").values_list("station_id", flat=True))
            self.initial["leading_station"] = links[0] if links else None
            self.initial["further_stations"] = links[1:]
            self.initial["chosen_specialities"] = list(unit.specialities.values_list("name", flat=True))

    def station_ids(self) -> list[int]:
        """The leading one first."""
        leading = self.cleaned_data.get("leading_station")
        further = [station.pk for station in self.cleaned_data.get("further_stations") or ()]
        return [*([leading.pk] if leading else []), *further]


class OpenFilter(DropdownFilter):
    """Closed units are history; the list shows the open ones unless asked."""

    title = _("state")
    parameter_name = "state"
    all_option = ("", _("Open"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("closed", _("Closed")), ("all", _("Open and closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(active_until__isnull=self.value() != "closed")


class LevelFilter(DropdownFilter):
    """By rank, in the words of the corps where there is only one."""

    title = _("level")
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        words = dict(LevelName.objects.values_list("level", "name")) if Corps.objects.count() == 1 else {}
        return [(str(level.value), words.get(level.value, level.label)) for level in Level]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(level=int(value)) if value in {"1", "2", "3", "4"} else queryset


class CorpsFilter(DropdownFilter):
    """By corps, where the reader sees several."""

    title = _("corps")
    parameter_name = "corps"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        scope = scope_for(request, model_admin.view_permission)
        ids = {root.corps_id for root in scope.tree.roots()}
        seen = {scope.tree.nodes[one].corps_id for one in scope.ids}
        return [(str(one.pk), one.name) for one in Corps.objects.filter(pk__in=ids & seen)] if len(seen) > 1 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(corps_id=int(value)) if value.isdecimal() and len(value) < 15 else queryset


class PostInline(ReadInline):
    """Who holds which post today."""

    model = Post
    fields = ("kind", "title", "holder")
    readonly_fields = ("kind", "title", "holder")
    verbose_name_plural = _("posts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        terms = Term.objects.filter(running(local_today()))
        rows: QuerySet[Any] = super().get_queryset(request).select_related("unit")
        return rows.prefetch_related(Prefetch("terms", queryset=terms, to_attr="running_terms"))

    @admin.display(description=_("holder"))
    def holder(self, post: Post) -> str:
        """The running term's, or that there is none."""
        terms: list[Term] = post.running_terms  # type: ignore[attr-defined]
        return terms[0].holder if terms else str(_("vacant"))


class StationInline(ReadInline):
    """The stations that guide the unit."""

    model = UnitStation
    fields = ("station", "primary")
    readonly_fields = fields
    show_change_link = False
    verbose_name_plural = _("guiding stations")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("station", "unit")
        return rows.order_by("-primary", "station__code")


class SiteInline(ReadInline):
    """What the unit looks after."""

    model = Site
    fields = ("kind", "name", "address", "active")
    readonly_fields = fields
    verbose_name_plural = _("sites")


class StructurePage(OperationPage):
    """A change of the structure is decided in the superior of the unit."""

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return obj.parent_id is not None and obj.parent_id in scope_for(request, Permission.UNIT_STRUCTURE)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return obj.active_until is None

    def units_below(self, request: HttpRequest, obj: Any) -> int:
        """How many open units hang under it."""
        tree = scope_for(request, Permission.UNIT_VIEW).tree
        return sum(1 for one in tree.within(obj.pk)[1:] if not tree.nodes[one].closed)


class ReopenPage(StructurePage):
    """Let a closed unit live again."""

    name = "reopen"
    title = _("Reopen")
    icon = "lock_open"
    form_class = ReasonForm

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return obj.active_until is not None

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("%(unit)s is open again in its old place; what went over in a merger stays there.") % {"unit": obj.name}
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        reopen_unit(actor=actor_of(request), unit_id=obj.pk, reason=values["reason"])
        return _("%(unit)s is open again.") % {"unit": obj.name}


class RemoveUnitPage(RemovePage, StructurePage):
    """Take back a unit created by mistake."""

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("%(unit)s with the code %(code)s is deleted as if it had never been. For units created by mistake only.")
            % {"unit": obj.name, "code": obj.code}
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        remove_unit(actor=actor_of(request), unit_id=obj.pk, reason=values["reason"])
        return _("%(unit)s has been removed.") % {"unit": obj.name}


class UnitAdmin(CodeColumn, ProjectAdmin):
    """The tree in its order, with everything about a unit on its page."""

    form = UnitForm
    unit_path = "id"
    add_permission = Permission.UNIT_STRUCTURE
    change_permission = Permission.UNIT_EDIT
    pages: ClassVar[Sequence[type[OperationPage]]] = (ReopenPage, RemoveUnitPage)
    list_display = ("indented", "level_word", "code_column", "superiors", "state")
    list_display_links = ("indented",)
    list_filter = (UnitItselfFilter, LevelFilter, OpenFilter, CorpsFilter)
    search_fields = ("name", "code")
    search_help_text = _("Name, path or code")
    ordering = ("tree_id", "lft")
    sortable_by = ()
    autocomplete_fields = ("parent",)
    inlines: ClassVar[list[Any]] = [PostInline, StationInline, SiteInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("parent", "corps", "merged_into")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """As the switcher finds units: by code, name or any part of the path, in memory."""
        if search_term.strip():
            found = search_units(actor_of(request), search_term, limit=FOUND, closed=True)
            queryset = queryset.filter(pk__in=[node.id for node in found])
        if request.path == reverse("admin:autocomplete"):
            # Nothing is put into a closed unit, so pickers offer none.
            queryset = queryset.filter(active_until=None).order_by("tree_id", "lft")
        return queryset, False

    def option_label(self, obj: Any) -> str:
        return getattr(obj, "path_label", None) or text_of_unit(current_tree(), obj.pk)

    def prepare_options(self, request: HttpRequest, rows: list[Any]) -> None:
        tree = scope_for(request, self.view_permission).tree
        for unit in rows:
            unit.path_label = text_of_unit(tree, unit.pk)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        tree = scope_for(request, self.view_permission).tree
        words: dict[int, dict[int, str]] = {}
        for corps_id, level, name in LevelName.objects.values_list("corps_id", "level", "name"):
            words.setdefault(corps_id, {})[level] = name
        for unit in rows:
            unit.unit_text = text_of_unit(tree, unit.parent_id) if unit.parent_id else ""
            unit.level_text = words.get(unit.corps_id, {}).get(unit.level, Level(unit.level).label)

    # --- columns ------------------------------------------------------------------------------------------------------

    @admin.display(description=_("Unit"))
    def indented(self, unit: Any) -> str:
        """The name as deep as the unit lies."""
        return format_html('<span class="y-indent y-depth-{}">{}</span>', min(unit.depth, 6), unit.name)

    @admin.display(description=_("level"))
    def level_word(self, unit: Any) -> str:
        """In the corps' own words."""
        return str(unit.level_text)

    @admin.display(description=_("superior units"))
    def superiors(self, unit: Any) -> str:
        """The path above it."""
        return str(unit.unit_text)

    @admin.display(description=_("state"))
    def state(self, unit: Any) -> str:
        """Open, or since when not, and into which it went."""
        if unit.active_until is None:
            return str(_("open"))
        since = unit.active_until.isoformat()
        if unit.merged_into_id:
            return str(_("merged into %(unit)s, %(day)s")) % {"unit": unit.merged_into.name, "day": since}
        return str(_("closed since %(day)s")) % {"day": since}

    # --- form ---------------------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        place = (_("Place"), {"fields": ("division_code", ("latitude", "longitude"))})
        why = (None, {"fields": ("reason",)})
        if obj is None:
            names: tuple[Any, ...] = ("parent", "level", ("name", "short_name"), "code", "active_from")
            return [(None, {"fields": names}), place, why]
        facts = ("superiors_field", "level_field", "state")
        names = (("name", "short_name"), "code")
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": (*facts, *names)}), place]
        guided = (
            _("Specialities and guiding stations"),
            {"fields": ("chosen_specialities", "leading_station", "further_stations")},
        )
        return [(None, {"fields": (*facts, *names)}), place, guided, why]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("superiors_field", "level_field", "state")

    @admin.display(description=_("superior unit"))
    def superiors_field(self, unit: Any) -> str:
        """On the unit's own page."""
        return self.option_label(unit.parent) if unit.parent_id else "—"

    @admin.display(description=_("level"))
    def level_field(self, unit: Any) -> str:
        """On the unit's own page."""
        name = LevelName.objects.filter(corps_id=unit.corps_id, level=unit.level).values_list("name", flat=True).first()
        return name or str(Level(unit.level).label)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None and "leading_station" in form.base_fields:
            station = UnitStation._meta.get_field("station")
            for name, pick in (("leading_station", pick_one), ("further_stations", pick_several)):
                form.base_fields[name] = pick(
                    self, request, station, required=False, label=form.base_fields[name].label
                )
        return form

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        actor, values = actor_of(request), form.cleaned_data
        if adding:
            return create_unit(
                actor=actor,
                parent_id=values["parent"].pk,
                level=Level(values["level"]),
                name=values["name"],
                short_name=values["short_name"],
                code=values["code"],
                active_from=values["active_from"],
                division_code=values["division_code"],
                latitude=values["latitude"],
                longitude=values["longitude"],
                reason=values["reason"],
            )
        changed = set(form.changed_data) - {"reason"}
        wanted = [
            bool(changed & {"name", "short_name"}),
            "code" in changed,
            bool(changed - {"name", "short_name", "code"}),
        ]
        if sum(wanted) > 1:
            # Several kinds of change sent with one click are one act of one person.
            with acting(actor=actor, action="unit.edit", reason=values["reason"], unit_id=obj.pk):
                self._write(actor, obj, form, wanted)
        else:
            self._write(actor, obj, form, wanted)
        return None

    def _write(self, actor: Any, obj: Any, form: Any, wanted: list[bool]) -> None:
        values = form.cleaned_data
        reason = values["reason"]
        if wanted[0]:
            names = {"name": values["name"], "short_name": values["short_name"]}
            rename_unit(actor=actor, unit_id=obj.pk, reason=reason, **names)
        if wanted[1]:
            change_code(actor=actor, unit_id=obj.pk, code=values["code"], reason=reason)
        if wanted[2]:
            edit_unit(
                actor=actor,
                unit_id=obj.pk,
                division_code=values["division_code"],
                latitude=values["latitude"],
                longitude=values["longitude"],
                specialities=values["chosen_specialities"],
                station_ids=form.station_ids(),
                reason=reason,
            )
