"""Invented names of people: common surnames and given-name characters, put together at random."""

from __future__ import annotations

from random import Random

MALE, FEMALE = "M", "F"

# Surname and weight; the shares follow the common order with the surnames of southern Hunan lifted.
_SURNAMES: dict[str, int] = {
    **dict.fromkeys("刘王李陈罗", 60),
    **dict.fromkeys("张周谭肖彭唐黄邓", 34),
    **dict.fromkeys("蒋谢何曾胡廖贺杨吴阳", 24),
    **dict.fromkeys("朱谷徐郭伍龙尹邹全段", 14),
    **dict.fromkeys("赵孙高林马梁宋郑许袁吕傅苏魏叶程田任姜范", 8),
    **dict.fromkeys("资匡凌宁祝聂单旷雷颜欧文左易夏莫申常", 6),
    **dict.fromkeys("钟汪毛戴万方石熊金陆白崔康邱秦江史顾侯邵孟", 4),
    **dict.fromkeys("区朴查仇解尧覃冼麦禹綦昝逄呙乜", 1),
    "欧阳": 9,
    "上官": 1,
    "诸葛": 1,
    "司马": 1,
    "皇甫": 1,
}

# Given-name characters by sex and by the last birth year of the generation that used them.
_GIVEN: dict[str, tuple[tuple[int, str], ...]] = {
    MALE: (
        (1966, "建国华民生明德福贵友成发祥林荣光忠清文武石春根庆云良善"),
        (1982, "军勇强伟刚平辉斌波涛杰峰超志国海东卫兵利新红亮鹏"),
        (1995, "俊磊鑫浩宇翔凯龙飞帆健亮旭阳明哲威豪嘉文博彬康"),
        (2100, "轩梓浩然子涵泽宇宸睿辰博文皓天佑铭晨昊逸航嘉懿"),
    ),
    FEMALE: (
        (1966, "秀英桂兰玉珍凤莲菊香翠娥梅春满云满珠连银爱"),
        (1982, "丽敏艳霞红燕芳娟玲华萍琴梅英琼辉利群平湘"),
        (1995, "婷静娜雪倩颖慧莉佳璐瑶琳丹晶媛蓉洁思雨露"),
        (2100, "欣怡梓涵诗雨萱琪语嫣可馨悦彤紫梦瑶若依晨佳"),
    ),
}
# Characters that old encodings and careless software lose; a roster of this size always holds a few of them.
_RARE = "䶮喆堃淼翀旻祎玥頔彧犇垚燊甦骉䘵𬱖𫖯"
_LONG_NAMES = {
    MALE: ("艾力·吐尔逊", "买买提·阿不都", "扎西·顿珠", "巴图·苏和", "阿克木·热合曼"),
    FEMALE: ("阿依古丽·买买提", "古丽娜尔·艾合买提", "卓玛·央金", "其其格·乌兰", "帕提古丽·吾守尔"),
}


class Names:
    """Gives one invented name after another."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._surnames = list(_SURNAMES)
        self._weights: list[int] = []
        total = 0
        for weight in _SURNAMES.values():
            total += weight
            self._weights.append(total)

    def surname(self) -> str:
        """Give a surname, double surnames among them."""
        return self._rng.choices(self._surnames, cum_weights=self._weights)[0]

    def name(self, sex: str, birth_year: int) -> str:
        """Give a full name; one in 400 holds a rare character, one in 1,500 a middle dot."""
        chance = self._rng.random()
        if chance < 1 / 1500:
            return self._rng.choice(_LONG_NAMES[sex])
        given = self._given(sex, birth_year)
        if chance < 1 / 1500 + 1 / 400:
            given = self._rng.choice(_RARE) if len(given) == 1 else given[0] + self._rng.choice(_RARE)
        return self.surname() + given

    def _given(self, sex: str, birth_year: int) -> str:
        characters = next(text for last, text in _GIVEN[sex] if birth_year <= last)
        first = self._rng.choice(characters)
        if self._rng.random() < (0.12 if birth_year < 1967 else 0.22):
            return first
        return first + self._rng.choice(characters)
