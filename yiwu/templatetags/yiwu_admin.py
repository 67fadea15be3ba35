"""Words of the trail for admin pages."""

from django import template
from django.utils.translation import gettext as _

from corps.actions import action_name

register = template.Library()


@register.filter
def act_name(code: str) -> str:
    """The act in words; changes outside any act are told as recorded."""
    return action_name(code) if code else _("Recorded")


@register.filter
def who(name: str) -> str:
    """Whoever acted; the system has a name that readers do not know."""
    return _("the system") if name in {"", "system"} else name
