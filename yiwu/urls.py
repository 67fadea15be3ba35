"""Every door of the house: pages, sign-in, admin site, API, health."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from yiwu import design, health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(("yiwu.api", "api"))),
    path("", include("stats.urls")),
    path("", include("incidents.urls")),
    path("", include("duties.urls")),
    path("", include("members.urls")),
    path("", include("corps.urls")),
]

if not settings.PRODUCTION:
    urlpatterns.append(path("design/", design.design, name="design"))
