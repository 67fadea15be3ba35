"""Fields and widgets of admin forms in the theme's dress: native dates and times, pickers that show a unit's path."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)


# The browser's own picker: no script, no complaint about time zones, the keyboard of a phone.
def date_widget() -> forms.DateInput:
    """A new one: a widget takes its type out of the attributes it is given."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": " ".join(INPUT_CLASSES)})


def moment_widget() -> forms.DateTimeInput:
    """A date with a time."""
    return forms.DateTimeInput(
        format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": " ".join(INPUT_CLASSES)}
    )


def time_widget() -> forms.TimeInput:
    """A time of the day."""
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": " ".join(INPUT_CLASSES)})


DATE_WIDGET = date_widget()


def reason_field(*, required: bool = False) -> forms.CharField:
    """Why; it stands in the trail beside the name of whoever acts."""
    return forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=required,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Recorded with your name; your superior can read it."),
    )


def page_of(admin: Any, model: Any) -> Any:
    """The admin page of rows of another kind."""
    return admin.admin_site._registry[model]  # noqa: SLF001 (Django offers no other way)


class LabelledChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django has no such subscript
    """Choices called what their own admin page calls them."""

    label_of: Callable[[Any], str] = str

    @classmethod
    def labelled(cls, label_of: Callable[[Any], str]) -> type["LabelledChoiceField"]:
        """A class of fields with this way to call a choice."""
        return type("LabelledChoiceField", (cls,), {"label_of": staticmethod(label_of)})

    def label_from_instance(self, obj: Any) -> str:
        return self.label_of(obj)


class LabelledMultipleChoiceField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """The same for several."""

    label_of: Callable[[Any], str] = str

    def label_from_instance(self, obj: Any) -> str:
        return self.label_of(obj)


def pick_one(admin: Any, request: Any, db_field: Any, **options: Any) -> LabelledChoiceField:
    """A picker that searches the rows the reader may see; `db_field` is a foreign key to them."""
    other = page_of(admin, db_field.remote_field.model)
    return LabelledChoiceField.labelled(other.option_label)(
        queryset=other.get_queryset(request), widget=AutocompleteSelect(db_field, admin.admin_site), **options
    )


def pick_several(admin: Any, request: Any, db_field: Any, **options: Any) -> LabelledMultipleChoiceField:
    """The same for several rows."""
    other = page_of(admin, db_field.remote_field.model)
    kind = type("Choices", (LabelledMultipleChoiceField,), {"label_of": staticmethod(other.option_label)})
    field: LabelledMultipleChoiceField = kind(
        queryset=other.get_queryset(request), widget=AutocompleteSelectMultiple(db_field, admin.admin_site), **options
    )
    return field


def dress(field: forms.Field) -> None:
    """Give a plain field the theme's widget; pickers and fields dressed already stay."""
    widget: Any = field.widget
    if isinstance(widget, AutocompleteSelect | AutocompleteSelectMultiple) or "unfold" in type(widget).__module__:
        return
    dressed: Any = date_widget() if getattr(widget, "input_type", "") == "date" else None
    if dressed is None and isinstance(field, forms.DateField):
        dressed = date_widget()
    if dressed is None:
        dressed = _dressed(widget)
    if dressed is not None:
        dressed.is_required = field.required
        field.widget = dressed


def _dressed(widget: Any) -> Any:
    """The theme's widget for one of Django's own, the first kind that fits; None for any other."""
    attrs = {name: value for name, value in widget.attrs.items() if name != "class"}
    choices = getattr(widget, "choices", ())
    makers: tuple[tuple[type[forms.Widget], Callable[[], Any]], ...] = (
        (forms.CheckboxSelectMultiple, lambda: UnfoldAdminCheckboxSelectMultipleWidget(choices=choices)),
        (forms.RadioSelect, lambda: UnfoldAdminRadioSelectWidget(choices=choices)),
        (forms.Select, lambda: UnfoldAdminSelectWidget(attrs=attrs, choices=choices)),
        (forms.CheckboxInput, lambda: UnfoldBooleanSwitchWidget(attrs=attrs)),
        (forms.FileInput, lambda: UnfoldAdminFileFieldWidget(attrs=attrs)),
        (forms.TextInput, lambda: UnfoldAdminTextInputWidget(attrs=attrs)),
    )
    return next((make() for kind, make in makers if isinstance(widget, kind)), None)
