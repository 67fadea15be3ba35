from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class YiwuConfig(AppConfig):
    """The project package as an app, for its template tags."""

    name = "yiwu"
    verbose_name = "义务"


class YiwuAdminConfig(AdminConfig):
    """Django's admin with our site; its pages are discovered in the apps' `admin` modules."""

    default_site = "yiwu.admin_site.YiwuAdminSite"
