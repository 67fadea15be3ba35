"""The living style guide at /design/: every component with invented content. Only where no real data lives."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yiwu.icons import ICONS
from yiwu.navigation import Step


class SampleForm(forms.Form):
    """One field of each layout."""

    name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="手机", required=False, help_text="十一位数字，例如 13800000000。")
    kind = forms.ChoiceField(label="勤务种类", choices=[("1", "联勤巡逻"), ("2", "护学岗")])
    roles = forms.MultipleChoiceField(
        label="五员角色",
        choices=[("info", "情报信息员"), ("mediate", "纠纷调解员"), ("guard", "平安守护员")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="备注", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label="队员已同意使用其个人信息", required=False)


def _people() -> list[dict[str, Any]]:
    rows = [
        ("张伟", "430***********1234", "138****5678", "楼栋长", "on", "执勤中"),
        ("欧阳淑华", "430***********0026", "139****1180", "保安员", "good", "在册"),
        ("李建国", "430***********4417", "137****9021", "店长", "good", "在册"),
        ("王芳", "430***********2248", "186****3345", "物管员", "wait", "待审核"),
        ("刘洋", "430***********701X", "150****6609", "快递员", "warn", "证件将到期"),
        ("陈静", "430***********1128", "158****7712", "环卫工人", "idle", "暂停"),
        ("赵强", "430***********3315", "133****4456", "退役军人", "stop", "已除名"),
    ]
    keys = ("name", "identity", "phone", "category", "kind", "word")
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _form() -> SampleForm:
    return SampleForm({"name": "", "phone": "1380000", "kind": "1", "roles": ["mediate"]})


def design(request: HttpRequest) -> HttpResponse:
    """Render the guide."""
    now = timezone.now()
    days = [timezone.localdate() - dt.timedelta(days=back) for back in range(13, -1, -1)]
    sample = {
        "trail": [
            Step("衡阳义警总队", 1, ""),
            Step("石鼓支队", 2, "#"),
            Step("青山大队", 3, "#"),
            Step("建设新村中队", 4, "#"),
        ],
        "people": _people(),
        "form": _form(),
        "icons": ICONS,
        "now": now,
        "trend": [31, 34, 30, 38, 41, 40, 46, 52, 49, 55, 61, 64],
        "flat": [12, 12, 12, 12],
        "composition": [
            ("店长", 3640, "#"),
            ("保安员", 2833, "#"),
            ("楼栋长", 2645, "#"),
            ("物管员", 278, "#"),
            {"label": "其他", "count": 4408, "rest": True},
        ],
        "chips": [
            {"label": "全部", "url": "#", "count": 13804, "active": True},
            {"label": "执勤中", "url": "#", "count": 86},
            {"label": "待审核", "url": "#", "count": 12},
            {"label": "本月新增", "url": "#", "count": 240},
            {"label": "证件将到期", "url": "#", "count": 7},
        ],
        "steps": [("读取", "done"), ("对应表头", "done"), ("核对", "now"), ("预览", "todo"), ("写入", "todo")],
        "failed_steps": [("读取", "done"), ("对应表头", "failed"), ("核对", "todo")],
        "items": [
            {"at": now, "who": "刘建军", "what": "补发反光背心一件", "note": "原背心在巡逻中破损"},
            {"at": now - dt.timedelta(days=3), "who": "刘建军", "what": "岗前培训合格", "href": "#"},
            {"at": now - dt.timedelta(days=400), "who": "青山大队", "what": "加入建设新村中队"},
        ],
        "facts": [
            ("性别", "女"),
            ("出生日期", "1968年5月2日"),
            ("职业类别", "保安员"),
            ("工作单位", "青山物业服务有限公司"),
            ("紧急联系人", ""),
        ],
        "days": [f"{day.month}-{day.day:02d}" for day in days],
        "series": [
            {"name": "联勤巡逻", "values": [120, 132, 101, 134, 90, 230, 210, 182, 191, 234, 290, 330, 310, 322]},
            {"name": "护学岗", "values": [84, 86, 85, 88, 80, 0, 0, 86, 88, 90, 87, 89, 0, 0]},
            {"name": "夜市定点", "values": [40, 42, 39, 45, 70, 96, 92, 44, 41, 45, 48, 77, 98, 97]},
        ],
        "levels": [(1, "总队"), (2, "支队"), (3, "大队"), (4, "中队")],
    }
    return render(request, "design.html", sample)
