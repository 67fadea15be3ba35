"""The kinds of duty a new corps begins with; names are data of the corps and may be changed by it."""

import datetime as dt
from typing import NamedTuple

from duties.enums import DutyCategory as C
from duties.enums import Mechanism as M  # noqa: N817 - the table below reads better


class Default(NamedTuple):
    """A kind as it is planted: usual number of people, start and minutes are what a form proposes."""

    code: str
    name: str
    category: C
    mechanism: M
    needed: int
    starts: dt.time
    minutes: int


DEFAULTS = (
    Default("patrol", "日常巡逻", C.PATROL, M.STANDBY, 4, dt.time(19, 0), 120),
    Default("fixed-post", "定点执勤", C.PATROL, M.FIXED, 2, dt.time(8, 0), 240),
    Default("standby", "动中备勤", C.PATROL, M.STANDBY, 6, dt.time(18, 0), 240),
    Default("peak", "高峰勤务", C.TRAFFIC, M.PEAK, 4, dt.time(7, 30), 90),
    Default("joint-patrol", "联勤巡逻", C.PATROL, M.JOINT, 6, dt.time(20, 0), 180),
    Default("round-clock", "全时值守", C.PATROL, M.FIXED, 4, dt.time(8, 0), 1440),
    Default("mobile-watch", "流动观察", C.PATROL, M.STANDBY, 2, dt.time(9, 0), 180),
    Default("night", "夜间经济巡防", C.NIGHT, M.STANDBY, 6, dt.time(20, 30), 180),
    Default("forest", "森林防火巡护", C.FOREST, M.STANDBY, 4, dt.time(9, 0), 240),
    # Six people in green vests at every arrival and departure.
    Default("school-in", "护学岗（上学）", C.SCHOOL, M.FIXED, 6, dt.time(7, 0), 60),
    Default("school-out", "护学岗（放学）", C.SCHOOL, M.FIXED, 6, dt.time(16, 30), 60),
    Default("school-check", "校园管制刀具检查", C.CONTROL, M.FIXED, 4, dt.time(9, 0), 120),
    Default("mass-event", "大型活动安保", C.EVENT, M.FIXED, 20, dt.time(18, 0), 300),
    Default("commercial-event", "商业活动安保", C.COMMERCIAL, M.FIXED, 10, dt.time(18, 0), 240),
    Default("traffic", "交通疏导", C.TRAFFIC, M.FIXED, 4, dt.time(17, 0), 120),
    Default("vaccination", "接种点轮值安保", C.EPIDEMIC, M.FIXED, 20, dt.time(8, 0), 480),
    Default("mass-testing", "核酸检测点秩序维护", C.EPIDEMIC, M.FIXED, 10, dt.time(7, 0), 360),
    Default("epidemic", "疫情防控值守", C.EPIDEMIC, M.FIXED, 4, dt.time(8, 0), 480),
    Default("publicity", "法治宣传", C.PUBLICITY, M.STANDBY, 4, dt.time(9, 0), 120),
    Default("fraud", "反诈宣传", C.PUBLICITY, M.STANDBY, 4, dt.time(9, 0), 120),
    Default("safety-class", "防溺水防火宣讲", C.PUBLICITY, M.FIXED, 3, dt.time(14, 30), 90),
    Default("rescue", "救援备勤", C.RESCUE, M.STANDBY, 6, dt.time(8, 0), 600),
    Default("water-patrol", "水域巡查", C.RESCUE, M.STANDBY, 4, dt.time(14, 0), 240),
    Default("storm", "防汛抗灾值守", C.RESCUE, M.STANDBY, 10, dt.time(8, 0), 1440),
    Default("inspection", "巡查整治", C.CONTROL, M.STANDBY, 4, dt.time(9, 0), 180),
    Default("hazard-check", "隐患排查", C.CONTROL, M.STANDBY, 3, dt.time(9, 0), 120),
    Default("supervision", "勤务督查", C.ACTIVITY, M.STANDBY, 2, dt.time(20, 0), 240),
    Default("front-door", "门前三包劝导", C.CONTROL, M.FIXED, 2, dt.time(9, 0), 60),
    Default("drill", "应急演练", C.ACTIVITY, M.FIXED, 10, dt.time(9, 0), 120),
    Default("training", "集中培训", C.ACTIVITY, M.FIXED, 20, dt.time(9, 0), 120),
    Default("meeting", "工作例会", C.ACTIVITY, M.FIXED, 5, dt.time(15, 0), 60),
    Default("service", "便民服务", C.ACTIVITY, M.FIXED, 6, dt.time(9, 0), 180),
)
