"""How the admin site looks: the product's colours, mark and places in the terms of its theme.

Imported by the settings, so it names functions by their path instead of importing them.
"""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

# Night navy carries structure and the one button; its light tone is read on dark. Greys are those of tokens.css.
NAVY = {
    "50": "#f4f7fc",
    "100": "#e4ebf6",
    "200": "#c9d6ec",
    "300": "#a8c3ff",
    "400": "#8fb2f5",
    "500": "#8fb2f5",
    "600": "#163f8f",
    "700": "#14306a",
    "800": "#15274b",
    "900": "#0c1a36",
    "950": "#070e1d",
}
GREY = {
    "50": "#f7f8fa",
    "100": "#f2f4f7",
    "200": "#dce1e8",
    "300": "#c9d1dc",
    "400": "#8b99ae",
    "500": "#5f6b7e",
    "600": "#4a5669",
    "700": "#2a3d64",
    "800": "#1a2740",
    "900": "#121c2f",
    "950": "#0b1322",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Yiwu administration"),
    "SITE_HEADER": _("Yiwu administration"),
    "SITE_URL": "/",
    "SITE_ICON": lambda _request: static("img/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("img/favicon.svg")}],
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "4px",
    "COLORS": {
        "primary": NAVY,
        "base": GREY,
        "font": {
            "subtle-light": "var(--color-base-500)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-600)",
            "default-dark": "var(--color-base-300)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
    "STYLES": [lambda _request: static("css/tokens.css"), lambda _request: static("css/admin.css")],
    "SCRIPTS": [lambda _request: static("js/admin.js")],
    "ENVIRONMENT": "yiwu.admin_menu.environment",
    "ACCOUNT": {"navigation": "yiwu.admin_menu.account_links"},
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "yiwu.admin_menu.navigation"},
}
