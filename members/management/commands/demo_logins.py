"""`manage.py demo_logins`: one line per demo login, tab-separated: role, user name, password, who."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from corps.errors import Refusal
from members.operations.demo_logins import demo_logins


class Command(BaseCommand):
    help = "Print the demo logins of this development installation."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        try:
            for login in demo_logins():
                password = login.password or _("(changed)")
                self.stdout.write(f"{login.role}\t{login.username}\t{password}\t{login.who}")
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
