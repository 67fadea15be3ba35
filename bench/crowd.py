"""A corps of 1,219 units and any number of invented members, made inside the database in seconds.

For measuring pages and the tree, where it matters how many rows there are and how they are spread, not what they say:
sealed values are random bytes, identity indexes are unique, names follow the skew of real ones.
"""

import datetime as dt
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from corps.actors import SYSTEM
from corps.logic.plans import CorpsPlan, Point, UnitPlan
from corps.models import Unit
from corps.operations.planting import plant
from members.logic.search import name_pinyin

DETACHMENTS: Final = 14
BRIGADES: Final = 204
SQUADS: Final = 1000
FOUNDED: Final = dt.date(2019, 1, 1)
_HERE: Final = Point(26.9, 112.6)

# Ordered by how common they are; a member's draw is squared, so that the first are drawn far more often.
SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍红玲芬燕彬鹏飞宇浩凯健俊帆雪琳倩婷宁辉建国志文海波林春梅斌晓东新生利民德清云龙生荣光成发祥友福贵根石庆良善兴旺"
    "子涵梓轩然欣怡诗雨泽睿辰博皓天佑铭晨昊逸航嘉懿萱琪语嫣可馨悦彤紫梦瑶若依佳慧颖莉璐丹晶媛蓉洁思露"
)

_PEOPLE = """
INSERT INTO members_member (
    unit_id, name, identity_sealed, identity_index, identity_tail, identity_head, sex, birth_date, phone, occupation,
    employer, address, political_status, education, skills, roles, joined_on, status, status_reason, status_on,
    emergency_name, emergency_phone, insurer, policy_number, insured_until, recruiter, remarks,
    pinyin, initials, name_grams, revision, updated_at)
SELECT
    (%(units)s::bigint[])[1 + (n %% cardinality(%(units)s::bigint[]))],
    s || a || b,
    decode(lpad(to_hex(n), 92, '59'), 'hex'), sha256(int4send(n)),
    lpad((random() * 9999)::int::text, 4, '0'), '430', 1 + n %% 2,
    date '1956-01-01' + (random() * 17500)::int,
    (ARRAY['138','139','150','151','158','159','186','187','188','199'])[1 + (random() * 9)::int]
        || lpad((random() * 99999999)::int::text, 8, '0'),
    (ARRAY['guard','property','building','shop','courier','cleaner','employee','teacher','retired','self','other',''])
        [1 + (random() * 11)::int],
    '船山物业公司', '蒸湘区长湖路' || n %% 900 || '号',
    (ARRAY['party','league','masses','masses'])[1 + (random() * 3)::int],
    (ARRAY['junior','senior','vocational','college','bachelor'])[1 + (random() * 4)::int],
    '{}', ARRAY[(ARRAY['information','mediation','safety','emergency','service'])[1 + (random() * 4)::int]],
    date '2019-01-01' + (random() * 1400)::int,
    (ARRAY['active','probation','suspended','left'])[greatest(1, (random() * 11)::int - 7)], '', date '2022-01-01',
    '李芳', '13900000000', '', '', CASE WHEN random() < 0.7 THEN date '2022-06-01' + (random() * 900)::int END, '', '',
    sp || ap || bp, left(sp, 1) || left(ap, 1) || left(bp, 1),
    CASE WHEN b = '' THEN ARRAY[s, a, s || a] ELSE ARRAY[s, a, b, s || a, a || b] END,
    n, now()
FROM (
    SELECT n,
        (%(surnames)s::text[])[1 + i] AS s, (%(surname_sounds)s::text[])[1 + i] AS sp,
        (%(given)s::text[])[1 + j] AS a, (%(given_sounds)s::text[])[1 + j] AS ap,
        CASE WHEN one THEN '' ELSE (%(given)s::text[])[1 + k] END AS b,
        CASE WHEN one THEN '' ELSE (%(given_sounds)s::text[])[1 + k] END AS bp
    FROM (
        SELECT n, floor(power(random(), 2) * cardinality(%(surnames)s::text[]))::int AS i,
            floor(power(random(), 1.5) * cardinality(%(given)s::text[]))::int AS j,
            floor(power(random(), 1.5) * cardinality(%(given)s::text[]))::int AS k,
            random() < 0.2 AS one
        FROM generate_series(%(first)s::int, %(last)s::int) AS n
    ) AS drawn
) AS named
"""


def plan() -> CorpsPlan:
    """The tree: brigades spread over the detachments, squads over the brigades."""
    words = {1: "总队", 2: "支队", 3: "大队", 4: "中队"}
    units = [_unit("B0", "", 1, "衡阳义警总队")]
    units += [_unit(f"B1-{n}", "B0", 2, f"第{n}支队") for n in range(DETACHMENTS)]
    units += [_unit(f"B2-{n}", f"B1-{n % DETACHMENTS}", 3, f"第{n}大队") for n in range(BRIGADES)]
    units += [_unit(f"B3-{n}", f"B2-{n % BRIGADES}", 4, f"第{n}中队") for n in range(SQUADS)]
    return CorpsPlan("bench", "衡阳义警总队", "430400", FOUNDED, words, units)


def _unit(code: str, parent: str, level: int, name: str) -> UnitPlan:
    return UnitPlan(code, parent, level, name, name, "430400", FOUNDED, _HERE)


def gather(members: int) -> None:
    """Bring the corps up to `members` people, evenly over its squads; plants the corps first where there is none.

    Indexes are made anew afterwards and statistics are fresh, as after a quiet night.
    """
    if not Unit.objects.filter(code="B0").exists():
        plant(actor=SYSTEM, plan=plan())
    units = list(Unit.objects.filter(code__startswith="B3-").order_by("id").values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM members_member")
        (present,) = cursor.fetchone()
        if present < members:
            with transaction.atomic():
                _insert(cursor, units, present + 1, members)
        cursor.execute("VACUUM ANALYZE members_member")
        cursor.execute("ANALYZE corps_unit")


def _insert(cursor: CursorWrapper, units: list[int], first: int, last: int) -> None:
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE tablename = 'members_member' AND indexname LIKE 'member\\_by\\_%'"
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    # Neither history nor revisions are what is measured here.
    cursor.execute("ALTER TABLE members_member DISABLE TRIGGER USER")
    cursor.execute("SELECT setseed(0.5)")
    draw: dict[str, Any] = {
        "units": units,
        "surnames": list(SURNAMES),
        "surname_sounds": [name_pinyin(character)[0] for character in SURNAMES],
        "given": list(GIVEN),
        "given_sounds": [name_pinyin(character)[0] for character in GIVEN],
        "first": first,
        "last": last,
    }
    cursor.execute(_PEOPLE, draw)
    # Foreign keys are checked at commit; a table with checks pending cannot be altered.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("ALTER TABLE members_member ENABLE TRIGGER USER")
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for _name, definition in indexes:
        cursor.execute(definition)
