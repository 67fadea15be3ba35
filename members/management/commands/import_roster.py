"""`manage.py import_roster FILE --unit CODE --as USERNAME`: the roster import without a browser.

Exit status: 0 every row was taken (or would be), 2 some rows were rejected, 1 refused, failed or waiting for answers.
"""

import argparse
import json
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Account
from corps.queries.scope import current_tree, see_unit
from members.enums import ImportState, RowVerdict
from members.management.progress import Progress
from members.models import RosterImport
from members.operations.imports import discard_import, download_rejects, import_now
from members.queries.imports import STAGES, import_notices, import_rows, refusal_of

SOME_REJECTED: Final = 2
SHOWN: Final = 20


class Command(BaseCommand):
    help = (
        "Import a roster (.xlsx, .xls, .et, .csv). Without --apply only a preview is made and thrown away."
        " Exit status: 0 no row rejected, 2 some rows rejected, 1 refused, failed or waiting for answers."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--unit", required=True, metavar="CODE", help="unit whose roster it is")
        parser.add_argument("--as", required=True, dest="username", metavar="USERNAME", help="account that acts")
        doing = parser.add_mutually_exclusive_group()
        doing.add_argument("--dry-run", action="store_true", help="preview only (the default)")
        doing.add_argument("--apply", action="store_true", help="write the new and changed members")
        parser.add_argument("--rejects", type=Path, metavar="OUT.xlsx", help="write the rejected rows to this workbook")
        parser.add_argument(
            "--answers",
            type=Path,
            metavar="ANSWERS.json",
            help='answers to its questions: {"columns": {"header": "key"}, "units": {"name": "CODE"},'
            ' "default_unit": "CODE"}',
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        done = self._import(options)
        verdicts = done.counts.get("verdicts", {})
        for verdict in RowVerdict:
            self.stdout.write(f"{verdict.label}: {verdicts.get(verdict, 0)}")
        for sentence in import_notices(done):
            self.stdout.write(sentence)
        rejected = verdicts.get(RowVerdict.REJECTED, 0)
        if rejected:
            self._tell_rejected(self._account(options), done, rejected)
        if options["rejects"] and rejected:
            _name, workbook = download_rejects(actor=self._account(options), import_id=done.pk)
            options["rejects"].write_bytes(workbook)
            self.stdout.write(_("Rejected rows: %(path)s") % {"path": options["rejects"]})
        if done.state == ImportState.READY:
            discard_import(actor=self._account(options), import_id=done.pk)
        self.stdout.write(
            _("Applied; can be undone until %(time)s.") % {"time": f"{done.undo_until:%Y-%m-%d %H:%M %Z}"}
            if done.state == ImportState.APPLIED
            else _("Nothing was written.")
        )
        if rejected:
            raise SystemExit(SOME_REJECTED)

    def _import(self, options: dict[str, Any]) -> RosterImport:
        try:
            content = options["file"].read_bytes()
            answers = json.loads(options["answers"].read_text(encoding="utf-8")) if options["answers"] else {}
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        progress = Progress(self.stdout)

        def listener(stage: str, done: int, total: int) -> None:
            progress.show(str(STAGES.get(stage, stage)), done, total)

        account = self._account(options)
        try:
            unit = see_unit(account, options["unit"])
            done = import_now(
                actor=account,
                unit_id=unit.id,
                file_name=options["file"].name,
                content=content,
                answers=answers,
                apply=options["apply"],
                listener=listener,
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except Http404 as error:
            raise CommandError(_("There is no such unit, or this account does not see it.")) from error
        except PermissionDenied as error:
            raise CommandError(_("This account may not import rosters in this unit.")) from error
        finally:
            progress.finish()
        self._refuse_unfinished(account, done)
        return done

    def _refuse_unfinished(self, account: Account, done: RosterImport) -> None:
        if done.state == ImportState.ASKING:
            self._tell_questions(done)
            discard_import(actor=account, import_id=done.pk)
            raise CommandError(_("The file raises questions; answer them with --answers and run it again."))
        refused = refusal_of(done)
        if refused and done.state == ImportState.FAILED:
            raise CommandError(" ".join(refused))

    def _account(self, options: dict[str, Any]) -> Account:
        account = Account.objects.filter(username=options["username"], is_active=True).first()
        if account is None:
            raise CommandError(_("There is no active account %(name)s.") % {"name": options["username"]})
        return account

    def _tell_rejected(self, account: Account, done: RosterImport, rejected: int) -> None:
        for row in import_rows(account, done, RowVerdict.REJECTED, size=SHOWN).rows:
            for problem in row.problems:
                self.stderr.write(f"{problem.sheet} {problem.sentence}" if len(done.sheets) > 1 else problem.sentence)
        if rejected > SHOWN:
            self.stderr.write(_("… and %(rows)s more rows; --rejects writes all of them.") % {"rows": rejected - SHOWN})

    def _tell_questions(self, done: RosterImport) -> None:
        wanted: dict[str, Any] = {}
        for question in done.questions:
            if question["kind"] == "column":
                wanted.setdefault("columns", {})[question["header"]] = (question["suggestions"] or [""])[0]
                self.stdout.write(
                    _("Column %(place)s, “%(header)s”: which column of the roster is it (empty: ignore it)?")
                    % {"place": question["place"], "header": question["shown"]}
                )
            elif question["kind"] == "unit":
                wanted.setdefault("units", {})[question["text"]] = question["options"][0]["code"]
                self.stdout.write(_("“%(name)s” may be several units:") % {"name": question["text"]})
                for option in question["options"]:
                    self.stdout.write(f"  {option['code']}  {' › '.join(option['path'])}")
            else:
                wanted["default_unit"] = current_tree().nodes[done.unit_id].code
                self.stdout.write(_("The sheet has no column of units: to which unit do new members belong?"))
        self.stdout.write(_("A file of answers looks like this:"))
        self.stdout.write(json.dumps(wanted, ensure_ascii=False, indent=2))
