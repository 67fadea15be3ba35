"""The columns of a roster, each declared once: key, headers, synonyms, how its cells are cleaned.

Reading, templates, exports and questions all follow this list. The key is the name of the member's field; the order
is the order of `Row.values`. To add a column: add it here, to the model, and to the messages if its cells can fail
in a new way.
"""

import datetime as dt
from collections.abc import Callable
from typing import Final, NamedTuple

from members.logic import cells, vocabulary
from members.logic.cells import Cleaner
from members.logic.dates import DateReader, read_month_or_day
from members.logic.identity import IdentityReader
from members.logic.names import read_name
from members.logic.phones import read_any_phone, read_mobile


class Context(NamedTuple):
    """What cleaning depends on beside the cell."""

    today: dt.date
    epoch_1904: bool = False


class Column(NamedTuple):
    """One column of the roster.

    `cleaner` makes the function that cleans its cells. `repeats` says that few different values fill many cells, so
    results are remembered. `as_text` columns hold digits that a sheet must not take for a number. `masked` is how
    problems show a cell. `filled_down` columns take the value of a merged cell for every row it covers.
    """

    key: str
    chinese: str
    english: str
    synonyms: tuple[str, ...]
    cleaner: Callable[[Context], Cleaner]
    example: str
    max_length: int = 0
    required: bool = False
    wanted: bool = False
    repeats: bool = False
    as_text: bool = False
    masked: str = ""
    filled_down: bool = True


def _fixed(cleaner: Cleaner) -> Callable[[Context], Cleaner]:
    return lambda _context: cleaner


def _date(*, future: bool = False) -> Callable[[Context], Cleaner]:
    return lambda context: DateReader(context.today, future=future, epoch_1904=context.epoch_1904).read


def _birth_date(context: Context) -> Cleaner:
    reader = DateReader(context.today, epoch_1904=context.epoch_1904)
    return lambda cell: read_month_or_day(reader, cell)


def _identity(context: Context) -> Cleaner:
    return IdentityReader(context.today).read


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        "name",
        "姓名",
        "Name",
        _words("名字 队员姓名 人员姓名 义警姓名 志愿者姓名 成员姓名 队员 真实姓名"),
        _fixed(read_name),
        "张伟",
        50,
        required=True,
        filled_down=False,
    ),
    Column(
        "identity",
        "身份证号",
        "Identity number",
        _words(
            "身份证 身份证号码 公民身份号码 公民身份证号 公民身份证号码 居民身份证号 居民身份证号码"
            " 居民身份证 证件号 证件号码 身份号码"
            " 身份证件号码 身份证编号 有效证件号码 ID 身份证号(18位)"
        ),
        _identity,
        "430405198001011239",
        18,
        required=True,
        as_text=True,
        masked="identity",
        filled_down=False,
    ),
    Column("sex", "性别", "Sex", _words("男女 Gender"), _fixed(cells.choice(vocabulary.SEX)), "男", repeats=True),
    Column(
        "birth_date",
        "出生日期",
        "Birth date",
        _words("出生年月 出生年月日 生日 出生时间 出生 Birthday"),
        _birth_date,
        "1980-01-01",
        repeats=True,
    ),
    Column(
        "phone",
        "手机号码",
        "Phone",
        _words("手机 手机号 电话 电话号码 联系电话 联系方式 移动电话 本人电话 联系手机 手机电话 联系号码 Mobile"),
        _fixed(read_mobile),
        "13812345678",
        20,
        wanted=True,
        as_text=True,
        masked="phone",
        filled_down=False,
    ),
    Column(
        "occupation",
        "职业类别",
        "Occupation",
        _words("职业 从业类别 职业身份 人员类别 人员类型 身份类别 从事职业 行业 职业分类"),
        _fixed(cells.choice(vocabulary.OCCUPATION, otherwise="other")),
        "保安员",
        repeats=True,
    ),
    Column(
        "employer",
        "工作单位",
        "Employer",
        _words("单位名称 工作单位及职务 就业单位 所属企业 公司 公司名称 从业单位 现工作单位 工作单位名称 工作地点"),
        _fixed(cells.text(100)),
        "船山物业公司",
        100,
        repeats=True,
    ),
    Column(
        "address",
        "住址",
        "Address",
        _words(
            "家庭住址 现住址 居住地址 地址 家庭地址 现居住地 居住地 住所 现住地址 详细地址 联系地址 户籍地址 常住地址"
        ),
        _fixed(cells.text(200)),
        "蒸湘区联合街道长湖路1号",
        200,
    ),
    Column(
        "grid",
        "所属网格",
        "Grid",
        _words("网格 网格编号 网格名称 所在网格 网格号 网格编码"),
        _fixed(cells.unit(60)),
        "长湖第一网格",
        60,
        repeats=True,
    ),
    Column(
        "political_status",
        "政治面貌",
        "Political status",
        _words("政治面目 面貌 党团员 是否党员"),
        _fixed(cells.choice(vocabulary.POLITICAL_STATUS)),
        "群众",
        repeats=True,
    ),
    Column(
        "education",
        "文化程度",
        "Education",
        _words("学历 教育程度 最高学历 受教育程度 学历层次 文化水平"),
        _fixed(cells.choice(vocabulary.EDUCATION)),
        "大专",
        repeats=True,
    ),
    Column(
        "skills",
        "特长",
        "Skills",
        _words("技能 技能特长 专业特长 个人特长 专长 持有证书 特长技能 技能证书 个人技能"),
        _fixed(cells.text_list(40)),
        "急救、驾驶",
        40,
        repeats=True,
    ),
    Column(
        "roles",
        "五员",
        "Roles",
        _words("五员角色 角色 五员类别 岗位角色 队员角色 承担角色 五员身份"),
        _fixed(cells.choices(vocabulary.ROLES)),
        "情报信息员、平安守护员",
        repeats=True,
    ),
    Column(
        "groups",
        "功能组",
        "Functional groups",
        _words("功能小组 所属功能组 功能队 专业组 专业队 所在功能组 功能分组 小组 组别"),
        _fixed(cells.text_list(60)),
        "巡防组",
        60,
        repeats=True,
    ),
    Column(
        "unit",
        "所属中队",
        "Unit",
        _words(
            "中队 单位 所在单位 所属单位 所属单位编码 单位编码 单位代码 所属队伍 队伍 所在队伍 所在中队"
            " 所属大队 大队 所属组织 编制单位"
            " 所属分队 分队 所属义警队 义警队 所属义警中队 中队名称 队伍名称 所属工作站 队别 所属支队 支队"
        ),
        _fixed(cells.unit(200)),
        "长湖中队",
        200,
        repeats=True,
    ),
    Column(
        "teams",
        "其他队伍",
        "Further teams",
        _words("兼任队伍 参加的其他队伍 兼队 其它队伍 兼属队伍 另属队伍 同时参加"),
        _fixed(cells.unit_list(200)),
        "应急小队",
        200,
        repeats=True,
    ),
    Column(
        "joined_on",
        "入队日期",
        "Joined on",
        _words(
            "入队时间 加入时间 参加时间 加入日期 参加日期 注册时间 注册日期 入会时间 入队年月 登记日期"
            " 登记时间 招募时间"
        ),
        _date(),
        "2022-11-03",
        repeats=True,
    ),
    Column(
        "status",
        "队员状态",
        "Status",
        _words("状态 在队状态 人员状态 在岗状态 服务状态 是否在队 在队情况"),
        _fixed(cells.choice(vocabulary.STATUS)),
        "在队",
        repeats=True,
    ),
    Column(
        "status_reason",
        "状态原因",
        "Reason of the status",
        _words("离队原因 退出原因 变动原因 暂停原因 退队原因 状态说明"),
        _fixed(cells.text(200)),
        "",
        200,
        repeats=True,
    ),
    Column(
        "status_on",
        "状态日期",
        "Status since",
        _words("离队日期 离队时间 退出时间 退出日期 变动日期 变动时间 状态时间 退队时间 退队日期"),
        _date(),
        "",
        repeats=True,
    ),
    Column(
        "emergency_name",
        "紧急联系人",
        "Emergency contact",
        _words("紧急联系人姓名 应急联系人 应急联系人姓名 家属姓名 家属 家庭联系人 家属联系人"),
        _fixed(cells.text(50)),
        "李芳",
        50,
        filled_down=False,
    ),
    Column(
        "emergency_phone",
        "紧急联系人电话",
        "Emergency contact's phone",
        _words(
            "紧急联系电话 紧急联系方式 紧急电话 应急联系电话 应急联系人电话 家属电话 家属联系电话"
            " 紧急联系人手机 紧急联系人手机号"
            " 紧急联系人手机号码 紧急联系人联系电话 紧急联系人联系方式 紧急联系人号码 家属联系方式"
        ),
        _fixed(read_any_phone),
        "0734-8123456",
        20,
        as_text=True,
        masked="phone",
        filled_down=False,
    ),
    Column(
        "insurer",
        "保险公司",
        "Insurer",
        _words("承保公司 投保公司 承保单位 保险 保险机构 意外险公司"),
        _fixed(cells.text(60)),
        "",
        60,
        repeats=True,
    ),
    Column(
        "policy_number",
        "保险单号",
        "Insurance policy number",
        _words("保单号 保单号码 保险单号码 保险编号 保单编号"),
        _fixed(cells.code_text(40)),
        "",
        40,
        as_text=True,
    ),
    Column(
        "insured_until",
        "保险到期日",
        "Insured until",
        _words(
            "保险有效期 保险截止日期 保险到期时间 保险期限 保险到期日期 保险到期 保险终止日期"
            " 投保截止日期 保险截止 保险有效期至"
        ),
        _date(future=True),
        "",
        repeats=True,
    ),
    Column(
        "recruiter",
        "招募人",
        "Recruited by",
        _words("推荐人 介绍人 发展人 招募民警 招录人 引荐人 推荐民警"),
        _fixed(cells.text(50)),
        "",
        50,
        repeats=True,
    ),
    Column(
        "partner",
        "共建组织",
        "Partner organisation",
        _words("合作组织 所属社会组织 社会组织 志愿组织 所属志愿组织 所属协会 合作单位 共建单位 社会团体"),
        _fixed(cells.text(80)),
        "",
        80,
        repeats=True,
    ),
    Column("remarks", "备注", "Remarks", _words("说明 备注说明 附注 其他说明"), _fixed(cells.text(200)), "", 200),
)

KEYS: Final = tuple(column.key for column in COLUMNS)
BY_KEY: Final = {column.key: column for column in COLUMNS}
POSITION: Final = {key: position for position, key in enumerate(KEYS)}

IGNORED_HEADERS: Final = _words("序号 编号 No No. 行号 # 年龄 原因 退回原因 照片 相片 签名 签字 Age")
"""Headers that are never asked about: numbering, what follows from other columns, and our own column of reasons."""

REASON_HEADER: Final = "退回原因"
"""Head of the column that a workbook of rejected rows ends with; ignored when it comes back."""
