"""What invented volunteers do for a living and how they live: words of a roster and how often they occur."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Life:
    """An occupation: share of men, ages in years, and patterns of employers (`{place}` is the county or town)."""

    male: float
    youngest: int
    usual: int
    oldest: int
    employers: tuple[str, ...] = ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LIVES: dict[str, Life] = {
    "保安员": Life(0.92, 22, 48, 64, ("{place}{word}保安服务有限公司", "{place}{word}物业秩序部", "{word}商场保安队")),
    "物管员": Life(0.55, 22, 38, 60, ("{place}{word}物业服务有限公司",)),
    "楼栋长": Life(0.40, 30, 58, 74),
    "店长": Life(0.52, 23, 42, 66, ("{word}便利店", "{word}餐馆", "{word}药店", "{word}五金店", "{word}理发店")),
    "快递员": Life(0.93, 20, 30, 50, ("{place}{word}快递营业部", "{word}外卖{place}站点")),
    "环卫工": Life(0.45, 35, 54, 66, ("{place}环境卫生所", "{place}{word}保洁有限公司")),
    "民兵预备役": Life(0.96, 20, 28, 42, ("{place}人武部民兵连",)),
    "企业职工": Life(
        0.62, 20, 37, 60, ("{place}{word}制造有限公司", "{word}科技有限公司", "{place}{word}商贸有限公司")
    ),
    "个体经营者": Life(0.60, 22, 42, 66, ("{word}农资店", "{word}汽修厂", "{word}货运部")),
    "教师": Life(0.38, 23, 38, 60, ("{place}{word}学校",)),
    "学生": Life(0.52, 20, 21, 24, ("{place}{word}职业学院",)),
    "农民": Life(0.70, 25, 54, 72),
    "退休人员": Life(0.48, 56, 64, 76),
    "其他": Life(0.60, 20, 45, 70),
}
_WORDS = _words(
    "恒泰 雁安 蒸阳 湘衡 瑞丰 金雁 和顺 鑫源 宏达 平安里 福临 星光 众诚 永兴 新雁 "
    "长乐 万家 盛泰 兴隆 南岳 华兴 春晖 博雅 安邦"
)
INSURERS = ("湘安财产保险", "雁城人寿", "众护意外保险")
_STREETS = _words("解放路 人民路 建设路 蒸阳路 船山路 中山路 红湘路 迎宾路 环城路 湘江路")
_SKILLS = _words("急救 驾驶 水性好 无人机操作 电工 心理疏导 手语 摄影摄像 法律咨询 方言翻译 消防 文艺宣传")
_ROLES = _words("情报信息员 纠纷调解员 平安守护员 应急处突员 群众服务员")
# The role an occupation usually brings.
_USUAL_ROLE = {
    "保安员": 2,
    "物管员": 4,
    "楼栋长": 1,
    "店长": 0,
    "快递员": 0,
    "环卫工": 0,
    "民兵预备役": 3,
    "教师": 4,
    "退休人员": 1,
}
# Up to this share of all members, in the order of a draw between 0.90 and 1.
_STATUSES: tuple[tuple[float, str, tuple[str, ...]], ...] = (
    (0.925, "申请中", ("线上报名待审核", "社区推荐待审核")),
    (0.945, "试用", ("岗前培训中",)),
    (0.965, "暂停", ("外出务工", "身体原因休养", "家庭原因请假")),
    (1.0, "离队", ("迁居外地", "年龄原因退出", "工作调动", "本人申请退出", "长期未参加勤务")),
)

NOT_YET_MEMBERS = ("申请中", "试用")
# Draws from here to there give a status of somebody who is not a member yet.
NOT_YET_FROM, NOT_YET_UNTIL = 0.90, 0.945


def employer(rng: Random, life: Life, place: str) -> str:
    """Name an employer, or "" where the occupation has none or the sheet leaves it out."""
    if not life.employers or rng.random() < 0.1:
        return ""
    return rng.choice(life.employers).format(place=place, word=rng.choice(_WORDS))


def address(rng: Random, locality: str, *, urban: bool) -> str:
    """Give a house in the locality: a flat in town, a group of a village in the country."""
    if urban:
        house, block, flat = (
            rng.randrange(1, 300),
            rng.randrange(1, 30),
            rng.randrange(1, 29) * 100 + rng.randrange(1, 5),
        )
        return f"{locality}{rng.choice(_STREETS)}{house}号{block}栋{flat}室"
    return f"{locality}{rng.randrange(1, 16)}组{rng.randrange(1, 120)}号"


def political_status(rng: Random, age: int) -> str:
    """League members are young; the Party's share is higher than in the population, as in every volunteer force."""
    chance = rng.random()
    if age < 28 and chance < 0.45:
        return "共青团员"
    if chance < 0.22:
        return "中共党员"
    if chance < 0.228:
        return "中共预备党员"
    return "民主党派" if chance < 0.232 else "群众"


def education(rng: Random, birth_year: int, occupation: str) -> str:
    """Later generations learned longer; teachers have a degree, students are on their way to one."""
    if occupation == "教师":
        return rng.choices(("大专", "本科", "硕士"), (25, 65, 10))[0]
    if occupation == "学生":
        return rng.choices(("中专", "大专", "本科"), (10, 45, 45))[0]
    levels = ("小学", "初中", "高中", "中专", "大专", "本科", "硕士")
    if birth_year < 1965:
        return rng.choices(levels, (22, 45, 20, 6, 5, 2, 0))[0]
    if birth_year < 1985:
        return rng.choices(levels, (8, 42, 22, 10, 12, 6, 0))[0]
    return rng.choices(levels, (1, 22, 22, 14, 24, 16, 1))[0]


def roles(rng: Random, occupation: str) -> list[str]:
    """One or two of the five roles; some members have none yet."""
    usual = _USUAL_ROLE.get(occupation)
    if usual is None or rng.random() < 0.3:
        usual = rng.randrange(len(_ROLES))
    if rng.random() < 0.1:
        return []
    second = rng.randrange(len(_ROLES))
    return [_ROLES[usual]] if second == usual or rng.random() < 0.75 else [_ROLES[usual], _ROLES[second]]


def skills(rng: Random) -> list[str]:
    """Name up to two skills; most sheets name none."""
    chance = rng.random()
    if chance < 0.65:
        return []
    return rng.sample(_SKILLS, 2 if chance > 0.92 else 1)


def status(chance: float) -> tuple[str, tuple[str, ...]]:
    """Give a status other than active and its usual reasons, for a draw between 0.90 and 1."""
    return next((name, reasons) for limit, name, reasons in _STATUSES if chance < limit)
