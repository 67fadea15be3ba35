"""Addresses of pages about units."""

from django.urls import path

from corps.views import trail, units

urlpatterns = [
    path("units/search/", units.search, name="unit_search"),
    path("u/<str:code>/units/", units.units, name="units"),
    path("u/<str:code>/units/below/", units.below, name="units_below"),
    path("u/<str:code>/trail/", trail.trail, name="trail"),
    path("acts/<uuid:act_id>/", trail.act, name="act"),
]
