"""Files that are refused, each with its own code, whatever their name says."""

import io
import re
import struct
import zipfile
import zlib

import pytest
import xlsxwriter
import xlwt

from members.reading import FileRefused, Limits
from tests.members.reading import workbooks
from tests.members.reading.workbooks import FANG, HEADER, SMALL, WEI, reading, refusal

GOOD = workbooks.xlsx([HEADER, WEI, FANG])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\t\n", "file_empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "file_picture"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 100, "file_picture"),
        (b"%PDF-1.7\n", "file_pdf"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "file_html"),
        ("\ufeff\n<!DOCTYPE html>".encode(), "file_html"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "file_xml"),
        (b"Rar!\x1a\x07\x00", "file_archive"),
        (b"\x7fELF\x02\x01\x01\x00", "file_unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "file_corrupt"),
        (GOOD[: len(GOOD) // 2], "file_corrupt"),
        (b"PK\x03\x04" + b"x" * 100, "file_corrupt"),
        (b"\xff\xff\xfe\xfe\xc3\x28" * 3, "csv_encoding"),
        (workbooks.encrypted(GOOD), "file_password"),
    ],
)
def test_what_is_no_roster(data: bytes, code: str) -> None:
    assert refusal(data)[0] == code


def archive(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, data in parts.items():
            packed.writestr(name.replace("__", "/"), data)
    return target.getvalue()


def test_other_archives() -> None:
    assert refusal(archive(readme=b"x"))[0] == "file_archive"
    assert refusal(archive(word__document=b"x"))[0] == "file_document"
    assert refusal(archive(mimetype=b"application/vnd.oasis", **{"content.xml": b"x"}))[0] == "file_ods"
    assert refusal(archive(**{"xl/workbook.bin": b"x", "[Content_Types].xml": b"x"}))[0] == "file_xlsb"


def test_macros() -> None:
    assert refusal(workbooks.repacked(GOOD, add={"xl/vbaProject.bin": b"\xd0\xcf"}))[0] == "file_macros"


def test_a_damaged_sheet() -> None:
    data = workbooks.repacked(GOOD, replace={"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c"})
    assert refusal(data)[0] in {"sheet_corrupt", "header_not_found", "file_no_rows"}
    data = workbooks.repacked(GOOD, replace={"xl/workbook.xml": b"<workbook"})
    assert refusal(data) == ("file_corrupt", {})
    data = workbooks.repacked(GOOD, replace={"xl/workbook.xml": b'<!DOCTYPE w [<!ENTITY a "b">]><workbook/>'})
    assert refusal(data) == ("file_corrupt", {})


DAMAGED = {"file_corrupt", "sheet_corrupt", "file_unknown", "file_archive", "header_not_found", "file_no_rows"}


def outcome(data: bytes) -> str:
    try:
        reading(data, limits=SMALL)
    except FileRefused as refused:
        return refused.code
    return "read"


def test_every_single_byte_may_be_wrong() -> None:
    """A file damaged anywhere is read or refused: never a crash, never a hang."""
    for place in range(0, len(GOOD), max(1, len(GOOD) // 12)):
        damaged = GOOD[:place] + bytes([GOOD[place] ^ 0xFF]) + GOOD[place + 1 :]
        assert outcome(damaged) in {"read", *DAMAGED}


class TestFormulas:
    """Formulas in cells that are read."""

    def test_are_refused_with_the_cell(self) -> None:
        rows = [["花名册"], HEADER, WEI, [*FANG[:3], '==IF(1,"女","男")', *FANG[4:]]]
        assert refusal(workbooks.xlsx(rows)) == ("formulas", {"sheet": "花名册", "cell": "D4", "header": "性别"})

    def test_are_refused_without_stored_values_too(self) -> None:
        data = workbooks.by_openpyxl([HEADER, [*WEI[:3], "=MID(C2,17,1)", *WEI[4:]]])
        assert refusal(data) == ("formulas", {"sheet": "Sheet", "cell": "D2", "header": "性别"})

    def test_in_a_table_that_does_not_begin_in_the_first_column(self) -> None:
        rows = [[], ["", *HEADER], ["", *WEI[:5], '=="x"', *WEI[6:]]]
        assert refusal(workbooks.xlsx(rows))[1]["cell"] == "G3"

    def test_in_an_old_workbook(self) -> None:
        rows = [HEADER, [*WEI[:5], xlwt.Formula('"长湖中队"'), WEI[6]]]
        assert refusal(workbooks.xls(rows))[0:2] == (
            "formulas",
            {"sheet": "花名册1", "cell": "F2", "header": "所属中队"},
        )

    def test_harm_nobody_elsewhere(self) -> None:
        rows = [["=", "==1+1"], HEADER, ["==ROW()-2", *WEI[1:]], ["==ROW()-2", *FANG[1:]]]
        assert reading(workbooks.xlsx(rows)).names == ["张伟", "李芳"]

    def test_in_a_prefixed_dialect_of_the_format(self) -> None:
        data = workbooks.xlsx([HEADER, [*WEI[:5], '=="x"', *WEI[6:]]])
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        sheet = re.sub(r"<(/?)(?!\?)", r"<\1x:", sheet).replace("xmlns=", "xmlns:x=")
        data = workbooks.repacked(data, replace={"xl/worksheets/sheet1.xml": sheet.encode()})
        assert refusal(data)[0] in {"formulas", "file_no_rows", "sheet_corrupt"}


class TestLimits:
    """The machine is worth more than any file."""

    def test_size_of_the_file(self) -> None:
        assert refusal(GOOD, limits=Limits(file_size=1000)) == ("file_too_large", {"limit": 0})

    def test_number_of_rows(self) -> None:
        data = workbooks.xlsx([HEADER, *[WEI] * 30])
        assert refusal(data, limits=Limits(rows=20)) == ("too_many_rows", {"rows": 31, "limit": 20})
        assert reading(workbooks.xlsx([HEADER, WEI, *[[]] * 30, FANG]), limits=Limits(rows=20)).names == [
            "张伟",
            "李芳",
        ]

    def test_number_of_columns(self) -> None:
        data = workbooks.xlsx([[*HEADER, *[""] * 500, "x"], WEI])
        assert refusal(data) == ("sheet_too_wide", {"sheet": "花名册", "limit": 400})

    def test_a_bomb_is_never_unpacked(self) -> None:
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in ("[Content_Types].xml", "xl/workbook.xml"):
                packed.writestr(name, "<x/>")
            with packed.open("xl/worksheets/sheet1.xml", "w") as part:
                for _ in range(64):
                    part.write(b"0" * (1 << 20))
        assert refusal(bomb.getvalue(), limits=SMALL)[0] == "file_bomb"

    def test_a_bomb_that_lies_about_its_size(self) -> None:
        sheet = b"<worksheet><sheetData>" + b" " * (64 << 20)
        crc, length = zlib.crc32(sheet), len(sheet)
        data = workbooks.repacked(GOOD, replace={"xl/worksheets/sheet1.xml": sheet})
        del sheet
        honest = struct.pack("<L", crc), struct.pack("<L", length)
        lied = data.replace(honest[1], struct.pack("<L", 500))
        assert lied != data
        code, _ = refusal(lied, limits=SMALL)
        assert code in {"file_corrupt", "sheet_corrupt", "file_no_rows", "file_bomb", "sheet_too_large"}

    def test_a_used_range_that_reaches_the_last_cell(self) -> None:
        target = io.BytesIO()
        workbook = xlsxwriter.Workbook(target)
        sheet = workbook.add_worksheet("花名册")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, WEI)
        sheet.write(1_048_575, 16_383, "x")
        workbook.close()
        assert refusal(target.getvalue()) == ("sheet_too_large", {"sheet": "花名册"})

    def test_memory(self) -> None:
        far = [""] * 39 + ["x"]
        data = workbooks.xlsx([HEADER, WEI, *[[]] * 400_000, far])
        assert refusal(data, limits=Limits(memory=256 << 20)) == ("sheet_too_large", {"sheet": "花名册"})

    def test_processor_time(self) -> None:
        data = "\n".join([",".join(HEADER), *[",".join(WEI)] * 100_000]).encode()
        assert refusal(data, limits=Limits(processor=1, batch=1)) == ("reading_too_long", {})

    def test_patience(self) -> None:
        assert refusal(GOOD, limits=Limits(waiting=0.0)) == ("reading_too_long", {})

    def test_more_rows_than_allowed_in_a_large_sheet(self) -> None:
        row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>张伟</t></is></c></row>'
        rows = "".join(map(row.format, range(3, 120_003)))
        sheet = zipfile.ZipFile(io.BytesIO(GOOD)).read("xl/worksheets/sheet1.xml").decode()
        sheet = re.sub(r'<row r="3".*</row>(?=</sheetData>)', rows.replace("\\", ""), sheet)
        data = workbooks.repacked(GOOD, replace={"xl/worksheets/sheet1.xml": sheet.encode()})
        assert refusal(data, limits=Limits(unpacked_ratio=1000, rows=100_000)) == (
            "too_many_rows",
            {"rows": 120_002, "limit": 100_000},
        )

    def test_more_than_it_would_load_is_counted_first(self) -> None:
        rows = [HEADER, *[[*WEI, "长" * 1500]] * 30]
        assert refusal(workbooks.by_openpyxl(rows), limits=Limits(rows=5))[0] == "too_many_rows"
