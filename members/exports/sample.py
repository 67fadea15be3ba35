"""An empty roster to fill in: every column the import knows, with an example, and a sheet that explains them."""

import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from members.logic import vocabulary
from members.logic.roster_columns import COLUMNS, Column

_ROWS = 500
_CHOICES = {
    "sex": vocabulary.SEX[:2],
    "occupation": vocabulary.OCCUPATION,
    "political_status": vocabulary.POLITICAL_STATUS,
    "education": vocabulary.EDUCATION,
    "status": vocabulary.STATUS,
}


def sample_workbook() -> bytes:
    """An .xlsx whose cells are formatted as text, so that a spreadsheet destroys no number, with lists to choose from.

    Heads and choices are Chinese in every language: they are what corps write.
    """
    target = io.BytesIO()
    book: Any = xlsxwriter.Workbook(target)
    _roster(book)
    _explanation(book)
    book.close()
    return target.getvalue()


def _roster(book: Any) -> None:
    text = book.add_format({"num_format": "@"})
    plain, needed = book.add_format({"bold": True}), book.add_format({"bold": True, "bg_color": "#D9F24B"})
    sheet = book.add_worksheet("花名册")
    for position, column in enumerate(COLUMNS):
        sheet.set_column(position, position, max(12, len(column.chinese) * 2 + 4, len(column.example) + 4), text)
        sheet.write_string(0, position, column.chinese, needed if column.required else plain)
        choices = _CHOICES.get(column.key)
        if choices:
            words = [choice.chinese for choice in choices]
            # Other words are understood, too: the list is a help, no limit.
            rule = {"validate": "list", "source": words, "error_type": "information", "show_error": False}
            if len(",".join(words)) <= 255:
                sheet.data_validation(1, position, _ROWS, position, rule)
    sheet.freeze_panes(1, 1)


def _explanation(book: Any) -> None:
    sheet = book.add_worksheet("填写说明")
    bold = book.add_format({"bold": True})
    heads = ("栏目", "是否必填", "示例", "也可写作")
    for position, (head, width) in enumerate(zip(heads, (18, 12, 30, 90), strict=True)):
        sheet.set_column(position, position, width)
        sheet.write_string(0, position, head, bold)
    for number, column in enumerate(COLUMNS, 1):
        for position, cell in enumerate(_explained(column)):
            sheet.write_string(number, position, cell)


def _explained(column: Column) -> tuple[str, ...]:
    need = "必填" if column.required else "建议填写" if column.wanted else "选填"
    return column.chinese, need, column.example, "、".join(column.synonyms)


def sample_name() -> str:
    """The name under which it is downloaded."""
    return f"{_('Roster sample')}.xlsx"
