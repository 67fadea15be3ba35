"""The colours of the tokens are readable: WCAG 2.2 contrast (1.4.3 and 1.4.11), in both themes."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
OWN = TOKENS.with_name("yiwu.css")

TEXT = 4.5
SHAPE = 3.0

PAIRS = [
    *(
        (ink, ground, TEXT)
        for ink in ("ink", "ink-2")
        for ground in ("page", "surface", "surface-2", "hover", "lime-wash")
    ),
    ("ink", "selected", TEXT),
    ("ink-2", "selected", TEXT),
    ("ink-3", "surface", TEXT),
    ("ink-3", "page", TEXT),
    ("link", "surface", TEXT),
    ("link", "page", TEXT),
    ("link", "hover", TEXT),
    ("link", "selected", TEXT),
    ("red", "surface", TEXT),
    ("red", "red-wash", TEXT),
    ("red", "hover", TEXT),
    ("ink", "red-wash", TEXT),
    ("on-navy", "navy", TEXT),
    ("on-navy-quiet", "navy", TEXT),
    ("on-navy", "navy-raised", TEXT),
    ("on-navy-quiet", "navy-raised", TEXT),
    ("on-lime", "lime", TEXT),
    ("on-lime", "lime-strong", TEXT),
    ("on-alarm", "alarm", TEXT),
    ("lime", "navy", SHAPE),
    ("line-strong", "surface", SHAPE),
    ("line-strong", "page", SHAPE),
    ("focus", "surface", SHAPE),
    ("focus", "page", SHAPE),
    *((f"c{number}", "surface", SHAPE) for number in range(1, 6)),
]


def palettes() -> dict[str, dict[str, str]]:
    text = TOKENS.read_text(encoding="utf-8")
    light, dark = text.split('[data-bs-theme="dark"] {', 1)
    colours = re.compile(r"--y-([\w-]+):\s*(#[0-9a-f]{6});")
    base = dict(colours.findall(light))
    return {"light": base, "dark": {**base, **dict(colours.findall(dark))}}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast(theme: str, ink: str, ground: str, least: float) -> None:
    palette = palettes()[theme]
    assert contrast(palette[ink], palette[ground]) >= least


def test_components_take_their_colours_from_the_tokens() -> None:
    text = OWN.read_text(encoding="utf-8").split("@media print", maxsplit=1)[0]
    own = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text))
    assert own <= {"#fff"}, "white behind the QR code is the only colour of its own"
    assert not re.search(r"url\(\s*['\"]?https?:", text)
