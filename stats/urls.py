"""Addresses of the pages that put everything together."""

from django.urls import path

from stats.views import home, result_facts, results

urlpatterns = [
    path("", home.start, name="home"),
    path("u/<str:code>/", home.home, name="unit_home"),
    path("u/<str:code>/people/", home.people, name="unit_people"),
    path("u/<str:code>/results/", results.results, name="results"),
    path("u/<str:code>/results/export/", results.export, name="results_export"),
    path("u/<str:code>/results/<slug:measure>/", result_facts.facts, name="result_facts"),
    path(
        "u/<str:code>/results/<slug:measure>/<slug:source>/<int:fact_id>/", result_facts.history, name="result_history"
    ),
]
