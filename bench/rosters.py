"""Invented rosters of any size, for the benches, the tests and the demo. No person in them is real.

python -m bench.rosters roster.xlsx 124000 --bad-share 0.01
"""

import argparse
import datetime as dt
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from members.logic.identity import check_character

HEADERS: Final = (
    "序号",
    "姓名",
    "身份证号",
    "性别",
    "出生日期",
    "手机号码",
    "职业类别",
    "工作单位",
    "住址",
    "政治面貌",
    "文化程度",
    "特长",
    "五员",
    "所属中队",
    "入队日期",
    "紧急联系人",
    "紧急联系人电话",
    "备注",
)
WIDTHS: Final = (6, 10, 22, 6, 12, 14, 12, 24, 32, 12, 10, 16, 24, 20, 12, 12, 18, 20)

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍红玲芬"
    "燕彬鹏飞宇浩凯健俊帆雪琳倩婷宁辉建国志文海波林春梅建斌晓东"
)
_AREAS: Final = (
    "430405",
    "430406",
    "430407",
    "430408",
    "430412",
    "430421",
    "430422",
    "430423",
    "430424",
    "430426",
    "430481",
    "430482",
)
_OCCUPATIONS: Final = (
    "保安员",
    "物管员",
    "楼栋长",
    "店长",
    "快递员",
    "环卫工",
    "民兵预备役",
    "企业职工",
    "教师",
    "退休人员",
    "个体经营者",
)
_EMPLOYERS: Final = tuple(
    f"{place}{kind}"
    for place in ("船山", "蒸湘", "石鼓", "雁峰", "珠晖", "南岳")
    for kind in ("物业公司", "商贸公司", "保安公司", "中学", "社区")
)
_STREETS: Final = (
    "长湖路",
    "解放大道",
    "蒸阳北路",
    "船山西路",
    "华新大道",
    "衡祁路",
    "中山南路",
    "石鼓路",
    "雁城路",
    "环城北路",
)
_POLITICAL: Final = ("中共党员", "共青团员", "群众", "群众", "群众")
_EDUCATION: Final = ("初中", "高中", "中专", "大专", "本科")
_SKILLS: Final = ("", "", "急救", "驾驶", "急救、驾驶", "调解", "水性好", "无人机")
_ROLES: Final = ("情报信息员", "纠纷调解员", "平安守护员", "应急处突员", "群众服务员", "情报信息员、平安守护员", "")
_PREFIXES: Final = ("138", "139", "150", "151", "158", "159", "186", "187", "188", "199")
_FIRST_BIRTH: Final = dt.date(1956, 1, 1)
_LAST_BIRTH: Final = dt.date(2004, 12, 31)
_FIRST_JOINED: Final = dt.date(2019, 1, 1)
_LAST_JOINED: Final = dt.date(2022, 11, 3)

DEFAULT_UNITS: Final = tuple(f"第{number}中队" for number in range(1, 1001))


def invented_rows(
    rows: int, *, bad_share: float = 0.0, seed: int = 1, units: Sequence[str] = DEFAULT_UNITS
) -> Iterator[list[str]]:
    """Rows under `HEADERS`: plausible, invented, every identity number different and valid.

    `bad_share` of them carry one error, of the kinds that real sheets have.
    """
    dice = random.Random(seed)
    taken: set[str] = set()
    birth_days = (_LAST_BIRTH - _FIRST_BIRTH).days
    joined_days = (_LAST_JOINED - _FIRST_JOINED).days
    for number in range(1, rows + 1):
        born = (_FIRST_BIRTH + dt.timedelta(days=dice.randrange(birth_days))).isoformat()
        identity = _identity(dice, born, taken)
        row = [
            str(number),
            _person(dice),
            identity,
            "男" if int(identity[16]) % 2 else "女",
            born,
            f"{dice.choice(_PREFIXES)}{dice.randrange(10**8):08d}",
            dice.choice(_OCCUPATIONS),
            dice.choice(_EMPLOYERS),
            _address(dice),
            dice.choice(_POLITICAL),
            dice.choice(_EDUCATION),
            dice.choice(_SKILLS),
            dice.choice(_ROLES),
            dice.choice(units),
            (_FIRST_JOINED + dt.timedelta(days=dice.randrange(joined_days))).isoformat(),
            _person(dice),
            f"{dice.choice(_PREFIXES)}{dice.randrange(10**8):08d}",
            "" if dice.random() < 0.9 else f"第{dice.randrange(1, 40)}批",
        ]
        yield _spoiled(dice, row) if bad_share and dice.random() < bad_share else row


def write_roster(
    path: Path | str,
    rows: int,
    *,
    bad_share: float = 0.0,
    seed: int = 1,
    units: Sequence[str] = DEFAULT_UNITS,
    title: str = "义警花名册",
) -> None:
    """Write an .xlsx roster of `rows` invented people under a title row; memory stays flat."""
    workbook: Any = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = workbook.add_worksheet("花名册")
    head = workbook.add_format({"bold": True})
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, title, head)
    for column, header in enumerate(HEADERS):
        sheet.write_string(1, column, header, head)
    write = sheet.write_string
    for index, row in enumerate(invented_rows(rows, bad_share=bad_share, seed=seed, units=units), start=2):
        for column, text in enumerate(row):
            if text:
                write(index, column, text)
    workbook.close()


def _address(dice: random.Random) -> str:
    door = f"{dice.randrange(1, 30)}栋{dice.randrange(101, 3204)}室"
    return f"蒸湘区{dice.choice(_STREETS)}{dice.randrange(1, 900)}号{door}"


def _person(dice: random.Random) -> str:
    given = dice.choice(_GIVEN) if dice.random() < 0.3 else dice.choice(_GIVEN) + dice.choice(_GIVEN)
    return dice.choice(_SURNAMES) + given


def _identity(dice: random.Random, born: str, taken: set[str]) -> str:
    while True:
        # A sequence of 000 would be taken for the trace of a number that a sheet destroyed.
        first17 = f"{dice.choice(_AREAS)}{born.replace('-', '')}{dice.randrange(1, 1000):03d}"
        number = first17 + check_character(first17)
        if number not in taken and not number.endswith("000"):
            taken.add(number)
            return number


def _spoiled(dice: random.Random, row: list[str]) -> list[str]:
    kind = dice.randrange(7)
    identity = row[2]
    if kind == 0:
        row[2] = identity[:-1] + ("1" if identity[-1] != "1" else "2")
    elif kind == 1:
        row[2] = f"{identity[0]}.{identity[1:6]}E+17"
    elif kind == 2:
        row[2] = ""
    elif kind == 3:
        row[5] = row[5][:-1]
    elif kind == 4:
        row[14] = "2021年13月5日"
    elif kind == 5:
        row[1] = ""
    else:
        row[9] = "某某党"
    return row


def main() -> None:
    """Write a roster from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("rows", type=int)
    parser.add_argument("--bad-share", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    write_roster(args.path, args.rows, bad_share=args.bad_share, seed=args.seed)


if __name__ == "__main__":
    main()
