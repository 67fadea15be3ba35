"""The choices of a roster: frozen codes, the names shown for them, and the words people write instead.

The codes equal the values of `members.enums` (a test holds them together); this module is plain Python so that the
process that reads files starts without Django.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from members.logic.text import ascii_form


class Term(NamedTuple):
    """One choice: its code, its Chinese and English names, and everyday synonyms."""

    code: str
    chinese: str
    english: str
    synonyms: tuple[str, ...] = ()


def _term(code: str, chinese: str, english: str, synonyms: str = "") -> Term:
    return Term(code, chinese, english, tuple(synonyms.split()))


SEX: Final = (
    _term("1", "男", "Male", "男性 男士 male m 01"),
    _term("2", "女", "Female", "女性 女士 female f 02"),
    _term("0", "未知", "Unknown", "未知的性别"),
    _term("9", "未说明", "Not stated", "未说明的性别"),
)

OCCUPATION: Final = (
    _term("guard", "保安员", "Security guard", "保安 安保 安保员 保安队员 保安队长 保安人员 门卫 小区保安"),
    _term("property", "物管员", "Property staff", "物管 物业 物业人员 物业管理 物业管理员 物业经理 物业工作人员"),
    _term("building", "楼栋长", "Building head", "楼长 楼栋负责人 单元长 楼组长 楼道长"),
    _term("shop", "店长", "Shop head", "店主 店铺负责人 商户 商铺负责人 门店负责人 老板 商家"),
    _term("courier", "快递员", "Courier", "快递 快递小哥 外卖员 外卖 外卖骑手 骑手 外卖小哥 配送员 送餐员"),
    _term("cleaner", "环卫工", "Street cleaner", "环卫 环卫工人 环卫人员 保洁 保洁员 清洁工"),
    _term("reservist", "民兵预备役", "Reservist", "民兵 预备役 预备役人员 基干民兵"),
    _term(
        "employee",
        "企业职工",
        "Company employee",
        "职工 员工 企业员工 公司职员 公司员工 职员 工人 务工 务工人员 企业 上班族",
    ),
    _term("teacher", "教师", "Teacher", "老师 教职工 教职员工 教员"),
    _term("medic", "医务人员", "Medical staff", "医生 护士 医护 医护人员 医师 卫生人员 村医 药师"),
    _term("student", "学生", "Student", "大学生 在校学生 在校大学生 在读"),
    _term("retired", "退休人员", "Retired", "退休 离退休 离退休人员 退休职工 退休干部 退休教师 离休"),
    _term("farmer", "农民", "Farmer", "务农 农户 村民 农村居民"),
    _term(
        "self", "个体经营者", "Self-employed", "个体 个体户 个体工商户 个体经营 自由职业 自由职业者 自营 经商 自主创业"
    ),
    _term(
        "civil",
        "机关事业单位人员",
        "Public-sector employee",
        "公务员 机关干部 公职人员 事业单位 事业单位人员 事业编 机关工作人员 干部 村干部 网格员"
        " 网格长 专职网格员 社区网格员 社区工作者 社工 社区干部",
    ),
    _term("other", "其他", "Other occupation", "其它 其他职业 待业 无业 退役军人 退伍军人 复员军人 转业军人"),
)

POLITICAL_STATUS: Final = (
    _term("party", "中共党员", "Party member", "党员 中国共产党党员 共产党员 正式党员 中共正式党员"),
    _term("probationary", "中共预备党员", "Probationary Party member", "预备党员"),
    _term("league", "共青团员", "Youth League member", "团员 中国共青团员 共青团"),
    _term("democratic", "民主党派", "Member of another party", "民革 民盟 民建 民进 农工党 致公党 九三学社 台盟"),
    _term("none", "无党派人士", "No party", "无党派 无党派民主人士"),
    _term("masses", "群众", "The masses", "普通群众 普通公民 居民 一般群众"),
)

EDUCATION: Final = (
    _term("primary", "小学", "Primary school", "小学及以下 小学毕业 文盲 小学文化"),
    _term("junior", "初中", "Junior secondary school", "初级中学 初中毕业 初中文化 初中及以下"),
    _term("senior", "高中", "Senior secondary school", "高级中学 高中毕业 高中文化 普高 高中/中专 高中及以下"),
    _term("vocational", "中专", "Vocational school", "中技 职高 技校 中等专科 职业高中 中专/技校 中职 中师"),
    _term("college", "大专", "Junior college", "专科 大学专科 高职 大专毕业 高职高专 专科及以上"),
    _term("bachelor", "本科", "Bachelor", "大学本科 大学 学士 本科毕业 全日制本科 大本 本科及以上"),
    _term("master", "硕士", "Master", "研究生 硕士研究生 硕士及以上"),
    _term("doctor", "博士", "Doctor", "博士研究生 博士后"),
)

STATUS: Final = (
    _term("applicant", "申请中", "Applicant", "申请 报名 待审核 待审 已报名"),
    _term("vetted", "已审查", "Vetted", "审查通过 政审通过 审核通过 已审核 背景审查通过"),
    _term("probation", "试用", "On probation", "试用期 见习 见习期 考察期 预备队员"),
    _term("active", "在队", "Active", "在岗 在册 正常 现役 在职 在队队员 正式 正式队员 服务中"),
    _term("suspended", "暂停", "Suspended", "停止 休息 请假 暂离 暂停服务 休队 停勤"),
    _term("left", "离队", "Left", "退出 退队 已退出 已离队 离职 自愿退出 注销 除名 开除 劝退 辞退 清退 已清退"),
    _term("refused", "未录用", "Not admitted", "不予录用 不录用 未通过 审查未通过 政审未通过 审核未通过 撤回申请"),
)

ROLES: Final = (
    _term("information", "情报信息员", "Information", "信息员 情报员 情报信息"),
    _term("mediation", "纠纷调解员", "Mediation", "调解员 矛盾调解员 矛盾纠纷调解员 纠纷调解 人民调解员"),
    _term("safety", "平安守护员", "Safety guard", "守护员 平安员 平安守护"),
    _term("emergency", "应急处突员", "Emergency response", "处突员 应急员 应急处突 应急处置员"),
    _term("service", "群众服务员", "Public service", "服务员 群众服务"),
)

VOCABULARIES: Final[Mapping[str, tuple[Term, ...]]] = {
    "sex": SEX,
    "occupation": OCCUPATION,
    "political_status": POLITICAL_STATUS,
    "education": EDUCATION,
    "status": STATUS,
    "roles": ROLES,
}

_NOISE: Final = re.compile(r"[\s·_\-]+|[(（][^)）]*[)）]$")


def folded(text: str) -> str:
    """The form in which words are compared: half-width, lower case, without blanks and a remark in brackets."""
    return _NOISE.sub("", ascii_form(text)).lower()


def lookup_table(terms: Iterable[Term]) -> dict[str, str]:
    """Folded label, code or synonym → code."""
    table: dict[str, str] = {}
    for term in terms:
        for word in (term.code, term.chinese, term.english, *term.synonyms):
            table.setdefault(folded(word), term.code)
    return table


def labels(terms: Iterable[Term]) -> str:
    """The Chinese names, for the sentence that tells what is allowed."""
    return "、".join(term.chinese for term in terms)
