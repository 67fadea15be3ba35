"""Kinds of incident that volunteer-police corps commonly record; a corps takes them over and makes them its own.

The names are data, in the language of the corps: each may be renamed, taken out of use or joined by others.
"""

from typing import Final, NamedTuple

from incidents.enums import IncidentCategory as C


class DefaultKind(NamedTuple):
    """`code` is the key by which a corps' own kind is recognised when the defaults are planted again."""

    code: str
    name: str
    category: C
    asks_quantity: str = ""


DEFAULT_KINDS: Final = (
    DefaultKind("dispute", "纠纷调解", C.DISPUTE),
    DefaultKind("clue", "违法犯罪线索", C.CLUE),
    DefaultKind("clue_appeal", "线索征集反馈", C.CLUE),
    DefaultKind("hazard", "隐患排查整改", C.HAZARD),
    DefaultKind("knives", "校园管制刀具排查", C.HAZARD),
    DefaultKind("rescue", "救援救助", C.RESCUE),
    DefaultKind("water_rescue", "水上救援", C.RESCUE),
    DefaultKind("first_aid", "医疗急救", C.RESCUE),
    DefaultKind("fire", "火情处置", C.RESCUE),
    DefaultKind("missing", "走失人员寻回", C.MISSING, "寻回人数"),
    DefaultKind("help", "群众求助", C.HELP),
    DefaultKind("assist", "协助处警", C.ASSIST),
    DefaultKind("case", "协助破案", C.CASE),
    DefaultKind("information", "信息采集", C.INFORMATION),
    DefaultKind("law", "法治宣传", C.PUBLICITY),
    DefaultKind("anti_fraud", "反诈宣传", C.PUBLICITY),
    DefaultKind("anti_drug", "禁毒宣传", C.PUBLICITY),
    DefaultKind("safety", "防溺水防火宣传", C.PUBLICITY),
    DefaultKind("pollution", "水污染举报", C.ENVIRONMENT),
    DefaultKind("fishing", "非法捕捞举报", C.ENVIRONMENT),
    DefaultKind("work", "宣传作品", C.WORK, "浏览量"),
    DefaultKind("other", "其他情况", C.OTHER),
)
