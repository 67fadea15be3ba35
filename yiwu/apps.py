from django.apps import AppConfig


class YiwuConfig(AppConfig):
    """The project package as an app, for its template tags."""

    name = "yiwu"
    verbose_name = "义务"
