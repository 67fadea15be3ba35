"""Addresses of the pages that put everything together."""

from django.urls import path

from stats.views import home

urlpatterns = [
    path("", home.start, name="home"),
    path("u/<str:code>/", home.home, name="unit_home"),
    path("u/<str:code>/people/", home.people, name="unit_people"),
]
