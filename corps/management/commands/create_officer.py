"""`manage.py create_officer`: the first officer of an installation, from whose account all others come."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.models import Unit
from corps.models.scope import local_today
from corps.operations.accounts import create_account
from corps.operations.appointments import appoint
from corps.roles import Role


class Command(BaseCommand):
    """Creates an account, appoints it, prints the one-time password once. Exit status 1 when refused."""

    help = "Create an account with a role in a unit and print its one-time password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument("--unit", required=True, metavar="CODE", help="code of the unit")
        parser.add_argument("--role", default=Role.LIAISON.value, choices=Role.values, help="default: liaison")
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, default=None, help="YYYY-MM-DD")

    def handle(self, *_args: Any, **options: Any) -> None:
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(_("There is no unit with the code %(code)s.") % {"code": options["unit"]})
        try:
            with transaction.atomic():
                made = create_account(
                    actor=SYSTEM, username=options["username"], display_name=options["name"], unit_id=unit.pk
                )
                appoint(
                    actor=SYSTEM,
                    account_id=made.account.pk,
                    role=Role(options["role"]),
                    unit_id=unit.pk,
                    starts_on=options["starts_on"] or local_today(),
                )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            _("%(name)s is %(role)s of %(unit)s from now on. Sign-in name: %(username)s")
            % {
                "name": made.account,
                "role": Role(options["role"]).label,
                "unit": unit,
                "username": made.account.username,
            }
        )
        self.stdout.write(
            _("One-time password, to be changed at the first sign-in: %(password)s") % {"password": made.password}
        )
