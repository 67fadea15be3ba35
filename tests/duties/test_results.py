"""Results, photos, closing and reopening."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from corps.actors import SYSTEM
from corps.errors import Refusal
from duties.enums import AttendanceStatus, DutyCategory, ShiftState
from duties.models import ShiftPhoto
from duties.models.shifts import PHOTO_PURPOSE
from duties.operations.attendance import Entry, check_in, mark_absent, record_list
from duties.operations.results import add_photo, close_shift, record_results, remove_photo, reopen_shift
from duties.queries.shifts import photo_of
from tests.cast import Cast
from tests.duties.pictures import jpeg, png
from tests.duties.scenes import HOUR, closed, kind_of, planned
from tests.members.roster import person

pytestmark = pytest.mark.django_db


def test_closing_names_everything_that_is_missing(cast: Cast) -> None:
    one, two, three = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜", "王芳"))
    kind = kind_of(cast, DutyCategory.PUBLICITY)
    shift = planned(cast, members=[one, two, three], starts_at=timezone.now() - HOUR, kind_id=kind.pk)
    check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
    with pytest.raises(Refusal) as caught:
        close_shift(actor=cast.actor("captain_sg11"), shift_id=shift.pk)
    assert caught.value.code == "shift.incomplete"
    told = caught.value.params["missing"]
    assert len(told) == 4
    assert "李娜、王芳" in told[1]
    assert "张伟" in told[2]
    assert all(sentence in str(caught.value) for sentence in told)


def test_a_complete_shift_is_closed_by_somebody_at_some_time(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one])
    record_list(actor=SYSTEM, shift_id=shift.pk, entries=[Entry(one.pk, AttendanceStatus.PRESENT)])
    captain = cast.actor("captain_sg11")
    close_shift(actor=captain, shift_id=shift.pk)
    shift.refresh_from_db()
    assert (shift.state, shift.closed_by_id) == (ShiftState.CLOSED, captain.pk)
    assert shift.closed_at is not None
    with pytest.raises(Refusal) as caught:
        close_shift(actor=captain, shift_id=shift.pk)
    assert caught.value.code == "shift.closed"


def test_a_shift_where_nobody_was_is_not_closed(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one])
    mark_absent(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk)
    with pytest.raises(Refusal) as caught:
        close_shift(actor=SYSTEM, shift_id=shift.pk)
    assert len(caught.value.params["missing"]) == 1


@pytest.mark.parametrize(
    ("category", "results", "closes"),
    [
        (DutyCategory.PUBLICITY, {}, False),
        (DutyCategory.PUBLICITY, {"materials": 200}, True),
        (DutyCategory.PUBLICITY, {"people_reached": 80}, True),
        (DutyCategory.PUBLICITY, {"summary": "小区讲座"}, True),
        (DutyCategory.CONTROL, {"materials": 5}, False),
        (DutyCategory.CONTROL, {"summary": "清查出租屋 12 间"}, True),
        (DutyCategory.ACTIVITY, {}, False),
        (DutyCategory.PATROL, {}, True),
    ],
)
def test_results_are_asked_of_duties_that_live_by_them(
    cast: Cast, category: DutyCategory, results: dict[str, Any], closes: bool
) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one], kind_id=kind_of(cast, category).pk)
    record_list(actor=SYSTEM, shift_id=shift.pk, entries=[Entry(one.pk, AttendanceStatus.PRESENT)])
    values = {"materials": 0, "people_reached": 0, "summary": "", **results}
    record_results(actor=SYSTEM, shift_id=shift.pk, **values)
    if closes:
        assert close_shift(actor=SYSTEM, shift_id=shift.pk).state == ShiftState.CLOSED
    else:
        with pytest.raises(Refusal) as caught:
            close_shift(actor=SYSTEM, shift_id=shift.pk)
        assert len(caught.value.params["missing"]) == 1


def test_reopening_needs_a_reason_and_lets_go_on(cast: Cast) -> None:
    shift = closed(cast)
    with pytest.raises(Refusal):
        record_results(actor=SYSTEM, shift_id=shift.pk, materials=1, people_reached=0, summary="")
    with pytest.raises(Refusal) as caught:
        reopen_shift(actor=SYSTEM, shift_id=shift.pk, reason="")
    assert caught.value.code == "reason.missing"
    reopen_shift(actor=cast.actor("captain_sg11"), shift_id=shift.pk, reason="漏登两人")
    shift.refresh_from_db()
    assert (shift.state, shift.closed_at, shift.closed_by) == (ShiftState.PLANNED, None, None)
    with pytest.raises(Refusal) as caught:
        reopen_shift(actor=SYSTEM, shift_id=shift.pk, reason="再次")
    assert caught.value.code == "shift.not_closed"
    record_results(actor=SYSTEM, shift_id=shift.pk, materials=1, people_reached=0, summary="")
    assert close_shift(actor=SYSTEM, shift_id=shift.pk).materials == 1


@pytest.mark.parametrize("values", [{"materials": -1}, {"people_reached": 10_000_001}, {"summary": "长" * 2001}])
def test_results_that_cannot_be(cast: Cast, values: dict[str, Any]) -> None:
    shift = planned(cast)
    with pytest.raises(Refusal) as caught:
        record_results(
            actor=SYSTEM, shift_id=shift.pk, **{"materials": 0, "people_reached": 0, "summary": "", **values}
        )
    assert (caught.value.code, caught.value.place) == ("shift.invalid", next(iter(values)))


def test_a_joint_unit_does_not_close_for_the_organiser(cast: Cast) -> None:
    shift = planned(cast, joint_unit_ids=[cast.units["zx1"].pk])
    with pytest.raises(PermissionDenied):
        close_shift(actor=cast.actor("captain_zx"), shift_id=shift.pk)
    with pytest.raises(PermissionDenied):
        record_results(actor=cast.actor("captain_zx"), shift_id=shift.pk, materials=1, people_reached=0, summary="")


# --- photos -----------------------------------------------------------------------------------------------------------


def test_a_photo_is_kept_sealed_and_opened_for_who_sees_the_shift(cast: Cast) -> None:
    shift = planned(cast)
    captain = cast.actor("captain_sg11")
    photo = add_photo(actor=captain, shift_id=shift.pk, content=jpeg(gps=True), caption="南门")
    assert add_photo(actor=captain, shift_id=shift.pk, content=jpeg(gps=True)).pk == photo.pk
    stored = ShiftPhoto.objects.get()
    assert b"JFIF" not in bytes(stored.sealed)
    content, content_type = photo_of(cast.actor("inspector_sg"), shift.pk, photo.pk)
    assert content_type == "image/jpeg"
    assert b"GPS-PLACE" not in content
    for name, shift_id in (("captain_zx", shift.pk), ("captain_sg11", shift.pk + 1)):
        with pytest.raises(Http404):
            photo_of(cast.actor(name), shift_id, photo.pk)
    assert PHOTO_PURPOSE == b"duties.photo"
    with pytest.raises(PermissionDenied):
        remove_photo(actor=cast.actor("inspector_sg"), shift_id=shift.pk, photo_id=photo.pk)
    with pytest.raises(Http404):
        remove_photo(actor=captain, shift_id=planned(cast).pk, photo_id=photo.pk)
    remove_photo(actor=captain, shift_id=shift.pk, photo_id=photo.pk)
    assert not ShiftPhoto.objects.exists()


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"\xff\xd8\xff", jpeg()[:40], b"x" * (5 * 2**20 + 1)])
def test_what_is_no_picture_is_refused(cast: Cast, content: bytes) -> None:
    shift = planned(cast)
    with pytest.raises(Refusal) as caught:
        add_photo(actor=SYSTEM, shift_id=shift.pk, content=content)
    assert caught.value.code == "photo.file"
    assert not ShiftPhoto.objects.exists()


def test_a_closed_shift_keeps_its_photos(cast: Cast) -> None:
    shift = closed(cast)
    reopen_shift(actor=SYSTEM, shift_id=shift.pk, reason="补照片")
    photo = add_photo(actor=SYSTEM, shift_id=shift.pk, content=png())
    close_shift(actor=SYSTEM, shift_id=shift.pk)
    for change in (
        lambda: remove_photo(actor=SYSTEM, shift_id=shift.pk, photo_id=photo.pk),
        lambda: add_photo(actor=SYSTEM, shift_id=shift.pk, content=jpeg()),
    ):
        with pytest.raises(Refusal) as caught:
            change()
        assert caught.value.code == "shift.closed"


def test_a_shift_has_room_for_twenty_photos(cast: Cast) -> None:
    shift = planned(cast)
    for number in range(20):
        add_photo(actor=SYSTEM, shift_id=shift.pk, content=png(shade=number))
    with pytest.raises(Refusal) as caught:
        add_photo(actor=SYSTEM, shift_id=shift.pk, content=png(shade=20))
    assert caught.value.code == "photo.too_many"
