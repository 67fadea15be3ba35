"""Every sentence about a file, a sheet, a row or a cell: code → what is wrong, and what to do about it.

The sources are English and are translated by whoever shows them: `gettext` is passed in, so that this stays plain
Python. Placeholders are the parameters that come with the code. A sentence about a cell is preceded by its place:
第 12 行「身份证号」：校验位不符，请核对证件原件。
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from members.logic.flaws import Params

Gettext = Callable[[str], str]


class Message(NamedTuple):
    """What is wrong, and the remedy (empty where there is nothing to do)."""

    text: str
    remedy: str = ""


def _(text: str) -> str:
    """Mark a source string for the catalogue."""
    return text


FILE: Final[Mapping[str, Message]] = {
    "file_empty": Message(
        _("The file is empty."), _("Open it, check that it holds the roster, save it and upload it again.")
    ),
    "file_no_rows": Message(
        _("There is no row with a person below the header."), _("Fill in the roster and upload it again.")
    ),
    "file_too_large": Message(
        _("The file is larger than %(limit)s MiB."), _("Remove pictures from it or split it into several files.")
    ),
    "file_picture": Message(
        _("The file is a picture, not a workbook."), _("Type the roster into a workbook and save it as .xlsx.")
    ),
    "file_pdf": Message(
        _("The file is a PDF document, not a workbook."), _("Upload the workbook from which it was made.")
    ),
    "file_document": Message(
        _("The file is a document or a presentation, not a workbook."),
        _("Copy the table into a workbook and save it as .xlsx."),
    ),
    "file_archive": Message(_("The file is a compressed archive."), _("Unpack it and upload the workbook inside.")),
    "file_html": Message(
        _("The file is a web page with the name of a workbook."),
        _("Open it in a spreadsheet program and save it as .xlsx."),
    ),
    "file_xml": Message(
        _("The file is an XML table of an old format."), _("Open it in a spreadsheet program and save it as .xlsx.")
    ),
    "file_ods": Message(_("The file is an OpenDocument spreadsheet."), _("Save it as .xlsx and upload it again.")),
    "file_xlsb": Message(_("The file is a binary workbook (.xlsb)."), _("Save it as .xlsx and upload it again.")),
    "file_unknown": Message(_("The file is no workbook that can be read."), _("Upload .xlsx, .xls, .et or .csv.")),
    "file_corrupt": Message(
        _("The workbook is damaged and cannot be opened."),
        _("Open it in a spreadsheet program, save it anew as .xlsx and upload it again."),
    ),
    "file_password": Message(
        _("The workbook is protected by a password."), _("Remove the password, save it and upload it again.")
    ),
    "file_macros": Message(_("The workbook holds macros."), _("Save it as .xlsx without macros and upload it again.")),
    "file_bomb": Message(
        _("Unpacked, the workbook would take %(unpacked)s MiB, more than is allowed."),
        _("Copy the roster alone into a new workbook and upload that."),
    ),
    "csv_malformed": Message(
        _("A cell of the text file is never closed or far too long."),
        _("Check the quotation marks, or save the table as .xlsx."),
    ),
    "csv_encoding": Message(
        _("The characters of the text file cannot be read."), _("Save it as .xlsx or as CSV UTF-8.")
    ),
    "sheet_corrupt": Message(
        _("The sheet “%(sheet)s” is damaged and cannot be read."),
        _("Copy its cells into a new workbook and upload that."),
    ),
    "sheet_too_wide": Message(
        _("The sheet “%(sheet)s” has more than %(limit)s columns."),
        _("Delete the empty columns to the right of the table, save it and upload it again."),
    ),
    "too_many_rows": Message(
        _("The file holds %(rows)s rows; up to %(limit)s can be read at once."), _("Split it into several files.")
    ),
    "header_not_found": Message(
        _("No row of the sheet “%(sheets)s” names the columns of a roster."),
        _("Put a row with heads such as 姓名 and 身份证号 above the people."),
    ),
    "header_lacks": Message(
        _("The header of the sheet “%(sheet)s” names no column for %(columns)s."),
        _("Add the column with its head and upload the file again."),
    ),
    "header_twice": Message(
        _("In the sheet “%(sheet)s” the columns %(first)s and %(second)s both have the head “%(header)s”."),
        _("Rename or delete one of them."),
    ),
    "formulas": Message(
        _("Cell %(cell)s of the sheet “%(sheet)s”, in the column “%(header)s”, holds a formula."),
        _("Select the table, copy it, paste it as values and save it."),
    ),
    "sheet_too_large": Message(
        _("The area in use of the sheet “%(sheet)s” is too large to be read."),
        _(
            "Delete the empty rows below and the empty columns right of the table, or copy the table"
            " into a new workbook."
        ),
    ),
    "out_of_memory": Message(
        _("The workbook is too large to be read."),
        _("Copy the roster alone into a new workbook, or split it into several files."),
    ),
    "reading_too_long": Message(
        _("Reading the workbook took too long and was stopped."),
        _("Copy the roster alone into a new workbook, or split it into several files."),
    ),
    "reading_killed": Message(
        _("Reading the workbook was stopped by the system."), _("Try again; if it happens again, split the file.")
    ),
    "reading_failed": Message(
        _("The workbook cannot be read."),
        _("Open it in a spreadsheet program, save it anew as .xlsx and upload it again."),
    ),
    "right_lost": Message(
        _("The account that started this import may no longer import here."),
        _("Ask somebody who may to import the file."),
    ),
    "interrupted": Message(
        _("The work was interrupted several times; the roster is unchanged by what was interrupted."),
        _("Resume the import or discard it."),
    ),
}
"""Refusals of a file as a whole, and why an import came to a stop."""

NOTICES: Final[Mapping[str, Message]] = {
    "sheet_hidden": Message(_("The hidden sheet “%(sheet)s” was not read.")),
    "sheet_without_header": Message(_("The sheet “%(sheet)s” holds no header of a roster and was not read.")),
    "sheet_lacks": Message(_("The sheet “%(sheet)s” names no column for %(columns)s and was not read.")),
    "row_note": Message(_("Not read, because it is a note: %(text)s")),
    "row_no_person": Message(_("Not read, because it names no person: %(text)s")),
    "row_header_again": Message(_("Not read, because it repeats the header.")),
    "more_rows_skipped": Message(_("%(count)s more rows with notes or repeated headers were not read.")),
}
"""What is told and rejects nothing."""

CELLS: Final[Mapping[str, Message]] = {
    "required": Message(_("empty"), _("please fill it in")),
    "wanted": Message(_("empty, so the member cannot be reached in a callout")),
    "formula_text": Message(_("holds a formula"), _("please paste it as a value")),
    "text_too_long": Message(_("%(length)s characters, up to %(limit)s are possible"), _("please shorten it")),
    "too_many_items": Message(_("%(count)s entries, up to %(limit)s are possible"), _("please shorten it")),
    "number_destroyed": Message(
        _("the sheet took it for a number and lost its last digits"), _("format the column as text and type it again")
    ),
    "row_overlong": Message(
        _("the row has more cells than the header has columns"),
        _("put cells that hold a separator into quotation marks"),
    ),
    "identity_malformed": Message(_("holds characters that no identity number has"), _("please check the card")),
    "identity_length": Message(_("has %(length)s characters instead of 18"), _("please check the card")),
    "identity_birth_date": Message(_("the birth date in it does not exist"), _("please check the card")),
    "identity_birth_future": Message(_("the birth date in it lies in the future"), _("please check the card")),
    "identity_too_young": Message(
        _("the person is %(age)s years old, members are at least %(minimum)s"), _("please check the card")
    ),
    "identity_too_old": Message(_("the person would be %(age)s years old"), _("please check the card")),
    "identity_minor": Message(_("the person is %(age)s years old and still a minor")),
    "identity_check_character": Message(_("the check digit does not match"), _("please check the card")),
    "identity_destroyed": Message(
        _("the sheet took it for a number and lost its last three digits"),
        _("format the column as text and type the number again from the card"),
    ),
    "identity_area": Message(_("the area code is unknown; please check it")),
    "identity_zeros": Message(_("ends with 000, perhaps because a sheet lost its last digits; please check it")),
    "name_malformed": Message(_("is not the name of a person"), _("write the name alone, without numbers or remarks")),
    "name_private_character": Message(_("holds a character (%(code)s) that other computers may not show")),
    "phone_malformed": Message(_("is not a phone number"), _("a mobile number has 11 digits")),
    "phone_land_line": Message(_("is a land line"), _("please give a mobile number")),
    "phone_several": Message(_("holds several numbers; the first was taken")),
    "choice_unknown": Message(_("is not one of the choices"), _("possible are: %(expected)s")),
    "choice_kept_as_other": Message(_("is no known category and was taken as 其他")),
    "date_unreadable": Message(_("is not a date that can be read"), _("write it like 2022-11-03")),
    "date_ambiguous": Message(_("day and month cannot be told apart"), _("write it like 2022-11-03")),
    "date_impossible": Message(_("this day does not exist"), _("please correct it")),
    "date_implausible": Message(_("%(date)s cannot be right"), _("please correct it")),
    "date_future": Message(_("%(date)s lies in the future"), _("please correct it")),
    "date_no_day": Message(_("has no day and was taken as %(date)s")),
    "date_no_month": Message(_("has no month and was taken as %(date)s")),
    "date_two_digit_year": Message(_("has a year of two digits and was taken as %(date)s")),
    "sex_contradiction": Message(_("contradicts the identity number (%(expected)s), which was followed")),
    "birth_contradiction": Message(_("contradicts the identity number (%(expected)s), which was followed")),
    "identity_again": Message(_("the same number stands in row %(first)s already"), _("keep one of the two rows")),
    "identity_again_elsewhere": Message(
        _("the same number stands in row %(first)s of the sheet “%(sheet)s” already"), _("keep one of the two rows")
    ),
    "person_elsewhere": Message(
        _("this person is on the roster of a unit that is not yours"),
        _("please ask the police liaison officer for a transfer"),
    ),
    "person_merged": Message(
        _("the record with this number was merged into another one of the same person"),
        _("use the number of the remaining record"),
    ),
    "status_first": Message(
        _("nobody enters the roster with this status"), _("enter the person as a member, or let them apply")
    ),
    "status_step": Message(
        _("this status cannot follow the one the person has"),
        _("open the person's page: “Change status” shows what is possible"),
    ),
    "status_reason_missing": Message(
        _("this change of status needs a reason"), _("write it into a column “状态原因” and import this row again")
    ),
    "holds_equipment": Message(
        _("this person still holds equipment that must come back"),
        _("have it returned, or hand it over to the new unit, and import this row again"),
    ),
    "changed_since_preview": Message(
        _("somebody changed this person or the unit after the preview was made"), _("please import this row again")
    ),
    "unit_unknown": Message(_("there is no such unit"), _("write its code, its name or the path of its names")),
    "unit_outside": Message(
        _("this unit is not among those you may import for"), _("leave it to those in charge of it")
    ),
    "unit_closed": Message(_("this unit no longer exists"), _("write the unit that people belong to now")),
    "unit_ambiguous": Message(_("several units bear this name"), _("write the path, such as 石鼓支队/青山大队/一中队")),
    "unit_missing": Message(_("empty, so the new member belongs to no unit"), _("please fill it in")),
    "group_unknown": Message(
        _("there is no such functional group"), _("correct the name or have the group set up first")
    ),
    "partner_unknown": Message(
        _("there is no such partner organisation"), _("correct the name or have the organisation set up first")
    ),
    "grid_unknown": Message(_("there is no such grid"), _("write its name or its code")),
    "grid_ambiguous": Message(_("several grids bear this name"), _("write its code")),
}
"""What can be wrong with a cell. Phrases without a full stop: `cell_sentence` puts them behind their place."""


def _untranslated(text: str) -> str:
    return text


def file_message(code: str, params: Params, gettext: Gettext = _untranslated) -> Message:
    """The refusal of a file: sentence and remedy."""
    message = FILE[code]
    return Message(gettext(message.text) % params, gettext(message.remedy) % params if message.remedy else "")


def notice_sentence(code: str, params: Params, gettext: Gettext = _untranslated) -> str:
    """The sentence of a notice."""
    return gettext(NOTICES[code].text) % params


def cell_message(code: str, params: Params, gettext: Gettext = _untranslated) -> Message:
    """What is wrong with a cell and what to do, without its place."""
    message = CELLS[code]
    return Message(gettext(message.text) % params, gettext(message.remedy) % params if message.remedy else "")


def cell_sentence(row: int, header: str, code: str, params: Params, gettext: Gettext = _untranslated) -> str:
    """Place, what is wrong, remedy: 第 12 行「身份证号」：校验位不符，请核对证件原件。

    `header` is the head of the column as the sheet writes it, empty where the row as a whole is meant.
    """
    text, remedy = cell_message(code, params, gettext)
    place = gettext(_("Row %(row)s, “%(header)s”: ") if header else _("Row %(row)s: ")) % {"row": row, "header": header}
    said = (
        gettext(_("%(text)s; %(remedy)s.")) % {"text": text, "remedy": remedy}
        if remedy
        else gettext(_("%(text)s.")) % {"text": text}
    )
    return place + said
