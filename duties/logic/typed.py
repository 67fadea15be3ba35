"""What a captain types into the quick row: weekdays, times, names. Values in, values out; bad input is `Unreadable`."""

import datetime as dt
import re

DAY_MINUTES = 24 * 60
_CHINESE = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_DIGITS = {str(number + 1): number for number in range(7)}
# R is Thursday and U is Sunday where a weekday has but one letter.
_LETTERS = {"m": 0, "t": 1, "w": 2, "r": 3, "f": 4, "s": 5, "u": 6}
_SHORT = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_ONE = {**_CHINESE, **_DIGITS, **_LETTERS}
_WORDS = {
    "每天": range(7),
    "天天": range(7),
    "全周": range(7),
    "daily": range(7),
    "工作日": range(5),
    "周末": range(5, 7),
    "weekend": range(5, 7),
}
_DASHES = re.compile("[‐‑‒–—―−~～至到]")
_FILLING = re.compile(r"(周|星期|礼拜)(?=[一二三四五六日天1-7])")
_DAY = re.compile(r"mon|tue|wed|thu|fri|sat|sun|[一二三四五六日天1-7mtwrfsu]")
_CLOCK = r"(\d{1,2})(?::?([0-5]\d))?"
_TIMES = re.compile(rf"{_CLOCK}(?:\s*[-\s]\s*{_CLOCK})?")


class Unreadable(ValueError):
    """The text cannot be read as what it should be; `text` is the part that stops the reading."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def read_weekdays(text: str) -> list[int]:
    """`1-5`, `135`, `一三五`, `周一至周五`, `mon-fri`, `周末`, `每天` → weekdays in order, 0 = Monday, each once."""
    plain = _FILLING.sub("", _DASHES.sub("-", text.strip().lower()).replace(" ", ""))
    if plain in _WORDS:
        return list(_WORDS[plain])
    found: list[int] = []
    position, ranging = 0, False
    while position < len(plain):
        if plain[position] in ",，、":
            position += 1
        elif plain[position] == "-" and found and not ranging:
            position, ranging = position + 1, True
        else:
            match = _DAY.match(plain, position)
            if match is None:
                raise Unreadable(plain[position:])
            day = {**_ONE, **_SHORT}[match.group()]
            found += _up_to(found[-1], day) if ranging else [day]
            position, ranging = match.end(), False
    if ranging or not found:
        raise Unreadable(text.strip())
    return sorted(set(found))


def _up_to(first: int, last: int) -> list[int]:
    """The days after `first` up to `last`; a range may run over Sunday: 6-1 is Saturday, Sunday, Monday."""
    return [(first + step) % 7 for step in range(1, (last - first) % 7 + 1)]


def read_times(text: str) -> tuple[dt.time, int | None]:
    """`1930-2130`, `19:30-21:30`, `19-21`, `22-6` → when it starts and how many minutes it lasts.

    An end before the start belongs to the next day; without an end the length is None.
    """
    plain = _DASHES.sub("-", text.strip()).replace("：", ":").replace("点", ":").removesuffix(":").replace(":-", "-")
    match = _TIMES.fullmatch(plain)
    if match is None:
        raise Unreadable(text.strip())
    starts = _minute_of(text, match.group(1), match.group(2))
    if match.group(3) is None:
        return dt.time(*divmod(starts % DAY_MINUTES, 60)), None
    ends = _minute_of(text, match.group(3), match.group(4))
    return dt.time(*divmod(starts % DAY_MINUTES, 60)), (ends - starts - 1) % DAY_MINUTES + 1


def _minute_of(text: str, hours: str, minutes: str | None) -> int:
    found = int(hours) * 60 + int(minutes or 0)
    if found > DAY_MINUTES:
        raise Unreadable(text.strip())
    return found


def read_teams(text: str) -> list[list[str]]:
    """`张伟 lm / wf ln` → two teams of two names; teams take turns over the days, one team serves all of them."""
    teams = [[name for name in re.split(r"[\s,，、]+", team) if name] for team in re.split(r"[/／;；|]", text)]
    return [list(dict.fromkeys(team)) for team in teams if team]


def read_number(text: str) -> int:
    """A small whole number, full-width digits too."""
    plain = text.strip().removesuffix("人").removesuffix("名").strip()
    if not plain.isdecimal() or len(plain) > 3:
        raise Unreadable(text.strip())
    return int(plain)
