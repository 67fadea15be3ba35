"""Every page of the admin in a browser: Chinese throughout, nothing blocked or broken, English on the switch."""

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page, expect

from corps.roles import Role
from members.logic.ledger import Line
from members.models import Holding
from tests.admin_rows import EVERY_KIND, READ_ONLY
from tests.browser.conftest import DESKTOP, SIZES, PageFor, Visitor, shoot
from tests.browser.lint import latin_words, sideways
from tests.cast import Cast
from tests.members.equipment import stage as equipment

pytestmark = pytest.mark.django_db(transaction=True)

# The cast's accounts have Latin names and its units Latin codes; IP stands in every Chinese log.
KNOWN = {"IP", "hy", "sg", "sg1", "sg11", "zx", "nobody", "admin", *(role.value for role in Role)}


def strange_words(page: Page) -> list[str]:
    """Latin words on the page; the theme draws its icons from the letters of their names, which nobody sees."""
    page.evaluate("document.querySelectorAll('.material-symbols-outlined').forEach(e => e.dataset.verbatim = '')")
    return [word for word in latin_words(page) if word not in KNOWN]


def pages_of(kind: str, key: int) -> dict[str, str]:
    """Name → address of every page about rows of the kind."""
    app, model = kind.split("_", 1)
    page: Any = next(
        found
        for one, found in admin.site._registry.items()
        if (one._meta.app_label, one._meta.model_name) == (app, model)
    )
    pages = {"list": reverse(f"admin:{kind}_changelist"), "row": reverse(f"admin:{kind}_change", args=[key])}
    if kind not in READ_ONLY:
        pages["add"] = reverse(f"admin:{kind}_add")
    if page.keeps_history:
        pages["history"] = reverse(f"admin:{kind}_history", args=[key])
    for kind_of_page in page.pages:
        operation = kind_of_page(page)
        # A file to download is no page to look at.
        if operation.name != "sample":
            args = [] if operation.on_list else [key]
            pages[operation.name] = reverse(f"admin:{operation.url_name}", args=args)
    return pages


def look(visitor: Visitor, path: str, name: str) -> None:
    """One page at both widths: Chinese throughout, nothing sideways, a picture of each."""
    page = visitor.go(path)
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        assert sideways(page) == 0, f"{path} scrolls sideways at {size} width"
        assert strange_words(page) == [], path
        shoot(page, f"admin-{name}-{size}")
    page.set_viewport_size(DESKTOP)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_page_of_a_kind(page_for: PageFor, cast: Cast, kind: str) -> None:
    row = EVERY_KIND[kind](cast, "sg11")
    visitor = page_for("liaison_hy")
    for name, path in pages_of(kind, row.pk).items():
        look(visitor, path, f"{kind}-{name}")


def test_overview_and_row_history(page_for: PageFor, cast: Cast) -> None:
    visitor = page_for("liaison_hy")
    for name, path in (("overview", reverse("admin:index")), ("rows", reverse("admin:corps_actionlog_rows"))):
        look(visitor, path, name)


def test_english_on_the_switch(page_for: PageFor, cast: Cast) -> None:
    page = page_for("liaison_hy").go(reverse("admin:corps_unit_changelist"))
    expect(page.locator("#nav-sidebar")).to_contain_text("单位")
    page.locator("#nav-sidebar-inner > div:last-child > div").last.click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("#nav-sidebar")).to_contain_text("Action log")
    expect(page.get_by_role("columnheader", name="Superior units")).to_be_visible()
    shoot(page, "admin-units-desktop-en")


def test_a_unit_is_picked_by_its_path(page_for: PageFor, cast: Cast) -> None:
    page = page_for("liaison_hy").go(reverse("admin:corps_unit_move", args=[cast.units["sg11"].pk]))
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("人民")
    page.get_by_role("option", name="石鼓支队 › 人民大队", exact=True).click()
    page.locator("#id_reason").fill("区划调整")
    shoot(page, "admin-unit-move-filled")
    page.get_by_role("button", name="调整隶属").click()
    expect(page.locator("body")).to_contain_text("一中队已改隶")
    assert cast.unit("sg11").parent_id == cast.units["sg2"].pk


def test_equipment_out_of_reach_is_asked_for_and_handed_over_by_a_tick(page_for: PageFor, cast: Cast) -> None:
    scene = equipment.build(cast)
    equipment.give(scene.store, scene.zhang, Line(scene.vest.pk, 2))
    room = equipment.store(cast, "sg2", "二大队装备室")
    visitor = page_for("liaison_hy", size="phone")
    page = visitor.go(reverse("admin:corps_unit_move", args=[cast.units["sg11"].pk]))
    expect(page.locator("body")).to_contain_text("队员1人的装备领自上级单位的仓库")
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("人民")
    page.get_by_role("option", name="石鼓支队 › 人民大队", exact=True).click()
    page.locator("#id_reason").fill("区划调整")
    page.get_by_role("button", name="调整隶属").click()
    expect(page.locator("body")).to_contain_text("超出原仓库的供应范围")
    expect(page.locator(".select2-selection")).to_be_visible()
    shoot(page, "admin-unit-move-equipment-phone")
    assert sideways(page) == 0
    assert strange_words(page) == []
    page.get_by_label("超出供应范围的装备转入新仓库").check()
    page.get_by_role("button", name="调整隶属").click()
    expect(page.locator("body")).to_contain_text("一中队已改隶")
    assert Holding.objects.get(member=scene.zhang, quantity__gt=0).store == room


def test_the_buttons_can_be_read(page_for: PageFor, cast: Cast) -> None:
    """AA: the one button of a form, and the places of the side bar, here and elsewhere."""
    page = page_for("liaison_hy").go(reverse("admin:corps_unit_add"))
    for selector in ("#submit-row button[name=_save]", "#nav-sidebar ol a.active", "#nav-sidebar ol a:not(.active)"):
        assert contrast(page, selector) >= 4.5, selector


def contrast(page: Page, selector: str) -> float:
    """Contrast (WCAG 2) of the text of an element against the first opaque colour behind it."""
    ratio: float = page.locator(selector).first.evaluate(
        """(element) => {
          const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const rgba = (colour) => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            return canvas.getImageData(0, 0, 1, 1).data;
          };
          const light = (c) => [0, 1, 2].map((i) => c[i] / 255)
            .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          let behind = element;
          while (behind.parentElement && rgba(getComputedStyle(behind).backgroundColor)[3] < 255) {
            behind = behind.parentElement;
          }
          const [a, b] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
            .map((colour) => light(rgba(colour)) + 0.05);
          return Math.max(a, b) / Math.min(a, b);
        }"""
    )
    return ratio
