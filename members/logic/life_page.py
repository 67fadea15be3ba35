"""The page that shows the life cycle: a drawing and a table, made from the steps."""

from collections.abc import Iterable
from typing import NamedTuple


class Drawn(NamedTuple):
    """One step in words: from and to by code (None for outside), their names, and what the step asks for."""

    was: str | None
    becomes: str
    name: str
    right: str
    reason: bool
    by_hand: bool


HIDDEN = "merged"
HEAD = """# The life cycle of a member

Drawn from `members/policies/life.py` by `./dev manage draw_life_cycle`; a test fails when this page differs from it.
A step is taken by whoever holds its right in the member's home unit, on a date of today or earlier, and stands in the
member's time line with its reason. What a member was on any past day is kept by the database
([ADR 15](adr/0015-life-cycle.md)).
"""

CLOSE = """On probation, active and suspended people are members and are counted. Applicants and vetted people are on no
count of members; who was not admitted never was one; a merged record only points to the remaining one."""


def page(steps: Iterable[Drawn], names: dict[str, str]) -> str:
    """The whole page. `names` are the words for the codes of statuses, in their order."""
    drawn = list(steps)
    lines = [HEAD, "```mermaid", "stateDiagram-v2", "    direction LR"]
    lines += [f'    state "{word}" as {code}' for code, word in names.items() if code != HIDDEN]
    for step in drawn:
        # An arrow from everywhere to the same end hides the rest; the table has them.
        if step.becomes == HIDDEN:
            continue
        lines.append(f"    {step.was or '[*]'} --> {step.becomes}: {step.name}")
    lines += ["```", "", "| Step | From | To | Right | Reason | |", "| --- | --- | --- | --- | --- | --- |"]
    for step in drawn:
        was = names[step.was] if step.was is not None else "—"
        right = f"`{step.right}`" if step.right else "—"
        how = "" if step.by_hand else "follows from another act"
        lines.append(
            f"| {step.name} | {was} | {names[step.becomes]} | {right} | {'needed' if step.reason else ''} | {how} |"
        )
    lines += [
        "",
        CLOSE,
        "",
    ]
    return "\n".join(lines)
