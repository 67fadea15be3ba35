"""What the messages of `members.logic` say in the reader's language."""

from django.utils.translation import gettext

from members.logic.flaws import Params
from members.logic.messages import cell_message


def problem_sentence(code: str, params: Params) -> str:
    """What is wrong with a value and what to do about it, without its place (a form shows it beside the field)."""
    message = cell_message(code, params, gettext)
    return " ".join(part for part in message if part)
