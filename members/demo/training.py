"""What demonstration cities teach: kinds of certificate, courses with a text and a quiz, plausible sessions."""

from dataclasses import dataclass
from typing import Final

from members.enums import CourseKind, SessionMode, TeacherService


@dataclass(frozen=True, slots=True)
class KindPlan:
    """A kind of certificate."""

    name: str
    months: int | None
    warn_days: int = 60


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """A course, by what it gives the certificate of; `text` and `questions` are for online study."""

    name: str
    kind: CourseKind
    hours: int
    certificate: str = ""
    pass_mark: int | None = None
    text: str = ""
    questions: str = ""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """A session so many days from today; `level` is the unit that organises it (1 the corps … 4 a squad)."""

    course: str
    mode: SessionMode
    days: int
    level: int
    people: int
    place: str
    teacher: tuple[TeacherService, str]


DRILL, LAW, AID, MEDIATION, GEAR = "岗前培训合格证", "法律培训合格证", "急救员证", "调解员培训证", "装备使用合格证"
KINDS: Final = (
    KindPlan(DRILL, None),
    KindPlan(LAW, 24),
    KindPlan(AID, 24),
    KindPlan(MEDIATION, 36, 90),
    KindPlan(GEAR, 12, 30),
)

_FRAUD_TEXT: Final = """接到群众反映疑似电信诈骗时，先劝其停止转账，再拨打 96110 或 110。

不代替群众操作手机和银行账户，不索要验证码。登记线索后交派出所处理，不私下联系对方。"""
_FRAUD_QUIZ: Final = """
问：群众正准备向陌生账户转账，应先做什么？
+ 劝其停止转账
- 帮其核对账号
- 记下银行卡密码

问：可以拨打哪些电话求助或报警？
+ 96110
+ 110
- 陌生人留下的电话

问：群众请您代收验证码，应如何处理？
- 代收后转告
+ 婉拒，请其本人保管
"""
COURSES: Final = (
    CoursePlan("岗前培训", CourseKind.DRILL, 4, DRILL),
    CoursePlan("法律法规培训", CourseKind.LAW, 4, LAW, 60),
    CoursePlan("应急救护培训", CourseKind.FIRST_AID, 8, AID, 80),
    CoursePlan("矛盾纠纷调解培训", CourseKind.MEDIATION, 4, MEDIATION),
    CoursePlan("装备使用培训", CourseKind.EQUIPMENT, 2, GEAR),
    CoursePlan("反诈宣传线上学习", CourseKind.FRAUD, 1, "", 60, _FRAUD_TEXT, _FRAUD_QUIZ),
)

_POLICE = TeacherService.POLICE
_CENTRAL, _DOOR, _MEETING, _ONLINE = (
    SessionMode.CENTRAL,
    SessionMode.DOOR,
    SessionMode.MEETING,
    SessionMode.ONLINE,
)
_AID_TEACHER: Final = (TeacherService.MEDICAL, "急救培训师")
#: Hengyang: core members (骨干) in law, emergency rescue and the use of equipment.
HENGYANG: Final = (
    SessionPlan("岗前培训", _CENTRAL, -700, 2, 40, "支队会议室", (_POLICE, "带班民警")),
    SessionPlan("法律法规培训", _CENTRAL, -735, 3, 30, "派出所会议室", (_POLICE, "法制民警")),
    SessionPlan("法律法规培训", _CENTRAL, -690, 3, 30, "派出所会议室", (_POLICE, "法制民警")),
    SessionPlan("应急救护培训", _CENTRAL, -300, 2, 40, "社区活动中心", _AID_TEACHER),
    SessionPlan("装备使用培训", _MEETING, -345, 3, 30, "大队部", (TeacherService.FIRE, "消防教官")),
    SessionPlan("岗前培训", _DOOR, -60, 3, 25, "各小区门岗", (_POLICE, "社区民警")),
    SessionPlan("矛盾纠纷调解培训", _MEETING, -30, 3, 25, "社区调解室", (TeacherService.JUSTICE, "司法所人员")),
    SessionPlan("装备使用培训", _CENTRAL, -1, 3, 20, "大队部", (TeacherService.FIRE, "消防教官")),
    SessionPlan("应急救护培训", _CENTRAL, 6, 2, 20, "社区活动中心", _AID_TEACHER),
    SessionPlan("反诈宣传线上学习", _ONLINE, -3, 1, 60, "", (_POLICE, "反诈民警")),
)
#: Tangxia: central class, door-to-door teaching, at meetings, online; before going on duty the pre-duty drill.
TANGXIA: Final = (
    SessionPlan("岗前培训", _CENTRAL, -400, 1, 120, "镇文化中心", (_POLICE, "带班民警")),
    SessionPlan("岗前培训", _CENTRAL, -40, 3, 40, "社区会堂", (_POLICE, "社区民警")),
    SessionPlan("应急救护培训", _CENTRAL, -690, 3, 30, "社区会堂", _AID_TEACHER),
    SessionPlan("法律法规培训", _DOOR, -90, 3, 30, "各商铺", (_POLICE, "社区民警")),
    SessionPlan("装备使用培训", _MEETING, -340, 3, 30, "分会例会", (TeacherService.FIRE, "消防教官")),
    SessionPlan("装备使用培训", _MEETING, -2, 3, 20, "分会例会", (TeacherService.FIRE, "消防教官")),
    SessionPlan("反诈宣传线上学习", _ONLINE, -3, 1, 80, "", (_POLICE, "反诈民警")),
    SessionPlan("应急救护培训", _CENTRAL, 9, 1, 40, "镇文化中心", _AID_TEACHER),
)
PLANS: Final = {"hengyang": HENGYANG, "tangxia": TANGXIA}
