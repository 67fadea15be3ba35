"""Row history and the trail: old → new for everybody who may see it, of single, bulk and COPY writes alike."""

import ast
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from corps.actions import ACTIONS
from corps.actors import SYSTEM
from corps.enums import ActionResult
from corps.models import Account, Site, Unit
from corps.operations.accounts import edit_account
from corps.operations.context import acting
from corps.operations.trail import record
from corps.queries.history import event_models, history_of, rows_of_acts
from corps.queries.trail import Filters, Place, TrailPage, act_page, trail_page
from tests.cast import Cast


def add_site(cast: Cast, who: str, unit: str, name: str) -> uuid.UUID:
    actor = cast.actor(who)
    with acting(actor=actor, action="site.add", reason="新增", unit_id=cast.units[unit].pk) as act:
        Site.objects.create(unit=cast.units[unit], kind="assembly", name=name)
        return act.id


def names(page: TrailPage) -> list[str]:
    return [entry.action for entry in page.entries]


def test_history_tells_who_when_why_and_what(cast: Cast) -> None:
    add_site(cast, "captain_sg1", "sg1", "一号集结点")
    site = Site.objects.get()
    with acting(actor=cast.actor("captain_sg"), action="site.edit", reason="改名", unit_id=site.unit_id):
        site.name, site.unit = "中心集结点", cast.units["sg11"]
        site.save()
    newest, oldest = history_of(site, cast.actor("liaison_sg"))
    assert (newest.actor, newest.action, newest.reason) == ("captain sg", "site.edit", "改名")
    assert {one.field: (one.old, one.new) for one in newest.change.changes} == {
        "name": ("一号集结点", "中心集结点"),
        "unit": ("青山大队", "一中队"),
    }
    assert {one.label for one in newest.change.changes} == {
        str(Site._meta.get_field("name").verbose_name),
        str(Site._meta.get_field("unit").verbose_name),
    }
    assert oldest.change.verb == "insert"
    assert ("kind", "") in {(one.field, one.old) for one in oldest.change.changes}
    site.delete()
    gone = event_models()["corps.Site"].objects.order_by("-pgh_id").first()
    assert gone.pgh_label == "delete"


def test_bulk_and_copy_writes_are_seen_with_their_act(cast: Cast) -> None:
    unit = cast.units["sg1"].pk
    with acting(actor=cast.actor("captain_sg1"), action="site.add", reason="批量", unit_id=unit) as act:
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY corps_site (unit_id, kind, name, address, active) FROM STDIN") as copy,
        ):
            for number in range(200):
                copy.write_row((unit, "school", f"第{number}小学", "", True))
        Site.objects.filter(kind="school").update(active=False)
        act_id = act.id
    rows = rows_of_acts({act_id: unit}, cast.actor("captain_sg"), each=3)[act_id]
    assert rows.count == 400
    assert [row.verb for row in rows.first] == ["insert"] * 3
    last = history_of(Site.objects.order_by("-id")[0], cast.actor("captain_sg"))[0]
    assert (last.act, last.reason, [one.field for one in last.change.changes]) == (act_id, "批量", ["active"])


def test_personal_numbers_are_masked_and_people_withheld_from_auditors(cast: Cast) -> None:
    captain = cast.accounts["captain_sg1"]
    edit_account(
        actor=cast.actor("liaison_sg"),
        account_id=captain.pk,
        display_name="李队",
        unit_id=cast.units["sg1"].pk,
        phone="13812345678",
    )
    captain = Account.objects.get(pk=captain.pk)
    seen = {one.field: one.new for one in history_of(captain, cast.actor("liaison_sg"))[0].change.changes}
    assert seen["phone"] == "138****5678"
    withheld = history_of(captain, cast.actor("inspector_sg"))[0].change
    assert {(one.old, one.new, one.withheld) for one in withheld.changes} == {("", "", True)}
    assert withheld.name == f"#{captain.pk}"


def test_a_superior_reads_the_subtree_and_nobody_else_does(cast: Cast) -> None:
    add_site(cast, "captain_sg1", "sg1", "甲")
    add_site(cast, "captain_zx", "zx1", "乙")
    record(actor=cast.actor("captain_sg1"), action="member.export", unit_id=cast.units["sg11"].pk, detail={"rows": 9})
    record(actor=None, actor_name="x", action="session.refuse", result=ActionResult.FAILED)

    def seen(who: str, unit: str) -> set[str]:
        page = trail_page(cast.actor(who), unit_id=cast.units[unit].pk)
        return {f"{entry.action} {entry.unit.code if entry.unit else '-'}" for entry in page.entries}

    own = {"unit.create sg1", "site.add sg1", "member.export sg11"}
    assert seen("captain_sg1", "sg1") == own
    assert seen("captain_sg", "sg1") == own
    assert own < seen("captain_sg", "sg")
    assert "site.add zx1" not in seen("captain_sg", "sg")
    assert seen("captain_zx", "sg") == set()
    assert seen("dispatcher_sg", "sg") == set()
    assert seen("admin", "hy") == set()
    everything = seen("auditor_hy", "hy")
    assert {*own, "site.add zx1", "session.refuse -"} < everything
    assert "session.refuse -" not in seen("captain_sg", "sg")


def test_both_sources_stand_in_one_line_and_an_act_stands_there_once(cast: Cast) -> None:
    sg1 = cast.units["sg1"].pk
    actor = cast.actor("captain_sg1")
    with acting(actor=actor, action="import.apply", unit_id=sg1) as act:
        Site.objects.create(unit_id=sg1, kind="school", name="小学")
        record(actor=actor, action="import.apply", detail={"rows": 1})
        act_id = act.id
    add_site(cast, "captain_sg1", "sg1", "甲")
    page = trail_page(cast.actor("captain_sg"), unit_id=sg1, filters=Filters(account_id=actor.pk))
    assert sorted(names(page)) == ["import.apply", "site.add"]
    entry = next(entry for entry in page.entries if entry.action == "import.apply")
    assert (entry.act, entry.detail, entry.rows.count) == (act_id, {"rows": 1}, 1)
    assert entry.rows.first[0].name == "小学"
    assert entry.name == str(ACTIONS["import.apply"])
    found = act_page(cast.actor("captain_sg"), act_id)
    assert found is not None
    assert found.rows.count == 1
    assert act_page(cast.actor("captain_zx"), act_id) is None
    assert act_page(cast.actor("inspector_sg"), act_id) is None


def test_pages_walk_the_whole_line_once_each(cast: Cast) -> None:
    sg1 = cast.units["sg1"].pk
    for number in range(13):
        add_site(cast, "captain_sg1", "sg1", f"点{number}")
        record(actor=cast.actor("captain_sg1"), action="member.export", unit_id=sg1)
    reader, places, after = cast.actor("captain_sg1"), [], None
    for _ in range(40):
        page = trail_page(reader, unit_id=sg1, after=after, size=4)
        places += [str(entry.place) for entry in page.entries]
        if page.following is None:
            break
        after = Place.read(str(page.following))
        assert after == page.following
    assert len(places) == len(set(places)) == 26 + 2
    times = [place.split("~")[0] for place in places]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    "text", ["", "x", "2022-01-01~l~1", "2022-01-01T00:00:00+08:00~z~1", "a~b~c", "2022-01-01T00:00:00+08:00~c~1"]
)
def test_a_place_from_an_address_may_be_nonsense(text: str) -> None:
    assert Place.read(text) is None


def test_filters_by_time_account_action_and_result(cast: Cast) -> None:
    sg = cast.units["sg"].pk
    add_site(cast, "captain_sg1", "sg1", "甲")
    add_site(cast, "captain_sg", "sg1", "乙")
    record(actor=cast.actor("captain_sg"), action="member.reveal_identity", unit_id=sg, result=ActionResult.REFUSED)
    reader, now = cast.actor("captain_sg"), timezone.now()

    def found(filters: Filters) -> list[str]:
        return names(trail_page(reader, unit_id=sg, filters=filters))

    captain = cast.accounts["captain_sg"].pk
    assert sorted(found(Filters(account_id=captain))) == ["member.reveal_identity", "site.add"]
    assert found(Filters(action="site.add", account_id=captain)) == ["site.add"]
    assert found(Filters(result="refused")) == ["member.reveal_identity"]
    assert found(Filters(since=now + timedelta(minutes=1))) == []
    assert found(Filters(until=now - timedelta(hours=1))) == []


def test_a_page_costs_a_fixed_number_of_queries(cast: Cast, django_assert_max_num_queries: object) -> None:
    sg1 = cast.units["sg1"].pk
    reader = cast.actor("captain_sg1")
    add_site(cast, "captain_sg1", "sg1", "甲")
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        trail_page(reader, unit_id=sg1)
    for number in range(40):
        add_site(cast, "captain_sg1", "sg1", f"点{number}")
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        page = trail_page(reader, unit_id=sg1)
    assert len(page.entries) == 43


def test_every_act_in_the_source_has_a_name() -> None:
    used: set[str] = set()
    for path in Path().glob("[a-z]*/**/*.py"):
        if path.parts[0] not in {"corps", "members", "duties", "incidents", "stats"}:
            continue
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            for keyword in call.keywords:
                if name in {"acting", "record"} and keyword.arg == "action" and isinstance(keyword.value, ast.Constant):
                    used.add(str(keyword.value.value))
    assert len(used) > 20
    assert used - set(ACTIONS) == set()


def test_every_tracked_text_that_may_hold_a_phone_is_masked_by_its_name(cast: Cast) -> None:
    for label, model in event_models().items():
        for one in model._meta.fields:
            if "phone" in one.name or "identity" in one.name:
                assert one.name.endswith(("phone", "_sealed", "_index", "_tail", "_head")), (label, one.name)


def test_units_of_the_tree_keep_history_too(cast: Cast) -> None:
    unit = Unit.objects.get(code="sg1")
    entries = history_of(unit, cast.actor("captain_sg"))
    assert entries[-1].change.verb == "insert"
    assert history_of(unit, SYSTEM)
