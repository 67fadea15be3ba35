"""One row of every kind the admin lists, in a unit of the cast; numbered, so that any number of them can be made."""

import itertools
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Model
from django.utils import timezone

from corps.actors import SYSTEM
from corps.enums import GridLevel, Level, PostKind, SiteKind, StationKind
from corps.models import Account, ActionLog, Appointment, LevelName, Post, Term
from corps.operations import places, posts
from corps.operations.accounts import create_account
from corps.operations.api_keys import issue_key
from corps.operations.appointments import appoint
from corps.operations.specialities import add_speciality
from corps.operations.trail import record
from corps.operations.tree import create_unit
from corps.queries.scope import local_today
from corps.roles import Role
from duties.enums import AttendanceStatus, DutyCategory, Mechanism
from duties.operations import attendance as duty_attendance
from duties.operations import kinds as duty_kinds
from duties.operations import series as duty_series
from duties.operations import shifts as duty_shifts
from incidents.logic.parties import Particulars
from incidents.operations import kinds
from incidents.operations.parties import PartyEntry
from members.enums import CourseKind, SessionMode
from members.logic.ledger import Line
from members.models import Article, Course, Member, PrivacyNotice, RosterImport, TrainingSession
from members.operations import catalogues, people
from members.operations.equipment import kinds as equipment
from members.operations.equipment.goods import receive_goods
from members.operations.equipment.issuing import issue
from members.operations.recruitment import pages as join_pages
from members.operations.recruitment.applying import APPLICANT, apply
from members.operations.recruitment.recruiters import add_recruiter
from members.operations.training import catalogue as training_catalogue
from members.operations.training import sessions as training_sessions
from members.operations.training.certificates import record_certificate
from members.operations.training.enrolling import enrol
from stats.models import AlarmFigure, AlarmImport, Discrepancy
from tests.cast import SINCE, Cast
from tests.incidents import log as incident_log
from tests.members.life import cases

_numbers = itertools.count(1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(number: int) -> str:
    """An invented identity number that is right in itself (GB 11643-1999)."""
    body = f"430406198{number // 1000 % 10}0101{number % 1000:03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def unit(cast: Cast, code: str) -> Any:
    """An empty squad below the unit, or beside it where it is a squad itself."""
    parent = cast.units[code]
    if parent.level == Level.SQUAD:
        parent = parent.parent
    number = next(_numbers)
    return create_unit(
        actor=SYSTEM,
        parent_id=parent.pk,
        level=Level.SQUAD,
        name=f"新{number}中队",
        short_name=f"新{number}",
        code=f"90{number:04}",
        active_from=SINCE,
    )


def post(cast: Cast, code: str) -> Post:
    """A deputy's post with somebody in it."""
    made = posts.create_post(
        actor=SYSTEM, unit_id=cast.units[code].pk, kind=PostKind.DEPUTY, title=f"副队长{next(_numbers)}"
    )
    posts.appoint_to_post(actor=SYSTEM, post_id=made.pk, holder="王小明", starts_on=SINCE)
    return made


def term(cast: Cast, code: str) -> Term:
    """Somebody's term."""
    return post(cast, code).terms.get()


def station(cast: Cast, code: str) -> Any:
    """A station of the corps; it belongs to no unit."""
    number = next(_numbers)
    return places.add_station(
        actor=SYSTEM,
        corps_id=cast.units[code].corps_id,
        kind=StationKind.STATION,
        name=f"第{number}派出所",
        code=f"80{number:04}",
    )


def site(cast: Cast, code: str) -> Any:
    """An assembly point."""
    return places.add_site(
        actor=SYSTEM, unit_id=cast.units[code].pk, kind=SiteKind.ASSEMBLY_POINT, name=f"集结点{next(_numbers)}"
    )


def grid(cast: Cast, code: str) -> Any:
    """A grid the unit looks after."""
    number = next(_numbers)
    return places.add_grid(
        actor=SYSTEM,
        corps_id=cast.units[code].corps_id,
        unit_id=cast.units[code].pk,
        level=GridLevel.FIRST,
        name=f"第{number}网格",
        code=f"70{number:04}",
    )


def level_name(cast: Cast, code: str) -> LevelName:
    """One that the cast has."""
    return LevelName.objects.filter(corps_id=cast.units[code].corps_id).earliest("pk")


def speciality(cast: Cast, code: str) -> Any:
    """Something units are good at."""
    return add_speciality(actor=SYSTEM, corps_id=cast.units[code].corps_id, name=f"特长{next(_numbers)}")


def account(cast: Cast, code: str) -> Account:
    """Somebody at home in the unit."""
    number = next(_numbers)
    return create_account(
        actor=SYSTEM, username=f"60{number:04}", display_name=f"某人{number}", unit_id=cast.units[code].pk
    ).account


def appointment(cast: Cast, code: str) -> Appointment:
    """An inspector of the unit."""
    return appoint(
        actor=SYSTEM,
        account_id=account(cast, code).pk,
        role=Role.INSPECTOR,
        unit_id=cast.units[code].pk,
        starts_on=local_today(),
    )


def api_key(cast: Cast, code: str) -> Any:
    """A key of a system at home in the unit."""
    number = next(_numbers)
    machine = create_account(
        actor=SYSTEM,
        username=f"50{number:04}",
        display_name=f"系统{number}",
        unit_id=cast.units[code].pk,
        machine=True,
    ).account
    return issue_key(
        actor=SYSTEM, account_id=machine.pk, name="指挥平台", expires_at=timezone.now() + timedelta(days=30)
    ).key


def log_entry(cast: Cast, code: str) -> ActionLog:
    """Somebody exported the roster."""
    record(
        actor=SYSTEM,
        action="member.export",
        unit_id=cast.units[code].pk,
        object_type="corps.unit",
        object_id=cast.units[code].pk,
        detail={"rows": 1},
    )
    return ActionLog.objects.latest("pk")


def member(cast: Cast, code: str) -> Member:
    """A volunteer with a phone."""
    number = next(_numbers)
    return people.enrol(
        actor=SYSTEM,
        unit_id=cast.units[code].pk,
        identity=identity_number(number),
        particulars={"name": "王小明", "phone": f"138{number:08}"},
    )


def partner(cast: Cast, code: str) -> Any:
    """A society."""
    return catalogues.add_partner(actor=SYSTEM, corps_id=cast.units[code].corps_id, name=f"志愿者协会{next(_numbers)}")


def group(cast: Cast, code: str) -> Any:
    """A functional group."""
    return catalogues.add_group(actor=SYSTEM, corps_id=cast.units[code].corps_id, name=f"巡逻组{next(_numbers)}")


def notice(cast: Cast, code: str) -> Any:
    """A further version of the corps' privacy notice."""
    return join_pages.publish_notice(
        actor=SYSTEM, corps_id=cast.units[code].corps_id, text=f"我们只为志愿警务使用这些信息（{next(_numbers)}）。"
    )


def join_page(cast: Cast, code: str) -> Any:
    """An open page of the unit."""
    notice(cast, code)
    return join_pages.set_page(actor=SYSTEM, unit_id=cast.units[code].pk, is_open=True, contact="张队长 0734-8123456")


def application(cast: Cast, code: str) -> Any:
    """Somebody who applied by the unit's page."""
    number, page = next(_numbers), join_page(cast, code)
    made = apply(
        actor=APPLICANT,
        page_id=page.pk,
        unit_id=page.unit_id,
        identity=identity_number(number),
        particulars={"name": "赵小兰", "phone": f"137{number:08}"},
        notice_id=PrivacyNotice.objects.filter(corps=cast.units[code].corps_id).latest("version").pk,
        address=f"admin-rows-{number}",
    )
    assert made is not None
    return made


def recruiter(cast: Cast, code: str) -> Any:
    """An auxiliary officer who recruits."""
    return add_recruiter(actor=SYSTEM, unit_id=cast.units[code].pk, name=f"辅警{next(_numbers)}", category="auxiliary")


def roster_import(cast: Cast, code: str) -> RosterImport:
    """A settled import."""
    number = next(_numbers)
    return RosterImport.objects.create(
        unit=cast.units[code],
        uploaded_by=cast.accounts["liaison_hy"],
        file_name=f"花名册{number}.xlsx",
        file_size=1,
        file_digest=number.to_bytes(32, "big"),
        state="undone",
        counts={"verdicts": {"new": 1, "changed": 0, "same": 0, "rejected": 0}},
    )


def incident_kind(cast: Cast, code: str) -> Any:
    """A kind of incident of the corps."""
    number = next(_numbers)
    return kinds.add_kind(
        actor=SYSTEM, corps_id=cast.units[code].corps_id, code=f"60{number:04}", name=f"情况{number}", category="other"
    )


def incident(cast: Cast, code: str) -> Any:
    """A dispute that waits for verification, with one party."""
    parties = [PartyEntry("disputant", Particulars(name="王五"))]
    return incident_log.incident(cast, code, parties=parties)


def alarm_import(cast: Cast, code: str) -> AlarmImport:
    """A sheet of alarm figures that was taken over."""
    return AlarmImport.objects.create(
        unit=cast.units[code],
        uploaded_by=cast.accounts["liaison_hy"],
        file_name=f"警情{next(_numbers)}.xlsx",
        digest=b"",
        state="applied",
        applied_at=timezone.now(),
    )


def discrepancy(cast: Cast, code: str) -> Discrepancy:
    """A figure that was found wrong."""
    day = date(2026, 1, 1) + timedelta(days=next(_numbers))
    return Discrepancy.objects.create(
        table="total", unit=cast.units[code], day=day, column="attended", stored=7, counted=8
    )


def alarm_figure(cast: Cast, code: str) -> AlarmFigure:
    """Criminal alarms of a month."""
    number = next(_numbers)
    return AlarmFigure.objects.create(
        unit=cast.units[code],
        kind="criminal",
        month=date(2000 + number % 90, 1 + number % 12, 1),
        count=number,
        source=alarm_import(cast, code),
    )


def duty_kind(cast: Cast, code: str) -> Any:
    """A kind of duty of the corps."""
    number = next(_numbers)
    return duty_kinds.add_kind(
        actor=SYSTEM,
        corps_id=cast.units[code].corps_id,
        code=f"50{number:04}",
        name=f"勤务{number}",
        category=DutyCategory.PATROL,
        mechanism=Mechanism.STANDBY,
        needed=2,
        starts=time(19),
        minutes=120,
    )


def shift(cast: Cast, code: str) -> Any:
    """A shift of yesterday with one member of the unit, who was there."""
    starts = timezone.now() - timedelta(days=1)
    made = duty_shifts.plan_shift(
        actor=SYSTEM,
        unit_id=cast.units[code].pk,
        kind_id=duty_kind(cast, code).pk,
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        needed=2,
        member_ids=[(who := member(cast, code)).pk],
    )
    duty_attendance.record_list(
        actor=SYSTEM, shift_id=made.pk, entries=[duty_attendance.Entry(who.pk, AttendanceStatus.PRESENT)]
    )
    return made


def attendance(cast: Cast, code: str) -> Any:
    """A record of a member of the unit."""
    return shift(cast, code).attendances.get()


def series(cast: Cast, code: str) -> Any:
    """A week of shifts, every day."""
    made = duty_series.plan_series(
        actor=SYSTEM,
        unit_id=cast.units[code].pk,
        kind_id=duty_kind(cast, code).pk,
        weekdays=range(7),
        first_day=local_today(),
        last_day=local_today() + timedelta(days=6),
        starts=time(19),
        minutes=60,
        needed=2,
    )
    return made[0].series


def certificate_kind(cast: Cast, code: str) -> Any:
    """A kind of certificate that is valid for two years."""
    return training_catalogue.add_certificate_kind(
        actor=SYSTEM, corps_id=cast.units[code].corps_id, name=f"证书{next(_numbers)}", valid_months=24
    )


def course(cast: Cast, code: str) -> Any:
    """A course of the corps; the first one is the first-aid course."""
    corps_id = cast.units[code].corps_id
    first = not Course.objects.filter(corps_id=corps_id).exists()
    return training_catalogue.add_course(
        actor=SYSTEM,
        corps_id=corps_id,
        name="急救培训" if first else f"课程{next(_numbers)}",
        kind=CourseKind.FIRST_AID,
    )


def requirement(cast: Cast, code: str) -> Any:
    """One that asks for insurance."""
    return training_catalogue.add_requirement(
        actor=SYSTEM, corps_id=cast.units[code].corps_id, name=f"要求{next(_numbers)}", insured=True
    )


def session_with(cast: Cast, code: str, taught: Any, who: Member) -> TrainingSession:
    """A session that has begun, of this unit alone, with one member, who has a certificate from elsewhere as well."""
    starts = timezone.now() - timedelta(hours=1)
    made = training_sessions.plan_session(
        actor=SYSTEM,
        unit_id=cast.units[code].pk,
        course_id=taught.pk,
        mode=SessionMode.CENTRAL,
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        place="会议室",
        open_below=False,
        open_to_members=False,
    )
    enrol(actor=SYSTEM, session_id=made.pk, member_ids=[who.pk])
    certificate_of(cast, code, who)
    return made


def training_session(cast: Cast, code: str) -> TrainingSession:
    """The same with a member of its own."""
    return session_with(cast, code, course(cast, code), member(cast, code))


def certificate_of(cast: Cast, code: str, who: Member) -> Any:
    """One that somebody else issued."""
    return record_certificate(
        actor=SYSTEM,
        member_id=who.pk,
        kind_id=certificate_kind(cast, code).pk,
        number=f"{next(_numbers)}",
        issuer="红十字会",
        issued_on=local_today(),
    )


def certificate(cast: Cast, code: str) -> Any:
    """One of a member of the unit."""
    return certificate_of(cast, code, member(cast, code))


def equipment_kind(cast: Cast, code: str) -> Any:
    """A kind of equipment that is counted."""
    corps_id = cast.units[code].corps_id
    return equipment.create_kind(
        actor=SYSTEM, corps_id=corps_id, name=f"装备{next(_numbers)}", counting="counted", measure="件"
    )


def entitlement(cast: Cast, code: str) -> Any:
    """Every member is entitled to one."""
    kind = equipment_kind(cast, code)
    return equipment.set_entitlements(actor=SYSTEM, kind_id=kind.pk, conditions=[equipment.Condition()])[0]


def equipment_store(cast: Cast, code: str) -> Any:
    """A store of the unit."""
    return equipment.create_store(actor=SYSTEM, unit_id=cast.units[code].pk, name=f"库房{next(_numbers)}")


def equipment_article(cast: Cast, code: str) -> Any:
    """A radio."""
    number = next(_numbers)
    corps_id = cast.units[code].corps_id
    kind = equipment.create_kind(actor=SYSTEM, corps_id=corps_id, name=f"对讲机{number}", counting="numbered")
    return Article.objects.create(kind=kind, corps_id=corps_id, number=f"台{number}")


def equipment_voucher(cast: Cast, code: str) -> Any:
    """Something was issued to a member of the unit, who is to confirm it."""
    kind, room, who = equipment_kind(cast, code), equipment_store(cast, code), member(cast, code)
    line = Line(kind.pk, 1)
    receive_goods(actor=SYSTEM, store_id=room.pk, lines=[line], token=uuid4())
    return issue(actor=SYSTEM, store_id=room.pk, member_lines={who.pk: [line]}, token=uuid4())


def equipment_confirmation(cast: Cast, code: str) -> Any:
    """A hand-over that waits for its member."""
    return equipment_voucher(cast, code).confirmations.get()


# Name of the pages → how to make a row. Rows of the corps as a whole have no unit of their own.
OF_UNITS: dict[str, Callable[[Cast, str], Model]] = {
    "corps_unit": unit,
    "corps_post": post,
    "corps_term": term,
    "corps_site": site,
    "corps_grid": grid,
    "corps_account": account,
    "corps_appointment": appointment,
    "corps_apikey": api_key,
    "corps_actionlog": log_entry,
    "members_member": member,
    "members_rosterimport": roster_import,
    "members_store": equipment_store,
    "members_voucher": equipment_voucher,
    "members_confirmation": equipment_confirmation,
    "members_trainingsession": training_session,
    "members_certificate": certificate,
    "members_application": application,
    "members_joinpage": join_page,
    "members_transferrequest": cases.arriving,
    "members_move": cases.move,
    "members_proposal": cases.proposal,
    "members_merger": cases.merger,
    "members_distinction": cases.distinction,
    "members_recruiter": recruiter,
    "duties_shift": shift,
    "duties_attendance": attendance,
    "duties_series": series,
    "incidents_incident": incident,
    "stats_alarmimport": alarm_import,
    "stats_alarmfigure": alarm_figure,
    "stats_discrepancy": discrepancy,
}
OF_THE_CORPS: dict[str, Callable[[Cast, str], Model]] = {
    "corps_station": station,
    "corps_levelname": level_name,
    "corps_speciality": speciality,
    "members_partnerorganisation": partner,
    "members_functionalgroup": group,
    "members_equipmentkind": equipment_kind,
    "members_entitlement": entitlement,
    "members_article": equipment_article,
    "members_certificatekind": certificate_kind,
    "members_course": course,
    "members_requirement": requirement,
    "members_privacynotice": notice,
    "duties_dutykind": duty_kind,
    "incidents_incidentkind": incident_kind,
}
EVERY_KIND = OF_UNITS | OF_THE_CORPS

# Kinds whose rows come about elsewhere: nobody adds one at the admin site.
READ_ONLY = {
    *("corps_term", "corps_actionlog", "members_rosterimport", "duties_attendance", "duties_series"),
    *("stats_alarmimport", "stats_alarmfigure", "stats_discrepancy"),
    *("members_voucher", "members_confirmation", "members_article", "members_application"),
    *("members_transferrequest", "members_move", "members_proposal", "members_merger", "members_distinction"),
}
