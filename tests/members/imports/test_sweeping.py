"""What the beat does: revive, give up, forget; and what no state allows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from corps.actors import SYSTEM
from corps.errors import Refusal
from members.enums import ImportState
from members.models import ImportChange, ImportFile, Member, RosterImport, StagedRow
from members.operations import imports
from members.policies.imports import TRANSITIONS, UNDO_PERIOD
from tests.cast import Cast
from tests.members.imports import sheets

LONG_AGO = timedelta(days=40)


def bring(cast: Cast, table: sheets.Table, *, apply: bool = True) -> RosterImport:
    return imports.import_now(
        actor=cast.actor("captain_zx"),
        unit_id=cast.units["zx"].pk,
        file_name="名册.xlsx",
        content=sheets.xlsx(table),
        apply=apply,
    )


def grow_old(found: RosterImport, **values: object) -> None:
    RosterImport.objects.filter(pk=found.pk).update(**values)


def test_an_upload_whose_message_was_lost_is_sent_again(cast: Cast) -> None:
    found = imports.upload_roster(
        actor=cast.actor("captain_zx"),
        unit_id=cast.units["zx"].pk,
        file_name="名册.xlsx",
        content=sheets.xlsx(sheets.people(1)),
    )
    assert imports.resume_stalled_imports(actor=SYSTEM) == []
    grow_old(found, created_at=timezone.now() - timedelta(minutes=5))
    assert imports.resume_stalled_imports(actor=SYSTEM) == [found.pk]


def test_a_living_worker_is_left_in_peace_and_a_dead_one_replaced(cast: Cast) -> None:
    found = bring(cast, sheets.people(1), apply=False)
    grow_old(found, state=ImportState.READING, heartbeat_at=timezone.now(), tries=1)
    assert imports.resume_stalled_imports(actor=SYSTEM) == []
    grow_old(found, heartbeat_at=timezone.now() - timedelta(minutes=1))
    assert imports.resume_stalled_imports(actor=SYSTEM) == [found.pk]
    grow_old(found, tries=3)
    assert imports.resume_stalled_imports(actor=SYSTEM) == []
    found.refresh_from_db()
    assert (found.state, found.refusal) == (
        ImportState.FAILED,
        {"code": "interrupted", "params": {}, "passing": True},
    )
    imports.resume_import(actor=cast.actor("captain_zx"), import_id=found.pk)
    imports.stage_import(actor=SYSTEM, import_id=found.pk)
    found.refresh_from_db()
    assert (found.state, found.refusal, found.counts["verdicts"]["new"]) == (ImportState.READY, None, 1)


def test_nothing_is_forgotten_while_it_can_be_undone(cast: Cast) -> None:
    done = bring(cast, sheets.people(2))
    assert imports.forget_old_uploads(actor=SYSTEM) == 0
    assert StagedRow.objects.filter(import_id=done.pk).count() == 2
    grow_old(done, undo_until=timezone.now() - timedelta(hours=1))
    assert imports.forget_old_uploads(actor=SYSTEM) == 1
    assert not StagedRow.objects.filter(import_id=done.pk).exists()
    assert not ImportFile.objects.exists()
    assert not ImportChange.objects.filter(before__isnull=False).exists()
    assert Member.objects.count() == 2
    assert imports.forget_old_uploads(actor=SYSTEM) == 0


def test_a_preview_that_nobody_came_back_to_is_discarded(cast: Cast) -> None:
    ready = bring(cast, sheets.people(2), apply=False)
    grow_old(ready, created_at=timezone.now() - LONG_AGO)
    imports.forget_old_uploads(actor=SYSTEM)
    ready.refresh_from_db()
    assert ready.state == ImportState.DISCARDED
    assert not StagedRow.objects.exists()


def test_undoing_ends_with_its_time(cast: Cast) -> None:
    done = bring(cast, sheets.people(1))
    assert done.applied_at is not None
    assert done.undo_until == done.applied_at + UNDO_PERIOD
    grow_old(done, undo_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refusal) as refusal:
        imports.undo_import(actor=cast.actor("captain_zx"), import_id=done.pk)
    assert refusal.value.code == "import.undo_expired"


def test_each_state_refuses_what_it_does_not_allow(cast: Cast) -> None:
    actor = cast.actor("captain_zx")
    done = bring(cast, sheets.people(1))
    for operation in (imports.apply_import, imports.discard_import, imports.resume_import):
        with pytest.raises(Refusal):
            operation(actor=actor, import_id=done.pk)
    with pytest.raises(Refusal):
        imports.answer_questions(actor=actor, import_id=done.pk, answers={})
    assert set(TRANSITIONS) == set(ImportState)


def test_a_preview_of_nothing_cannot_be_applied(cast: Cast) -> None:
    table = sheets.people(2)
    bring(cast, table)
    again = bring(cast, table)
    with pytest.raises(Refusal) as refusal:
        imports.apply_import(actor=cast.actor("captain_zx"), import_id=again.pk)
    assert refusal.value.code == "import.nothing_to_apply"
