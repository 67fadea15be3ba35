"""What a person gives an import: the workbook, and answers to its questions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

ACCEPT = ".xlsx,.xls,.et,.csv"
IGNORE = "-"


class UploadForm(forms.Form):
    """The workbook."""

    file = forms.FileField(label=_("Workbook"), allow_empty_file=True)


class AnswerForm(forms.Form):
    """One field per question, built from the questions that the import asks.

    Answers come out as `members.operations.imports.answer_questions` takes them.
    """

    def __init__(
        self, *arguments: Any, questions: Sequence[dict[str, Any]], columns: Sequence[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.questions = [(self._add(number, question, columns), question) for number, question in enumerate(questions)]

    def _add(self, number: int, question: dict[str, Any], columns: Sequence[tuple[str, str]]) -> str:
        name = f"answer-{number}"
        if question["kind"] == "column":
            names = dict(columns)
            likely = [(key, names[key]) for key in question["suggestions"] if key in names]
            rest = [(key, word) for key, word in columns if key not in dict(likely)]
            choices: list[Any] = [("", _("Please choose")), *likely, (IGNORE, _("Ignore this column")), *rest]
            self.fields[name] = forms.ChoiceField(
                label=question["shown"], choices=choices, initial=likely[0][0] if likely else ""
            )
        else:
            units = [(str(one["id"]), " › ".join(one["path"][1:]) or one["name"]) for one in question["options"]]
            label = question.get("text") or _("Unit of everybody in this file")
            self.fields[name] = forms.ChoiceField(label=label, choices=[("", _("Please choose")), *units])
        return name

    def rows(self) -> list[dict[str, Any]]:
        """Question and field side by side."""
        return [{"question": question, "field": self[name]} for name, question in self.questions]

    @property
    def answers(self) -> dict[str, Any]:
        """`columns`, `units` and `default_unit`."""
        found: dict[str, Any] = {"columns": {}, "units": {}}
        for name, question in self.questions:
            given = self.cleaned_data[name]
            if question["kind"] == "column":
                found["columns"][question["header"]] = "" if given == IGNORE else given
            elif question["kind"] == "unit":
                found["units"][question["text"]] = int(given)
            else:
                found["default_unit"] = int(given)
        return found
