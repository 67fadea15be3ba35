"""Every component: what it says, and that nobody's name can become markup."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from yiwu.icons import ICONS
from yiwu.ui.figures import bar_rows, spark_points

EVIL = "<script>alert(1)</script>\"'&"
SAFE = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;"


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def render(source: str, **values: Any) -> str:
    """The template with `{% load ui %}`, white space between tags squeezed."""
    text = Template("{% load ui %}" + source).render(Context({"csrf_token": "token", **values}))
    return re.sub(r"\s*\n\s*", "", text)


EVERY_TAG = [
    "{% status 'on' evil %}",
    "{% level_badge 2 evil %}",
    "{% tag evil %}",
    "{% headline 1 evil %}",
    "{% icon 'home' label=evil %}",
    "{% figure evil 5 evil change=1 versus=evil href=evil note=evil live=evil trend=two %}",
    "{% spark two evil %}",
    "{% bars rows caption=evil unit=evil %}",
    "{% chart 'c' evil words series unit=evil %}",
    "{% card title=evil note=evil id=evil %}{{ evil }}{% endcard %}",
    "{% notice kind='warn' title=evil %}{{ evil }}{% endnotice %}",
    "{% empty title=evil %}{{ evil }}{% endempty %}",
    "{% confirm id=evil title=evil action=evil button=evil %}{{ evil }}{% endconfirm %}",
    "{% dialog id=evil title=evil %}{{ evil }}{% enddialog %}",
    "{% identity name=evil code=evil note=evil %}{{ evil }}{% endidentity %}",
    "{% facts pairs %}",
    "{% timeline items %}",
    "{% masked evil evil evil %}",
    "{% revealed evil %}",
    "{% table label=evil id=evil %}{{ evil }}{% endtable %}",
    "{% column evil sort=evil %}",
    "{% chips chips label=evil %}",
    "{% pager previous=evil next=evil shown=evil %}",
    "{% selectbar table=evil %}{{ evil }}{% endselectbar %}",
    "{% button evil href=evil title=evil %}",
    "{% button evil opens=evil hx_post=evil %}",
    "{% field form.name help=evil %}",
    "{% form_fields form %}",
    "{% steps steps label=evil %}",
    "{% progress evil 1 2 unit=evil topic=evil poll=evil id=evil %}",
    "{% live evil evil events=evil reload_on=evil %}",
    "{% trail_of places %}",
    "{% unit_switcher evil %}",
    "{% map 'm' evil latitude=evil longitude=evil places=marks picks=True %}",
    "{% capture as kept %}{{ evil }}{% endcapture %}{% card actions=kept %}x{% endcard %}",
]


class EvilForm(forms.Form):
    name = forms.CharField(label=EVIL, initial=EVIL)


@pytest.mark.parametrize("source", EVERY_TAG)
def test_no_component_lets_markup_through(source: str) -> None:
    place = type("Place", (), {"name": EVIL, "url": EVIL})
    text = render(
        source,
        evil=EVIL,
        two=[1, 2],
        rows=[(EVIL, 3, EVIL), {"label": EVIL, "count": 1, "rest": True}],
        words=[EVIL, EVIL],
        series=[{"name": EVIL, "values": [1, None]}],
        pairs=[(EVIL, EVIL), (EVIL, None)],
        items=[{"at": timezone.now(), "who": EVIL, "what": EVIL, "note": EVIL, "href": EVIL}],
        chips=[{"label": EVIL, "url": EVIL, "count": 3, "removable": True}],
        form=EvilForm({"name": ""}),
        steps=[(EVIL, "now")],
        places=[place, place],
        marks=[{"name": EVIL, "kind": EVIL, "latitude": 26.9, "longitude": 112.6}],
        request=RequestFactory().get("/", {"q": EVIL}),
    )
    assert "<script>alert" not in text
    assert "alert(1)" in text, "the value must be shown, only not as markup"
    assert " style=" not in text, "inline style is refused by the content security policy"
    assert not re.search(r"\son\w+=", text), "inline handlers are refused by the content security policy"


def test_every_component_is_in_the_test_above() -> None:
    from yiwu.ui.library import register

    tested = set(re.findall(r"{%\s*(\w+)", " ".join(EVERY_TAG)))
    apart = {"when", "figures", "navigation", "unit_trail", "chart_scripts", "map_style", "map_scripts"}
    known = {name for name in register.tags if not name.startswith("end")}
    assert known - tested == apart


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(ValueError, match="no icon 'horse'"):
        render("{% icon 'horse' %}")


def test_icons_are_decoration_unless_named() -> None:
    assert 'aria-hidden="true"' in render("{% icon 'home' %}")
    assert 'role="img" aria-label="首页"' in render("{% icon 'home' label='首页' %}")
    assert "icons.svg#home" in render("{% icon 'home' %}")
    assert len(ICONS) == len(set(ICONS))


@pytest.mark.parametrize("kind", ["on", "good", "idle", "wait", "warn", "stop", "alarm"])
def test_each_status_has_shape_and_word(kind: str) -> None:
    text = render("{% status kind '在册' %}", kind=kind)
    assert "<svg" in text
    assert "在册" in text


def test_figure_names_value_unit_and_change() -> None:
    text = render("{% figure '在册人数' 124000 '人' change=12.44 href='/u/hy/roster/' %}")
    assert "12.4 万" in text
    assert 'title="124,000 人"' in text
    assert "较上月 <b>+12.4 %</b>" in text
    assert text.startswith('<a class="y-figure" href="/u/hy/roster/"')


def test_figure_without_a_value_shows_a_dash_and_no_change() -> None:
    text = render("{% figure '呼叫' None '次' note='本月未发起' %}")
    assert "y-figure-none" in text
    assert "—" in text
    assert "<b>" not in text


def test_a_change_of_nothing_is_still_said() -> None:
    assert "<b>0.0 %</b>" in render("{% figure '护学岗' 5 '场次' change=0 %}")


def test_spark_points_span_the_box_and_a_flat_line_runs_in_the_middle() -> None:
    assert spark_points([0, 5, 10]) == [(3.0, 25.0), (44.0, 14.0), (85.0, 3.0)]
    assert {y for _x, y in spark_points([7, 7, 7])} == {14.0}


def test_spark_of_one_value_draws_nothing() -> None:
    assert render("{% spark one %}", one=[4]) == ""


def test_bars_are_shares_of_the_whole_and_lengths_of_the_longest() -> None:
    rows = bar_rows([("店长", 3640), ("其他", 910)])
    assert [(row.share, row.length) for row in rows] == [("80.0 %", "100.00"), ("20.0 %", "25.00")]
    assert bar_rows([("店长", 0)])[0].share == "—"
    assert bar_rows([("店长", 25)], total=100)[0].share == "25.0 %"


def test_chart_carries_its_numbers_as_data_and_as_a_table() -> None:
    series = [{"name": "巡逻", "values": [1200, None]}]
    text = render("{% chart 'duties' '勤务' days series unit='人次' %}", days=["11-01", "11-02"], series=series)
    assert '<script id="duties-data" type="application/json">' in text
    assert '<td class="y-num">1,200</td>' in text
    assert '<td class="y-num">—</td>' in text


def test_a_chart_and_its_table_round_alike() -> None:
    series = [{"name": "工时", "values": [0.25, 3]}]
    text = render("{% chart 'hours' '工时' days series digits=1 %}", days=["11-01", "11-02"], series=series)
    assert '<td class="y-num">0.3</td>' in text
    assert '"values": [0.3, 3.0]' in text


def test_a_chart_of_six_series_is_refused() -> None:
    series = [{"name": str(number), "values": [1]} for number in range(6)]
    with pytest.raises(ValueError, match="at most 5 series"):
        render("{% chart 'c' 't' days series %}", days=["1"], series=series)


def test_a_column_sorts_forth_and_back_and_keeps_the_filters() -> None:
    request = RequestFactory().get("/", {"q": "王", "sort": "name", "after": "xyz"})
    text = render("{% column '姓名' sort='name' %}{% column '加入' sort='joined' %}", request=request)
    assert 'aria-sort="ascending"' in text
    assert "sort=-name" in text
    assert "sort=joined" in text
    assert "%E7%8E%8B" in text
    assert "after" not in text


def test_pager_shows_only_the_ways_there_are() -> None:
    text = render("{% pager next='?after=5' shown='50 人' %}")
    assert "下一页" in text
    assert "上一页" not in text


def test_button_is_a_button_a_link_or_an_opener() -> None:
    assert render("{% button '保存' %}").startswith('<button class="y-btn" type="submit">')
    assert render("{% button '返回' href='/' %}").startswith('<a class="y-btn" href="/">')
    opener = render("{% button '撤销' kind='danger' opens='undo' %}")
    assert 'data-opens="undo"' in opener
    assert 'type="button"' in opener
    assert render("{% button '导出' disabled=True hx_get='/x' name=None %}").count("name") == 0


def test_an_unknown_kind_of_button_is_an_error() -> None:
    with pytest.raises(ValueError, match="no button kind"):
        render("{% button '保存' kind='primary' %}")


class SampleForm(forms.Form):
    name = forms.CharField(label="姓名")
    phone = forms.CharField(label="手机", required=False, help_text="十一位数字")
    roles = forms.MultipleChoiceField(label="五员", choices=[("a", "甲")], widget=forms.CheckboxSelectMultiple)
    agreed = forms.BooleanField(label="同意", required=False)
    unit = forms.CharField(widget=forms.HiddenInput, initial="sg")


def test_fields_have_label_help_and_error() -> None:
    text = render("{% form_fields form %}", form=SampleForm({"name": "", "roles": ["a"]}))
    assert '<label for="id_name">姓名</label>' in text
    assert 'role="alert"' in text
    assert "（选填）" in text
    assert '<div class="y-help" id="id_phone_helptext">十一位数字</div>' in text
    assert "<legend>五员</legend>" in text
    assert '<input type="hidden" name="unit"' in text
    assert "同意" in text


def test_the_error_of_a_whole_form_stands_above_its_fields() -> None:
    form = SampleForm({"name": "王"})
    form.add_error(None, "第 12 行「身份证号」：校验位不符")
    text = render("{% form_fields form %}", form=form)
    assert text.index("第 12 行") < text.index("姓名")


def test_masked_asks_for_a_reason_only_where_there_is_a_way() -> None:
    assert "<form" not in render("{% masked '430***********0026' %}")
    text = render("{% masked '430***********0026' '/reveal/' '身份证号' %}")
    assert 'hx-post="/reveal/"' in text
    assert 'name="reason" required' in text
    assert 'value="token"' in text
    assert "显示完整的身份证号" in text


def test_confirm_posts_with_a_token_and_can_be_left() -> None:
    text = render(
        "{% confirm id='undo' title='撤销本次导入' action='/x/' button='撤销' %}<p>3,214 人</p>{% endconfirm %}"
    )
    assert '<form method="post" action="/x/">' in text
    assert 'name="csrfmiddlewaretoken" value="token"' in text
    assert "data-closes" in text
    assert "<p>3,214 人</p>" in text


def test_progress_polls_while_it_runs_and_stops_with_the_work() -> None:
    running = render("{% progress '核对' 10 100 unit='行' left=95 topic='import:1' poll='/p/' %}")
    assert 'hx-get="/p/"' in running
    assert "live:state from:body" in running
    assert "约需 2 分钟" in running
    assert '<progress aria-label="核对" max="100" value="10">' in running
    assert "hx-get" not in render("{% progress '核对' 100 100 poll='/p/' running=False %}")


def test_progress_of_unknown_length_claims_none() -> None:
    text = render("{% progress '读取' 10 None %}")
    assert "max=" not in text
    assert "/" not in re.sub(r"</?\w+[^>]*>", "", text)


def test_steps_mark_the_present_one_and_refuse_unknown_states() -> None:
    assert 'class="y-step-now" aria-current="step"' in render("{% steps s %}", s=[("读取", "done"), ("核对", "now")])
    with pytest.raises(ValueError, match="no step state"):
        render("{% steps s %}", s=[("读取", "running")])


def test_facts_say_what_is_not_recorded() -> None:
    assert "未登记" in render("{% facts rows %}", rows=[("工作单位", "")])
    assert "未登记" not in render("{% facts rows %}", rows=[("子女", 0)])


def test_the_trail_links_upward_and_ends_here() -> None:
    places = [{"name": "总队", "url": ""}, {"name": "支队", "url": "/u/sg/"}, {"name": "大队", "url": "/u/sg1/"}]
    text = render("{% trail_of places %}", places=places)
    assert '<span class="y-above">总队</span>' in text
    assert '<a href="/u/sg/">支队</a>' in text
    assert '<span aria-current="page">大队</span>' in text


def test_times_carry_the_full_moment() -> None:
    moment = dt.datetime(2022, 11, 3, 11, 30, tzinfo=dt.UTC)
    text = render("{% when at %}", at=moment)
    assert 'datetime="2022-11-03T19:30:00+08:00"' in text
    assert 'title="2022年11月3日 19:30:00"' in text
    assert render("{% when at %}", at=None) == "—"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605 MicroMessenger/8.0", "微信 · iPhone"),
        ("Mozilla/5.0 (Linux; Android 12) AppleWebKit/537 HuaweiBrowser/14 Chrome/114", "HUAWEI · Android"),
        ("curl/8", "未知设备"),
    ],
)
def test_a_browser_in_two_words(said: str, shown: str) -> None:
    assert render("{{ said|device }}", said=said) == shown
