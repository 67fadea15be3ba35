"""Words of the trail for admin pages."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from corps.actions import action_name

register = template.Library()


@register.filter
def act_name(code: str) -> str:
    """The act in words; changes outside any act are told as recorded."""
    return action_name(code) if code else _("Recorded")


@register.simple_tag
def actor_of(entry: Any) -> str:
    """Whoever acted; background work has names that readers do not know."""
    name, account_id = (entry["actor"], 0) if isinstance(entry, dict) else (entry.actor, entry.account_id)
    return _("the system") if account_id is None or name in {"", "system"} else str(name)
