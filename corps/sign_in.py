"""How accounts come to be: only officers create them, so sign-up is closed."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):
    """allauth's adapter with public sign-up switched off."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
