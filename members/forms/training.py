"""Sessions, results and certificates as forms."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from members.enums import CertificateStanding, SessionMode, TeacherService
from members.models import CertificateKind, Course, SessionTeacher, TrainingSession
from members.operations.training.sessions import Teacher

_DATE = {"type": "date"}
_TIME = {"type": "time"}
# Where operations speak of a field by another name than the form's.
PLACES = {"ends_at": "ends", "starts_at": "starts", "valid_until": "valid_until"}


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs=_DATE, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class SessionForm(forms.Form):
    """A session; `plan` is what the operation takes."""

    course = forms.TypedChoiceField(label=gettext_lazy("Course"), coerce=int)
    mode = forms.ChoiceField(label=gettext_lazy("Mode"), choices=SessionMode.choices)
    day = _day(gettext_lazy("First day"))
    starts = forms.TimeField(label=gettext_lazy("Starts"), widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))
    last_day = _day(
        gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: on the same day. For online study.")
    )
    ends = forms.TimeField(label=gettext_lazy("Ends"), widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))
    site = forms.TypedChoiceField(label=gettext_lazy("Site"), coerce=int, empty_value=None, required=False)
    place = forms.CharField(label=gettext_lazy("Or another place"), max_length=100, required=False)
    teachers = forms.CharField(
        label=gettext_lazy("Teachers"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One a line: service and name, such as “Police Officer Wang”."),
    )
    capacity = forms.IntegerField(
        label=pgettext_lazy("training", "Places"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Empty: any number."),
    )
    open_below = forms.BooleanField(label=gettext_lazy("Units below enrol their own people"), required=False)
    open_to_members = forms.BooleanField(label=gettext_lazy("Members may enrol themselves"), required=False)
    remarks = forms.CharField(label=gettext_lazy("Remarks"), max_length=200, required=False)

    def __init__(
        self, *arguments: Any, courses: Sequence[Course], sites: Iterable[tuple[int, str]], **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        chosen: Any = self.fields["course"]
        chosen.choices = [("", _("choose")), *((one.pk, one.name) for one in courses)]
        chosen = self.fields["site"]
        chosen.choices = [("", _("none")), *sites]

    @property
    def plan(self) -> dict[str, Any]:
        """Only after `is_valid`."""
        values = self.cleaned_data
        last = values["last_day"] or values["day"]
        return {
            "course_id": values["course"],
            "mode": SessionMode(values["mode"]),
            "starts_at": _moment(values["day"], values["starts"]),
            "ends_at": _moment(last, values["ends"]),
            "site_id": values["site"],
            "place": values["place"],
            "teachers": read_teachers(values["teachers"]),
            "capacity": values["capacity"],
            "open_below": values["open_below"],
            "open_to_members": values["open_to_members"],
            "remarks": values["remarks"],
        }


def planned(session: TrainingSession) -> dict[str, Any]:
    """What stands in the form of a session that is there."""
    starts, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    return {
        "course": session.course_id,
        "mode": session.mode,
        "day": starts.date(),
        "starts": starts.time(),
        "last_day": ends.date() if ends.date() != starts.date() else None,
        "ends": ends.time(),
        "site": session.site_id,
        "place": session.place,
        "teachers": write_teachers(session.teachers.all()),
        "capacity": session.capacity,
        "open_below": session.open_below,
        "open_to_members": session.open_to_members,
        "remarks": session.remarks,
    }


def read_teachers(text: str) -> list[Teacher]:
    """Teachers, one a line; a line that begins with no known service is somebody from elsewhere."""
    found = []
    for line in filter(None, (line.strip() for line in text.replace("；", "\n").splitlines())):
        service, name = TeacherService.OTHER, line
        for one in TeacherService:
            word = str(one.label)
            if line.startswith(word) and line != word:
                service, name = one, line[len(word) :].strip(" ：:")
                break
        found.append(Teacher(service, name))
    return found


def write_teachers(teachers: Iterable[SessionTeacher]) -> str:
    """As `read_teachers` reads them."""
    return "\n".join(f"{one.get_service_display()} {one.name}" for one in teachers)


def _moment(day: dt.date, time: dt.time) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, time))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class CorrectForm(ReasonForm):
    """What really was."""

    attended = forms.BooleanField(label=gettext_lazy("Attended"), required=False)
    score = forms.IntegerField(label=gettext_lazy("Score"), required=False, min_value=0, max_value=100)
    field_order = ("attended", "score", "reason")


class RenewForm(ReasonForm):
    """Issued anew on a day."""

    on = _day(gettext_lazy("Issued on"))
    field_order = ("on", "reason")


class CertificateForm(forms.Form):
    """A certificate that somebody else issued."""

    kind = forms.TypedChoiceField(label=gettext_lazy("Kind of certificate"), coerce=int)
    number = forms.CharField(label=pgettext_lazy("of a certificate", "Number"), max_length=40)
    issuer = forms.CharField(label=gettext_lazy("Issued by"), max_length=80)
    issued_on = _day(gettext_lazy("Issued on"))
    valid_until = _day(
        gettext_lazy("Valid until"), required=False, help_text=gettext_lazy("Empty: as long as its kind is valid.")
    )

    def __init__(self, *arguments: Any, kinds: Sequence[CertificateKind], **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen: Any = self.fields["kind"]
        chosen.choices = [("", _("choose")), *((one.pk, one.name) for one in kinds)]


class CertificateFilterForm(forms.Form):
    """Bound to the address of the list; what makes no sense narrows nothing."""

    standing = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), *CertificateStanding.choices],
    )
    kind = forms.TypedChoiceField(label=gettext_lazy("Kind"), required=False, coerce=int, empty_value=None)

    def __init__(self, *arguments: Any, kinds: Sequence[CertificateKind], **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen: Any = self.fields["kind"]
        chosen.choices = [("", _("All")), *((one.pk, one.name) for one in kinds)]

    @property
    def values(self) -> dict[str, Any]:
        """What was understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def words(self) -> list[tuple[str, str]]:
        """What narrows, as pairs of field name and a word for a chip."""
        found = []
        for name, value in self.values.items():
            field: Any = self.fields[name]
            found.append((name, str(dict(field.choices).get(value, value))))
        return found
