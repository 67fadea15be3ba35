"""Training for officers: the corps' catalogue, and sessions with what is done about them."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminTextareaWidget

from corps.admin.base import OperationForm, ProjectAdmin, UnitText
from corps.admin.corps_wide import CorpsWide
from corps.admin.filters import UnitFilter, by_choice
from corps.admin.kinds import UseKindPage
from corps.admin.pages import ActForm, OperationPage, RemovePage
from corps.doors import actor_of
from corps.permissions import Permission
from members.enums import CourseKind, SessionMode, SessionState
from members.forms.training import read_teachers, write_teachers
from members.logic import quiz
from members.models import CertificateKind, Course, Requirement, TrainingSession
from members.operations.training import catalogue, results, sessions


class _Catalogue(CorpsWide):
    """Decided by whoever edits courses in the top unit."""

    add_permission = Permission.TRAINING_COURSE
    change_permission = Permission.TRAINING_COURSE
    view_permission = Permission.TRAINING_VIEW
    search_fields = ("name",)
    search_help_text = _("Name")
    ordering: ClassVar[tuple[str, ...]] = ("corps", "name")


# --- kinds of certificate ---------------------------------------------------------------------------------------------


class UseCertificatePage(UseKindPage):
    """Recorded no more, or again."""

    retire = staticmethod(catalogue.retire_certificate_kind)
    restore = staticmethod(catalogue.restore_certificate_kind)
    retire_note = _(
        "Nobody records or renews certificates of this kind any more. Courses that give it still issue it, and what was"
        " issued stands."
    )
    restore_note = _("Certificates of this kind may be recorded again.")


@admin.register(CertificateKind)
class CertificateKindAdmin(_Catalogue):
    """How long each is valid, and how early it is warned."""

    pages = (UseCertificatePage,)
    fields = ("corps", "name", "valid_months", "warn_days", "reason")
    list_display = ("name", "valid_months", "warn_days", "active", "corps")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        if adding:
            corps_id = values.pop("corps").pk
            return catalogue.add_certificate_kind(actor=actor_of(request), corps_id=corps_id, **values)
        return catalogue.edit_certificate_kind(actor=actor_of(request), kind_id=obj.pk, **values)


# --- courses ----------------------------------------------------------------------------------------------------------


class CourseForm(OperationForm):
    """The questions are typed as text; the operation names the line that cannot be read."""

    quiz_text = forms.CharField(
        label=_("Questions"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}),
        help_text=_("A question on a line of its own; under it right options with +, wrong ones with -."),
    )

    class Meta:
        model = Course
        fields = ("corps", "name", "kind", "hours", "certificate_kind", "pass_mark", "text", "attempts")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk is not None:
            self.initial["quiz_text"] = quiz.write(quiz.restored(self.instance.questions))


class UseCoursePage(UseKindPage):
    """Planned no more, or again."""

    retire = staticmethod(catalogue.retire_course)
    restore = staticmethod(catalogue.restore_course)
    retire_note = _("No new session is planned of this course; sessions that are planned stay.")
    restore_note = _("Sessions of this course may be planned again.")


@admin.register(Course)
class CourseAdmin(_Catalogue):
    """What is taught, and what comes out of it."""

    form = CourseForm
    pages = (UseCoursePage,)
    fields = (
        "corps",
        "name",
        "kind",
        "hours",
        "certificate_kind",
        "pass_mark",
        "attempts",
        "text",
        "quiz_text",
        "reason",
    )
    list_display = ("name", "kind", "hours", "certificate_kind", "pass_mark", "active", "corps")
    list_select_related: ClassVar[tuple[str, ...]] = ("corps", "certificate_kind")
    list_filter = (by_choice("kind", _("kind"), CourseKind.choices),)
    ordering: ClassVar[tuple[str, ...]] = ("corps", "kind", "name")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        kind = values.pop("certificate_kind")
        values["certificate_kind_id"] = kind.pk if kind else None
        values["questions"] = values.pop("quiz_text")
        values["hours"] = Decimal(values["hours"])
        if adding:
            return catalogue.add_course(actor=actor_of(request), corps_id=values.pop("corps").pk, **values)
        return catalogue.edit_course(actor=actor_of(request), course_id=obj.pk, **values)


# --- requirements -----------------------------------------------------------------------------------------------------


class RequirementForm(OperationForm):
    """All of the ticked certificates are asked for."""

    kinds = forms.ModelMultipleChoiceField(
        CertificateKind.objects.none(),
        label=_("Certificates"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Requirement
        fields = ("corps", "name", "insured", "min_age", "max_age")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk is not None:
            self.initial["kinds"] = list(self.instance.certificate_links.values_list("kind_id", flat=True))


class RemoveRequirementPage(RemovePage):
    """One that nothing asks for."""

    def remove(self, request: HttpRequest, obj: Any, reason: str) -> None:
        catalogue.remove_requirement(actor=actor_of(request), requirement_id=obj.pk, reason=reason)


@admin.register(Requirement)
class RequirementAdmin(_Catalogue):
    """What kinds of duty and of equipment may ask of members."""

    form = RequirementForm
    pages = (RemoveRequirementPage,)
    fields = ("corps", "name", "kinds", "insured", "min_age", "max_age", "reason")
    list_display = ("name", "kinds_column", "insured", "min_age", "max_age", "corps")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("certificates")

    @admin.display(description=_("certificates"))
    def kinds_column(self, requirement: Any) -> str:
        """All of them."""
        return "、".join(one.name for one in requirement.certificates.all()) or "—"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = super().get_form(request, obj, change, **kwargs)
        if "kinds" in form.base_fields:
            # Rows of another corps are refused by the operation; of this one all that are in use, or asked for already.
            kinds = self.admin_site._registry[CertificateKind].get_queryset(request)  # noqa: SLF001
            asked = obj.certificates.all() if obj is not None else CertificateKind.objects.none()
            form.base_fields["kinds"].queryset = kinds.filter(Q(active=True) | Q(pk__in=asked))
        return form

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        values["certificate_kind_ids"] = [one.pk for one in values.pop("kinds")]
        if adding:
            return catalogue.add_requirement(actor=actor_of(request), corps_id=values.pop("corps").pk, **values)
        return catalogue.edit_requirement(actor=actor_of(request), requirement_id=obj.pk, **values)


# --- sessions ---------------------------------------------------------------------------------------------------------


class TrainingSessionForm(OperationForm):
    """A session; teachers are one a line."""

    teacher_lines = forms.CharField(
        label=_("Teachers"),
        required=False,
        max_length=600,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("One a line: service and name, such as “Police Officer Wang”."),
    )

    class Meta:
        model = TrainingSession
        fields = (
            "unit",
            "course",
            "mode",
            "starts_at",
            "ends_at",
            "site",
            "place",
            "capacity",
            "open_below",
            "open_to_members",
            "remarks",
        )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk is not None:
            self.initial["teacher_lines"] = write_teachers(self.instance.teachers.all())


class SessionPage(OperationPage):
    """An act on a session that is planned."""

    right = Permission.TRAINING_RECORD

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.state == SessionState.PLANNED)


class CancelPage(SessionPage):
    """Call it off."""

    name = "cancel"
    title = _("Cancel the session")
    icon = "event_busy"
    danger = True

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        number = obj.enrolments.count()
        return [_("%(number)d people are enrolled; they see that it is cancelled, and why.") % {"number": number}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        sessions.cancel_session(actor=actor_of(request), session_id=obj.pk, reason=values["reason"])
        return _("The session is cancelled.")


class ClosePage(SessionPage):
    """Settle it and issue the certificates."""

    name = "close"
    title = _("Close and issue")
    icon = "workspace_premium"
    form_class = ActForm
    notes = (_("Whoever passed gets the course's certificate. Afterwards a result is changed only with a reason."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        closed = results.close_session(actor=actor_of(request), session_id=obj.pk)
        number = len(closed.certificates)
        return ngettext(
            "The session is closed; %(n)d certificate was issued.",
            "The session is closed; %(n)d certificates were issued.",
            number,
        ) % {"n": number}


@admin.register(TrainingSession)
class TrainingSessionAdmin(UnitText, ProjectAdmin):
    """Sessions; the list of people is ticked on the dashboard."""

    form = TrainingSessionForm
    view_permission = Permission.TRAINING_VIEW
    add_permission = Permission.TRAINING_RECORD
    change_permission = Permission.TRAINING_RECORD
    pages = (ClosePage, CancelPage)
    fields = (
        "unit",
        "course",
        "mode",
        ("starts_at", "ends_at"),
        ("site", "place"),
        "teacher_lines",
        "capacity",
        ("open_below", "open_to_members"),
        "remarks",
        "reason",
    )
    list_display = ("course", "mode", "starts_at", "ends_at", "state", "unit_column")
    list_select_related = ("course", "unit")
    list_filter = (
        UnitFilter,
        by_choice("mode", _("mode"), SessionMode.choices),
        by_choice("state", _("state"), SessionState.choices),
    )
    search_fields = ("course__name", "place")
    search_help_text = _("Course or place")
    autocomplete_fields = ("unit", "site")
    ordering = ("-starts_at", "-pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("unit",) if obj is not None else ()

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        site = values.pop("site")
        plan = {
            **{name: values[name] for name in ("starts_at", "ends_at", "place", "capacity", "remarks")},
            **{name: values[name] for name in ("open_below", "open_to_members")},
            "course_id": values["course"].pk,
            "mode": SessionMode(values["mode"]),
            "site_id": site.pk if site else None,
            "teachers": read_teachers(values["teacher_lines"]),
        }
        if adding:
            return sessions.plan_session(actor=actor_of(request), unit_id=values["unit"].pk, **plan)
        return sessions.edit_session(actor=actor_of(request), session_id=obj.pk, reason=values["reason"], **plan)
