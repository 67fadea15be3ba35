"""Addresses of pages about people."""

from django.urls import path

from members.views import exports, imports, member, roster

urlpatterns = [
    path("u/<str:code>/roster/", roster.roster, name="roster"),
    path("u/<str:code>/roster/total/", roster.total, name="roster_total"),
    path("u/<str:code>/roster/filters/", roster.save, name="filter_save"),
    path("u/<str:code>/roster/filters/<int:filter_id>/forget/", roster.forget, name="filter_forget"),
    path("u/<str:code>/roster/export/", exports.export, name="roster_export"),
    path("u/<str:code>/members/new/", member.new, name="member_new"),
    path("members/<int:member_id>/", member.member, name="member"),
    path("members/<int:member_id>/edit/", member.edit, name="member_edit"),
    path("members/<int:member_id>/identity/", member.correct_identity, name="member_identity"),
    path("members/<int:member_id>/transfer/", member.transfer, name="member_transfer"),
    path("members/<int:member_id>/status/", member.status, name="member_status"),
    path("members/<int:member_id>/reveal/", member.reveal, name="member_reveal"),
    path("u/<str:code>/imports/", imports.imports, name="imports"),
    path("u/<str:code>/imports/new/", imports.new, name="import_new"),
    path("u/<str:code>/imports/sample/", imports.sample, name="import_sample"),
    path("imports/<int:import_id>/", imports.roster_import, name="import"),
    path("imports/<int:import_id>/progress/", imports.progress, name="import_progress"),
    path("imports/<int:import_id>/answers/", imports.answer, name="import_answer"),
    path("imports/<int:import_id>/apply/", imports.apply, name="import_apply"),
    path("imports/<int:import_id>/discard/", imports.discard, name="import_discard"),
    path("imports/<int:import_id>/resume/", imports.resume, name="import_resume"),
    path("imports/<int:import_id>/undo/", imports.undo, name="import_undo"),
    path("imports/<int:import_id>/rejects/", imports.rejects, name="import_rejects"),
]
