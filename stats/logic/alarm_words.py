"""How sheets of police statistics write months, kinds of alarm, areas and figures, and what that means.

Cells are text (dates as ISO text) or numbers, as `members.reading.read_cells` gives them.
"""

import re
import unicodedata
from typing import Final, NamedTuple

Cell = str | float | int

#: Kind (a code of `stats.enums.AlarmKind`) → what sheets call it; the longest match in a text wins.
_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "criminal": ("刑事警情", "刑事类警情", "刑事案件警情", "刑事类", "刑事", "criminal"),
    "order": (
        "治安警情",
        "治安类警情",
        "行政治安警情",
        "治安案件警情",
        "治安类",
        "治安",
        "publicorder",
        "public-order",
    ),
    "robbery": (
        "两抢警情",
        "抢劫抢夺警情",
        "双抢警情",
        "街头两抢",
        "两抢",
        "双抢",
        "抢劫抢夺",
        "抢劫、抢夺",
        "抢夺",
        "robbery",
    ),
    # 两抢一盗 names two kinds, and so none of them.
    "theft": ("盗窃警情", "盗窃类", "两盗警情", "盗窃", "一盗", "theft"),
    "fraud": ("电信网络诈骗警情", "电信网络诈骗", "电诈警情", "诈骗警情", "电诈", "诈骗", "fraud"),
    "dispute": ("纠纷警情", "矛盾纠纷警情", "纠纷类", "纠纷", "dispute"),
    "traffic": ("交通警情", "交通事故警情", "交通类", "交通", "traffic"),
    "all": ("警情总数", "总警情", "全部警情", "有效警情", "接警总数", "警情合计", "allalarms"),
    "other": ("其他警情", "其它警情", "其他", "其它", "other"),
}
_BY_WORD: Final = sorted(
    ((word, kind) for kind, words in _KINDS.items() for word in words), key=lambda one: -len(one[0])
)
_TOTALS: Final = frozenset(
    [
        *("合计", "总计", "小计", "共计", "总数", "累计", "合计数", "本月合计", "全年"),
        *("全市", "全市合计", "全市总计", "全县合计", "全区合计", "total", "sum", "subtotal"),
    ]
)
_AREA_HEADS: Final = frozenset(
    [
        *("地区", "区县", "县区", "县市区", "区域", "辖区", "单位", "单位名称", "地区名称", "区县名称"),
        *("所属地区", "支队", "大队", "分局", "area", "unit"),
    ]
)
_KIND_HEADS: Final = frozenset(["类别", "警情类别", "警情类型", "类型", "种类", "警情种类", "警情", "kind", "type"])
_COUNT_HEADS: Final = frozenset(
    ["数量", "起数", "警情数", "警情数量", "发案数", "接警数", "件数", "数", "count", "number", "alarms"]
)
_MONTH_HEADS: Final = frozenset(["月份", "年月", "统计月份", "时间", "月", "统计时间", "month"])
_YEAR_HEADS: Final = frozenset(["年份", "年度", "年", "year"])
_NOTHING: Final = frozenset(("", "-", "—", "–", "/", "\\", "——", "无数据"))
_CHINESE_MONTHS: Final = {
    **{word: number for number, word in enumerate("一二三四五六七八九十", start=1)},
    "十一": 11,
    "十二": 12,
    "元": 1,
    "腊": 12,
}

_YEAR: Final = re.compile(r"(?<!\d)(20\d\d)年?(?:度)?(?![\d])")
_ISO: Final = re.compile(r"(20\d\d)-(\d\d)-\d\d(?:[t ].*)?$")
_YEAR_MONTH: Final = re.compile(r"(20\d\d)[-./年](\d{1,2})月?份?$")
_DOUBTFUL: Final = re.compile(r"20\d\d\.1")
_SIX: Final = re.compile(r"(20\d\d)(0[1-9]|1[0-2])$")
_MONTH: Final = re.compile(r"(\d{1,2})月份?$")
_CHINESE: Final = re.compile(r"(?:(20\d\d)年)?(十[一二]|[元一二三四五六七八九十腊])月份?$")
_NUMBER: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?[起件宗次条]?$")
_UNIT_ENDS: Final = (
    *("义警总队", "义警支队", "义警大队", "义警中队", "义警分队", "总队", "支队", "大队", "中队", "分队"),
    *("公安分局", "公安局", "分局", "派出所"),
)
_DIVISION_ENDS: Final = (
    "瑶族乡",
    "街道办事处",
    "街道办",
    "街道",
    "高新技术产业开发区",
    "开发区",
    "镇",
    "乡",
    "区",
    "县",
    "市",
)


class Month(NamedTuple):
    """A month as a head names it; `year` is None where the head says none."""

    year: int | None
    month: int


def plain(cell: Cell) -> str:
    """The cell as text without width, case and spaces: ２０２２ 年 → 2022年."""
    if isinstance(cell, float):
        cell = int(cell) if cell.is_integer() else cell
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(cell))).lower()


def month_of(cell: Cell) -> Month | None:
    """The month a cell names: 3月, 三月份, 2022年3月, 2022-03, 202203, 2022.3, or a date in it."""
    if is_doubtful(cell):
        return None
    text = plain(cell)
    if match := _ISO.match(text) or _YEAR_MONTH.match(text) or _SIX.match(text):
        return _month(int(match[1]), int(match[2]))
    if match := _MONTH.match(text):
        return _month(None, int(match[1]))
    if match := _CHINESE.match(text):
        return Month(int(match[1]) if match[1] else None, _CHINESE_MONTHS[match[2]])
    return None


def is_doubtful(cell: Cell) -> bool:
    """Whether the cell may be January or October: 2022.10, entered as a number, is kept as 2022.1."""
    return isinstance(cell, float) and _DOUBTFUL.fullmatch(plain(cell)) is not None


def month_number(cell: Cell) -> Month | None:
    """As `month_of`, in a column that is headed as one of months: 3 alone is March."""
    text = plain(cell)
    return _month(None, int(text)) if text.isdigit() and len(text) <= 2 else month_of(cell)


def _month(year: int | None, month: int) -> Month | None:
    return Month(year, month) if 1 <= month <= 12 else None


def year_of(cell: Cell) -> int | None:
    """The one year a text names: 2022年1—10月警情统计表 → 2022; None for none or several."""
    years = {int(found) for found in _YEAR.findall(plain(cell))}
    return years.pop() if len(years) == 1 else None


def kind_of(cell: Cell) -> str | None:
    """The kind of alarm a text names, the one with the longest name; None for none or for several."""
    text = plain(cell)
    found: set[str] = set()
    for word, kind in _BY_WORD:
        if word in text:
            found.add(kind)
            text = text.replace(word, " ")
    # 其他 and 警情总数 are said beside others only in headings.
    return found.pop() if len(found) == 1 else None


def is_total(cell: Cell) -> bool:
    """Whether a row or column headed so repeats the others."""
    return plain(cell).strip(":：") in _TOTALS


def is_nothing(cell: Cell) -> bool:
    """Whether the cell gives no figure."""
    return plain(cell) in _NOTHING


def head_of(cell: Cell) -> str:
    """What a column of a list holds: area, kind, month, year or count; "" for anything else."""
    text = re.sub(r"[(（].*[)）]$", "", plain(cell))
    for name, words in (
        ("area", _AREA_HEADS),
        ("kind", _KIND_HEADS),
        ("count", _COUNT_HEADS),
        ("month", _MONTH_HEADS),
        ("year", _YEAR_HEADS),
    ):
        if text in words:
            return name
    return ""


def count_of(cell: Cell) -> int | None:
    """A figure: a whole number that is not negative, also as text (1,204起); None for anything else."""
    if isinstance(cell, int | float):
        return int(cell) if cell >= 0 and float(cell).is_integer() and cell < 2**31 else None
    match = _NUMBER.match(plain(cell))
    number = int(match[1].replace(",", "")) if match else None
    return number if number is not None and number < 2**31 else None


def area_keys(text: str) -> list[str]:
    """What an area may be called, the exact name first: 蒸湘公安分局 → 蒸湘公安分局, 蒸湘; 耒阳市 → 耒阳市, 耒阳."""
    name = plain(text)
    keys = [name]
    for end in _UNIT_ENDS:
        if name.endswith(end) and len(name) > len(end) + 1:
            name = name.removesuffix(end).removesuffix("义警")
            keys.append(name)
            break
    for end in _DIVISION_ENDS:
        if name.endswith(end) and len(name) > len(end) + 1:
            keys.append(name.removesuffix(end))
            break
    return list(dict.fromkeys(keys))
