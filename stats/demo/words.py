"""What is written into invented shifts and incidents: routes, accounts and outcomes, without anybody's name."""

from __future__ import annotations

from random import Random

ROUTES = {
    "patrol": ("{place}周边主次干道", "{place}—背街小巷—{place}", "{place}至居民小区环线"),
    "night": ("{place}夜宵街区", "{place}周边商圈", "{place}烧烤夜市一条街"),
    "forest": ("{place}后山林区防火卡口", "{place}林缘村组", "{place}进山路口"),
    "school": ("{place}校门口",),
    "event": ("{place}文体活动现场外围", "{place}群众文艺汇演现场", "{place}龙舟赛沿线", "{place}招聘会现场"),
    "commercial": ("{place}商场促销活动现场", "{place}展销会入口", "{place}开业活动外围"),
    "traffic": ("{place}路口", "{place}斑马线"),
    "epidemic": ("{place}便民服务点", "{place}卡口", "{place}登记点"),
    "vaccination": ("{place}疫苗接种点", "疫苗接种中心（{place}轮值）"),
    "mass-testing": ("{place}核酸采样点",),
    "publicity": ("{place}入户宣传", "{place}广场宣传点"),
    "rescue": ("{place}备勤点",),
    "control": ("{place}沿街商铺安全检查", "{place}出租屋隐患排查"),
    "activity": ("{place}志愿服务活动",),
}
SUMMARIES = {
    "patrol": ("巡逻途中一切正常。", "劝离占道停放车辆，提醒商户关好门窗。", "检查楼道消防通道，劝导飞线充电。"),
    "night": ("劝导酒后滞留人员返家，现场秩序良好。", "夜市人流平稳，未发生警情。"),
    "forest": ("劝阻携带火种进山，登记进山人员。", "巡查林区坟场，未发现野外用火。"),
    "school": ("护送学生过马路，上下学秩序良好。", "劝离校门口违停车辆，学生安全通行。"),
    "event": ("引导人流，维护出入口秩序，活动安全结束。",),
    "commercial": ("维护现场排队秩序，未发生拥挤。",),
    "traffic": ("劝导骑乘电动车佩戴头盔，路口通行有序。",),
    "epidemic": ("协助登记和维持排队秩序。",),
    "publicity": ("发放反诈宣传资料，指导安装反诈应用。",),
    "rescue": ("备勤待命，装备检查完好。",),
    "control": ("发现隐患当场督促整改。",),
    "activity": ("活动顺利完成。",),
}

# Category → (account, outcome); `{place}` is where it happened.
INCIDENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "dispute": (
        ("{place}两户居民因楼上漏水发生争吵，队员到场劝开双方。", "约定共同请人检修，费用各半，双方握手言和。"),
        ("{place}两名车主因停车位发生口角，围观人员较多。", "劝离围观人员，双方各让一步，当场化解。"),
        ("{place}顾客与店主因商品退换发生争执。", "店主同意退款，双方无异议。"),
        ("{place}邻里因夜间噪音发生纠纷，情绪激动。", "商定二十二时后不再使用音响，当场化解。"),
        ("{place}务工人员因工资结算与雇主争吵。", "雇主当场结清工资，双方签字确认。"),
        ("{place}家庭成员因赡养问题争吵，邻居求助。", "队员与社区民警共同调解，达成赡养约定。"),
        ("{place}两名骑手因碰擦发生推搡。", "分开劝导，互不追究，当场化解。"),
    ),
    "clue": (
        ("{place}发现有人深夜多次拉拽车门，队员记下体貌特征。", "线索已移交派出所。"),
        ("{place}有人兜售来历不明的电动车。", "线索已移交派出所核查。"),
        ("{place}一出租屋夜间人员频繁出入，疑似聚众赌博。", "线索已移交派出所核查。"),
        ("{place}有人冒充客服诱导老人转账。", "劝阻转账，线索已移交反诈中心。"),
    ),
    "case": (
        ("根据队员提供的线索，派出所在{place}查获盗窃电动车嫌疑人。", "案件告破，被盗车辆已返还。"),
        ("队员在{place}认出协查通报中的人员并持续守候。", "民警到场将其抓获。"),
        ("队员提供{place}一带的沿街录像，锁定砸窗盗窃嫌疑人。", "案件告破。"),
    ),
    "hazard": (
        ("{place}楼道堆放杂物，堵塞消防通道。", "当场清理完毕。"),
        ("{place}电动车飞线充电。", "线路已拆除，车主移至充电棚。"),
        ("{place}人行道井盖缺失。", "设置警示并通知市政，当日修复。"),
        ("{place}围墙开裂，有倒塌危险。", "拉起警戒线，产权单位已加固。"),
    ),
    "rescue": (
        ("{place}有人落水，队员抛出救生圈。", "落水者获救，送医检查无大碍。"),
        ("{place}一老人晕倒路边，队员实施急救。", "移交急救车，老人已苏醒。"),
        ("{place}居民家中冒烟，队员协助疏散楼上住户。", "火情扑灭，无人受伤。"),
    ),
    "missing": (
        ("{place}一名老人走失，家属求助，队员分路寻找。", "在公交站找到，已交家属。"),
        ("{place}一名儿童与家长走散。", "二十分钟后找到，已交家长。"),
    ),
    "help": (
        ("{place}居民忘带钥匙，屋内炉灶未关。", "联系开锁并关闭炉灶。"),
        ("{place}老人行动不便，请求协助就医。", "护送至医院。"),
        ("{place}车辆抛锚影响通行。", "协助推至路边并疏导交通。"),
    ),
    "assist": (
        ("协助民警处置{place}一起打架警情，维护现场。", "当事人已带回派出所处理。"),
        ("协助民警封控{place}小区出入口。", "嫌疑人已被控制。"),
    ),
    "information": (
        ("{place}新增出租房屋，租客尚未登记。", "已报社区民警。"),
        ("{place}夜间照明损坏，群众出行不便。", "已报有关部门。"),
    ),
    "publicity": (
        ("在{place}开展防范电信诈骗宣传，讲解冒充客服、刷单等手法。", "群众现场咨询踊跃。"),
        ("在{place}开展防溺水安全宣传。", "向学生和家长讲解安全知识。"),
        ("在{place}开展法律知识宣讲。", "解答邻里、劳动等方面的咨询。"),
        ("在{place}开展防火用电安全宣传。", "逐户提醒用火用电安全。"),
        ("在{place}开展禁毒宣传。", "展示仿真样品，讲解危害。"),
    ),
    "environment": (("{place}水面有油污漂浮。", "已报生态环境部门处置。"),),
    "work": (("发布短视频《{place}义警的一天》。", "已在平台发布。"), ("发布图文《平安{place}》。", "已在平台发布。")),
    "other": (("{place}群众反映问题一件。", "已转有关部门。"),),
}
REMARKS_RETURNED = ("请补充处置经过和结果。", "地点不清，请写明小区和楼栋。", "请核对发生时间后重新提交。")
REASONS_CANCELLED = ("遇暴雨红色预警，勤务取消。", "活动改期，勤务取消。")


def route(rng: Random, category: str, kind: str, place: str) -> str:
    """Where a shift goes or stands; kinds with words of their own come before their category."""
    choices = ROUTES.get(kind) or ROUTES.get(category) or ROUTES["activity"]
    return rng.choice(choices).format(place=place)[:200]


def summary(rng: Random, category: str) -> str:
    """What was done on a shift."""
    return rng.choice(SUMMARIES.get(category, SUMMARIES["activity"]))


def incident(rng: Random, category: str, place: str) -> tuple[str, str]:
    """Give the account and the outcome of an incident."""
    account, outcome = rng.choice(INCIDENTS.get(category, INCIDENTS["other"]))
    return account.format(place=place), outcome
