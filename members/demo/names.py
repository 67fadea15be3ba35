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
# Whole given names that were the fashion of the same generations.
_COMMON: dict[str, dict[int, str]] = {
    MALE: {
        1966: "建国 建军 国强 志强 德明 卫国 明华 国平 建华 志明 文华 春生 国庆 运生 冬生 祥云 光明 永福",
        1982: "志刚 海军 晓东 建平 文斌 志勇 小军 永强 海波 新华 国华 志华 学军 卫东 红兵 少华 立新 小平",
        1995: "文杰 志伟 俊杰 鹏飞 子豪 文涛 志鹏 俊峰 振宇 明辉 旭东 海龙 家豪 文斌 伟杰",
        2100: "宇轩 子轩 浩宇 俊熙 梓豪 博文 宇航 浩然 家乐 天宇 皓轩 晨阳 嘉豪",
    },
    FEMALE: {
        1966: "桂英 秀英 桂兰 玉兰 秀兰 春香 冬梅 月娥 翠英 玉梅 满秀 金莲 桂香 菊英 凤英",
        1982: "春燕 小燕 丽华 海燕 红梅 晓红 秀丽 艳红 美玲 丽娟 冬梅 玉兰 小红 满玲 慧玲",
        1995: "婷婷 文静 思思 丽娜 佳丽 雅婷 静怡 雨婷 晓慧 美琪 倩倩 文婷 玲玲",
        2100: "欣怡 梓涵 诗涵 雨欣 佳怡 思涵 子萱 可欣 雨萱 梦瑶 欣妍 雅琪",
    },
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
        self._common = {
            (sex, generation): text.split() for sex, names in _COMMON.items() for generation, text in names.items()
        }
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
        generation, characters = next((last, text) for last, text in _GIVEN[sex] if birth_year <= last)
        if self._rng.random() < 0.45:
            return self._rng.choice(self._common[sex, generation])
        first = self._rng.choice(characters)
        if self._rng.random() < (0.2 if birth_year < 1967 else 0.4):
            return first
        return first + self._rng.choice(characters)
