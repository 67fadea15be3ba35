"""The places of the admin site: nothing that an officer may open is reachable only by those who know its address."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from corps.admin.base import ProjectAdmin
from tests.cast import Cast
from yiwu.admin_menu import PLACES, navigation


def test_every_list_has_a_place() -> None:
    lists = {
        f"{model._meta.app_label}_{model._meta.model_name}_changelist"
        for model, page in admin.site._registry.items()
        if isinstance(page, ProjectAdmin)
    }
    places = [name for _title, group in PLACES for _word, _icon, name, _permission, _text in group]
    assert lists <= set(places)
    assert len(places) == len(set(places))


@pytest.mark.django_db
@pytest.mark.parametrize(("account", "seen"), [("liaison_sg", True), ("auditor_sg", False), ("admin", False)])
def test_figures_are_offered_to_who_may_see_them(cast: Cast, account: str, seen: bool) -> None:
    request: Any = RequestFactory().get("/admin/")
    request.user = cast.actor(account)
    links = {item["link"] for group in navigation(request) for item in group["items"]}
    for name in ("stats_discrepancy", "stats_alarmfigure", "stats_alarmimport"):
        assert (reverse(f"admin:{name}_changelist") in links) is seen
