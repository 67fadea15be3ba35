"""What makes a name findable: pinyin, initials and the grams of its characters. Plain Python."""

import os
from functools import lru_cache
from itertools import pairwise

# Names are read character by character; the table of phrases would cost every process 44 MiB for nothing.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, pinyin

# pypinyin reads single characters by their commonest use; as a surname these are read otherwise.
_SURNAMES = {
    "区": "ou",
    "朴": "piao",
    "查": "zha",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "任": "ren",
    "华": "hua",
    "曾": "zeng",
    "盖": "ge",
    "种": "chong",
    "秘": "bi",
    "繁": "po",
    "覃": "qin",
    "尉": "wei",
    "乐": "yue",
    "翟": "zhai",
    "员": "yun",
    "逄": "pang",
    "召": "shao",
    "燕": "yan",
    "重": "chong",
    "缪": "miao",
    "黑": "he",
    "折": "she",
    "冼": "xian",
    "洗": "xian",
    "牟": "mu",
    "宓": "mi",
    "谌": "chen",
}
_DOUBLE_SURNAMES = {"尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"), "澹台": ("tan", "tai")}


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    """One reading per character, remembered: rosters repeat a few thousand characters."""
    return pinyin(character, style=Style.NORMAL, errors=str.lower, v_to_u=False)[0][0]


def name_pinyin(name: str) -> tuple[str, str]:
    """`("zhangwei", "zw")` for 张伟: the full reading and its initials, lower case, without tones.

    Letters stay themselves; dots, blanks and hyphens between parts of a name are left out.
    """
    characters = [c for c in name if c.isalnum()]
    syllables = [_syllable(c) for c in characters]
    double = _DOUBLE_SURNAMES.get(name[:2])
    if double:
        syllables[:2] = double
    elif characters and characters[0] in _SURNAMES:
        syllables[0] = _SURNAMES[characters[0]]
    return "".join(syllables), "".join(s[0] for s in syllables if s)


def name_grams(name: str) -> list[str]:
    """Every character and every neighbouring pair, once each: 张小伟 → 张, 小, 伟, 张小, 小伟.

    A trigram index cannot answer for names of two characters; an array index over these can.
    """
    characters = [c for c in name.lower() if c.isalnum()]
    pairs = [a + b for a, b in pairwise(characters)]
    return list(dict.fromkeys(characters + pairs))
