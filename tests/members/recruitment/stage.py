"""A corps that takes people: a notice, an open page of sg11 and of sg, and somebody who fills in the form."""

import itertools
from typing import Any

from django.test import Client

from corps.actors import SYSTEM
from members.models import JoinPage, PrivacyNotice
from members.operations.recruitment.pages import publish_notice, set_page
from tests.cast import Cast
from tests.members.roster import identity_number

NOTICE = "我们只为志愿警务收集姓名、身份证号和手机号，加密保存，离队后可申请删除。"
_numbers = itertools.count(300)


def open_page(cast: Cast, code: str = "sg11", **values: Any) -> JoinPage:
    """The unit's page, open; the corps' notice is published at the first call."""
    corps_id = cast.units[code].corps_id
    if not PrivacyNotice.objects.filter(corps=corps_id).exists():
        publish_notice(actor=SYSTEM, corps_id=corps_id, text=NOTICE)
    return set_page(
        actor=cast.actor("captain_sg"),
        unit_id=cast.units[code].pk,
        **{"is_open": True, "greeting": "欢迎街坊加入", "contact": "张队长 0734-8123456", **values},
    )


def form(**values: Any) -> dict[str, Any]:
    """What somebody sends who filled in everything; another person at each call."""
    number = next(_numbers)
    return {
        "name": "赵小兰",
        "identity": identity_number(number),
        "phone": f"137{number:08d}",
        "occupation": "shop",
        "address": "长湖路1号",
        "skills": "急救、驾驶",
        "consent": "on",
        "notice": str(PrivacyNotice.objects.latest("pk").pk),
        "website": "",
        **values,
    }


def send(client: Client, code: str = "sg11", *, address: str = "", **values: Any) -> Any:
    """Send the form, from an address of its own unless one is given."""
    number = next(_numbers)
    return client.post(
        f"/join/{code}/", form(**values), REMOTE_ADDR=address or f"10.1.{number // 250}.{number % 250 + 1}"
    )
