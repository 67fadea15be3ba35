"""The API from outside: keys and sessions, scoping, masking, refusals, and a roster from upload to undo."""

import io
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import Workbook

from corps.actors import SYSTEM
from corps.operations.api_keys import issue_key
from members.models import Member, RosterImport
from members.operations import people
from members.operations.imports import carry_out_apply, carry_out_undo, stage_import
from tests.cast import Cast, assemble

ZHANG = "430405198001011239"
LI = "11010519491231002X"


def session(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.accounts[name])
    return client


def enrol(cast: Cast, unit: str = "sg11", identity: str = ZHANG, name: str = "张伟") -> Member:
    return people.enrol(
        actor=SYSTEM,
        unit_id=cast.units[unit].pk,
        identity=identity,
        particulars={"name": name, "phone": "13812345678"},
    )


def test_the_schema_is_complete(cast: Cast, tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    assert "/api/v1/members/{id}/reveal/" in (tmp_path / "schema.yml").read_text()


def test_strangers_are_turned_away(cast: Cast) -> None:
    for path in ("/api/v1/units/", "/api/v1/members/", "/api/v1/imports/"):
        assert Client().get(path).status_code in {401, 403}


def test_a_key_acts_as_its_account(cast: Cast) -> None:
    enrol(cast)
    actor = cast.actor("liaison_sg")
    issued = issue_key(
        actor=actor, account_id=actor.pk, name="city platform", expires_at=timezone.now() + timedelta(days=30)
    )
    header = {"Authorization": f"Api-Key {issued.text}"}
    answer = Client().get("/api/v1/members/", headers=header)
    assert answer.status_code == 200
    assert [row["name"] for row in answer.json()["results"]] == ["张伟"]
    assert Client().get("/api/v1/members/?unit=zx", headers=header).status_code == 404
    wrong = {"Authorization": f"Api-Key {issued.text}x"}
    assert Client().get("/api/v1/members/", headers=wrong).status_code in {401, 403}


def test_units_are_listed_in_tree_order_and_scoped(cast: Cast) -> None:
    answer = session(cast, "captain_sg").get("/api/v1/units/").json()
    assert [unit["code"] for unit in answer["results"]] == ["sg", "sg1", "sg11", "sg12", "sg2", "sg21"]
    one = session(cast, "captain_sg").get("/api/v1/units/sg11/").json()
    assert one["path"] == ["衡阳义警总队", "石鼓支队", "青山大队", "一中队"]
    assert session(cast, "captain_sg").get("/api/v1/units/zx/").status_code == 404
    assert session(cast, "captain_zx").get("/api/v1/units/?within=sg").status_code == 404


def test_units_are_created_renamed_and_moved_by_officers_only(cast: Cast) -> None:
    officer, captain = session(cast, "liaison_sg"), session(cast, "captain_sg")
    new = {"superior": "sg1", "level": 4, "name": "三中队", "short_name": "三中队", "code": "sg13"}
    assert captain.post("/api/v1/units/", new, "application/json").status_code == 403
    assert officer.post("/api/v1/units/", new, "application/json").status_code == 201
    renamed = officer.patch("/api/v1/units/sg13/", {"name": "四中队", "short_name": "四中队"}, "application/json")
    assert renamed.json()["name"] == "四中队"
    moved = officer.post("/api/v1/units/sg13/move/", {"superior": "sg2", "reason": "nearer"}, "application/json")
    assert moved.json()["superior"] == "sg2"
    inverted = officer.post("/api/v1/units/sg1/move/", {"superior": "sg21", "reason": "no"}, "application/json")
    assert inverted.status_code in {409, 422}
    assert set(inverted.json()) >= {"code", "message", "place", "remedy"}


def test_numbers_are_masked_and_revealing_is_a_matter_of_right(cast: Cast) -> None:
    member = enrol(cast)
    seen = session(cast, "inspector_sg").get(f"/api/v1/members/{member.pk}/").json()
    assert (seen["identity"], seen["phone"]) == ("430***********1239", "138****5678")
    assert session(cast, "captain_sg1").get(f"/api/v1/members/{member.pk}/").json()["phone"] == "13812345678"
    path, reason = f"/api/v1/members/{member.pk}/reveal/", {"reason": "insurance claim"}
    assert session(cast, "captain_sg1").post(path, reason, "application/json").status_code == 403
    assert session(cast, "liaison_sg").post(path, {}, "application/json").status_code in {400, 422}
    answer = session(cast, "liaison_sg").post(path, reason, "application/json")
    assert answer.json() == {"identity": ZHANG}
    assert answer.headers["Cache-Control"] == "no-store"


def test_enrolling_names_every_faulty_field(cast: Cast) -> None:
    captain = session(cast, "captain_sg1")
    bad = {"unit": "sg11", "identity": ZHANG, "name": "张伟", "phone": "123", "joined_on": "someday"}
    answer = captain.post("/api/v1/members/", bad, "application/json")
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"phone", "joined_on"}
    good = {"unit": "sg11", "identity": ZHANG, "name": "张伟", "phone": "138 1234 5678", "joined_on": "2022.11.3"}
    created = captain.post("/api/v1/members/", good, "application/json")
    assert created.status_code == 201
    assert created.json()["joined_on"] == "2022-11-03"
    assert captain.post("/api/v1/members/", good, "application/json").status_code == 409


def test_members_are_changed_within_the_scope(cast: Cast) -> None:
    member = enrol(cast)
    path = f"/api/v1/members/{member.pk}/"
    captain = session(cast, "captain_sg")
    assert captain.patch(path, {"employer": "船山物业"}, "application/json").json()["employer"] == "船山物业"
    assert session(cast, "captain_zx").patch(path, {"employer": "x"}, "application/json").status_code == 404
    moved = captain.post(f"{path}transfer/", {"unit": "sg21", "reason": "moved house"}, "application/json")
    assert moved.json()["unit"] == "sg21"
    gone = captain.post(f"{path}status/", {"status": "left"}, "application/json")
    assert gone.status_code == 409
    gone = captain.post(f"{path}status/", {"status": "left", "reason": "moved away"}, "application/json")
    assert gone.json()["status"] == "left"


def workbook(rows: list[list[str]]) -> io.BytesIO:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["姓名", "身份证号", "手机号码"], *rows]:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "花名册.xlsx"
    return file


def test_a_roster_from_upload_to_undo(transactional_db: None) -> None:
    cast = assemble()
    captain = session(cast, "captain_sg11")
    upload = {"unit": "sg11", "file": workbook([["张伟", ZHANG, "13812345678"], ["李芳", "110105194912310020", ""]])}
    created = captain.post("/api/v1/imports/", upload)
    assert created.status_code == 201
    path = f"/api/v1/imports/{created.json()['id']}/"
    stage_import(actor=SYSTEM, import_id=created.json()["id"])
    seen = captain.get(path).json()
    assert seen["state"] == "ready"
    rows = captain.get(f"{path}rows/?verdict=rejected").json()["results"]
    assert [row["name"] for row in rows] == ["李芳"]
    assert "身份证号" in rows[0]["problems"][0]["sentence"]
    assert captain.get(f"{path}rows/?after=nonsense").status_code == 200
    assert session(cast, "captain_zx").get(path).status_code == 404
    assert session(cast, "inspector_sg").get(path).status_code == 404
    assert captain.post(f"{path}apply/").status_code == 200
    carry_out_apply(actor=SYSTEM, import_id=created.json()["id"])
    assert list(Member.objects.values_list("name", flat=True)) == ["张伟"]
    rejects = captain.get(f"{path}rejects/")
    assert rejects.status_code == 200
    assert rejects.content[:2] == b"PK"
    assert captain.post(f"{path}discard/").status_code in {409, 422}
    assert captain.post(f"{path}undo/").status_code == 200
    carry_out_undo(actor=SYSTEM, import_id=created.json()["id"])
    assert not Member.objects.exists()


def test_a_file_that_is_no_roster_is_refused_in_a_sentence(cast: Cast) -> None:
    picture = io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(100))
    picture.name = "花名册.xlsx"
    answer = session(cast, "captain_sg11").post("/api/v1/imports/", {"unit": "sg11", "file": picture})
    assert answer.status_code in {409, 422}
    assert answer.json()["message"]
    assert answer.json()["remedy"]


def test_the_list_of_imports_costs_the_same_however_long_it_is(cast: Cast) -> None:
    client = session(cast, "liaison_hy")

    def make(number: int) -> None:
        RosterImport.objects.create(
            unit=cast.units["sg11"], file_name="a.xlsx", file_size=1, file_digest=f"{number}".encode()
        )

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/api/v1/imports/").status_code == 200
        return len(captured)

    make(0)
    queries()
    few = queries()
    for number in range(1, 12):
        make(number)
    assert queries() == few
