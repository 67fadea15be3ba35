"""What a reader of an import learns about people outside the own units: nothing that the sheet does not say."""

import pytest

from corps.models import Account
from members.enums import ImportState, RowVerdict
from members.models import Member, RosterImport, StagedRow
from members.queries.imports import RowView, import_rows
from tests.cast import Cast
from tests.members.roster import person


@pytest.fixture
def changes(cast: Cast) -> RosterImport:
    """The officer of the whole corps had a sheet read for one squad; it changes somebody there and somebody beside."""
    squad = cast.units["sg11"]
    made = RosterImport.objects.create(
        unit=squad, file_name="a.xlsx", file_size=1, file_digest=b"1", state=ImportState.READY
    )
    for row, code in enumerate(("sg11", "zx11"), 2):
        member = person(cast.units[code].pk, "张伟", address=f"{code} 路 1 号")
        StagedRow.objects.create(
            import_id=made.pk,
            sheet=0,
            row=row,
            verdict=RowVerdict.CHANGED,
            member_id=member.pk,
            name="张伟",
            unit_id=cast.units[code].pk,
            address="新路 2 号",
            changed_fields=["address"],
        )
    return made


def seen(actor: Account, roster_import: RosterImport) -> list[RowView]:
    return import_rows(actor, roster_import).rows


def test_the_uploader_sees_all_of_it(cast: Cast, changes: RosterImport) -> None:
    rows = seen(cast.actor("liaison_hy"), changes)
    assert [[change.old for change in row.changes] for row in rows] == [["sg11 路 1 号"], ["zx11 路 1 号"]]
    assert all(row.member_id for row in rows)


def test_the_captain_of_the_squad_sees_nothing_of_others_people(cast: Cast, changes: RosterImport) -> None:
    own, other = seen(cast.actor("captain_sg11"), changes)
    assert [change.old for change in own.changes] == ["sg11 路 1 号"]
    assert own.member_id
    assert (other.changes, other.member_id) == ([], None)


def test_after_it_was_applied_too(cast: Cast, changes: RosterImport) -> None:
    RosterImport.objects.filter(pk=changes.pk).update(state=ImportState.APPLIED)
    changes.refresh_from_db()
    _own, other = seen(cast.actor("captain_sg11"), changes)
    assert (other.changes, other.member_id) == ([], None)
    Member.objects.filter(unit=cast.units["zx11"]).update(unit=cast.units["sg11"])
    _own, other = seen(cast.actor("captain_sg11"), changes)
    assert other.member_id, "once the person is theirs, they see the change"
