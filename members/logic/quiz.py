"""Quizzes: written as plain text, kept as data, graded. Right answers are part of neither `shown` nor a grade.

    问：接到纠纷警情，先做什么？
    + 劝开双方
    - 拍照发群
    - 判定对错

A question is a line of its own; under it stand its options, right ones with +, wrong ones with -. Several may be right;
then all of them, and no other, must be chosen.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_QUESTIONS = 50
MOST_OPTIONS = 8
LONGEST = 300
_HEADS = ("问：", "问:", "Q:", "Q：")


class QuizFault(Exception):
    """Why a text is no quiz: `code` and the `line` (from 1) it is about."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(f"{code} in line {line}")
        self.code, self.line = code, line


@dataclass(frozen=True, slots=True)
class Question:
    """`right` are positions of options, from 0."""

    text: str
    options: tuple[str, ...]
    right: frozenset[int]

    @property
    def several(self) -> bool:
        """Whether more than one option is right; who answers is told."""
        return len(self.right) > 1


def read(text: str) -> list[Question]:
    """The questions of a text; none for an empty one.

    Raises `QuizFault`: `option` (one without a question), `options` (too few, too many), `right` (none or all), `long`,
    `many`.
    """
    found: list[Question] = []
    head: tuple[str, int] | None = None
    options: list[tuple[str, bool]] = []
    for number, whole in enumerate(text.splitlines(), 1):
        line = whole.strip()
        if not line:
            continue
        if len(line) > LONGEST:
            raise QuizFault("long", number)
        if line[0] in "+-＋－":
            if head is None:
                raise QuizFault("option", number)
            options.append((line[1:].strip(), line[0] in "+＋"))
            continue
        if head is not None:
            found.append(_question(head, options))
        head, options = (_bare(line), number), []
    if head is not None:
        found.append(_question(head, options))
    if len(found) > MOST_QUESTIONS:
        raise QuizFault("many", 1)
    return found


def write(questions: Iterable[Question]) -> str:
    """The text that `read` gives the same questions for."""
    blocks = []
    for one in questions:
        lines = [f"{'+' if position in one.right else '-'} {option}" for position, option in enumerate(one.options)]
        blocks.append("\n".join([f"问：{one.text}", *lines]))
    return "\n\n".join(blocks)


def stored(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """As the course keeps them."""
    return [{"text": one.text, "options": list(one.options), "right": sorted(one.right)} for one in questions]


def restored(kept: Iterable[Mapping[str, Any]]) -> list[Question]:
    """From what the course keeps."""
    return [Question(one["text"], tuple(one["options"]), frozenset(one["right"])) for one in kept]


def shown(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """What a browser may know: text, options, and whether several are right."""
    return [{"text": one.text, "options": list(one.options), "several": one.several} for one in questions]


def grade(questions: Sequence[Question], answers: Mapping[int, Collection[int]]) -> int:
    """Per cent of questions answered exactly right, rounded down: nobody passes by rounding."""
    right = sum(1 for position, one in enumerate(questions) if set(answers.get(position, ())) == one.right)
    return right * 100 // len(questions) if questions else 0


def _bare(line: str) -> str:
    return next((line[len(head) :].strip() for head in _HEADS if line.startswith(head)), line)


def _question(head: tuple[str, int], options: list[tuple[str, bool]]) -> Question:
    text, number = head
    right = frozenset(position for position, (_option, is_right) in enumerate(options) if is_right)
    if not text or not 2 <= len(options) <= MOST_OPTIONS or not all(option for option, _right in options):
        raise QuizFault("options", number)
    if not right or len(right) == len(options):
        raise QuizFault("right", number)
    return Question(text, tuple(option for option, _right in options), right)
