"""The page of the life cycle, in English, from the table of steps."""

from django.utils.translation import override

from members.enums import MemberStatus
from members.logic.life_page import Drawn, page
from members.policies.life import STEPS


def life_page() -> str:
    """What `docs/life-cycle.md` has to say."""
    with override("en"):
        names = {status.value: str(status.label) for status in MemberStatus}
        return page(
            [
                Drawn(
                    step.was.value if step.was else None,
                    step.becomes.value,
                    str(step.name),
                    step.permission.value if step.permission else "",
                    step.reason,
                    step.by_hand,
                )
                for step in STEPS
            ],
            names,
        )
