"""Addresses of the pages that put everything together."""

from django.urls import path

from stats.views import alarms, home, result_facts, results, stock, stock_entitled, stock_facts

urlpatterns = [
    path("", home.start, name="home"),
    path("u/<str:code>/", home.home, name="unit_home"),
    path("u/<str:code>/now/", home.now, name="unit_now"),
    path("u/<str:code>/month/", home.month, name="unit_month"),
    path("u/<str:code>/people/", home.people, name="unit_people"),
    path("u/<str:code>/alarms/", alarms.alarms, name="alarms"),
    path("u/<str:code>/alarms/new/", alarms.new, name="alarm_new"),
    path("alarm-imports/<int:import_id>/", alarms.alarm_import, name="alarm_import"),
    path("alarm-imports/<int:import_id>/apply/", alarms.apply, name="alarm_apply"),
    path("alarm-imports/<int:import_id>/discard/", alarms.discard, name="alarm_discard"),
    path("alarm-imports/<int:import_id>/undo/", alarms.undo, name="alarm_undo"),
    path("u/<str:code>/stock/", stock.stock, name="stock"),
    path("u/<str:code>/stock/entitled/", stock_entitled.entitled, name="stock_entitled"),
    path("u/<str:code>/stock/export/", stock.export, name="stock_export"),
    path("u/<str:code>/stock/<int:kind_id>/", stock_facts.facts, name="stock_facts"),
    path("u/<str:code>/results/", results.results, name="results"),
    path("u/<str:code>/results/export/", results.export, name="results_export"),
    path("u/<str:code>/results/<slug:measure>/", result_facts.facts, name="result_facts"),
    path(
        "u/<str:code>/results/<slug:measure>/<slug:source>/<int:fact_id>/", result_facts.history, name="result_history"
    ),
]
