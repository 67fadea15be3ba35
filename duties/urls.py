"""Addresses of pages about duties."""

from django.urls import path

from duties.views import attendance, mine, people, planning, results, shift, week

urlpatterns = [
    path("u/<str:code>/duties/", week.duties, name="duties"),
    path("u/<str:code>/duties/add/", week.add, name="duties_add"),
    path("u/<str:code>/duties/copy/", week.copy, name="duties_copy"),
    path("u/<str:code>/duties/undo/", week.undo, name="duties_undo"),
    path("u/<str:code>/duties/people/", people.of_unit, name="duties_people"),
    path("u/<str:code>/duties/new/", planning.new, name="shift_new"),
    path("u/<str:code>/duties/series/", planning.series, name="series_new"),
    path("shifts/<int:shift_id>/", shift.shift, name="shift"),
    path("shifts/<int:shift_id>/edit/", planning.edit, name="shift_edit"),
    path("shifts/<int:shift_id>/cancel/", planning.cancel, name="shift_cancel"),
    path("shifts/<int:shift_id>/repeat/", week.repeat, name="shift_repeat"),
    path("shifts/<int:shift_id>/people/", people.of_shift, name="shift_people"),
    path("shifts/<int:shift_id>/members/", people.put_on, name="shift_assign"),
    path("shifts/<int:shift_id>/members/<int:member_id>/off/", people.off, name="shift_take_off"),
    path("shifts/<int:shift_id>/members/<int:member_id>/replace/", attendance.replace, name="shift_replace"),
    path("shifts/<int:shift_id>/attendance/", attendance.mark, name="shift_attendance"),
    path("shifts/<int:shift_id>/results/", results.results, name="shift_results"),
    path("shifts/<int:shift_id>/photos/", results.photo_add, name="shift_photo_add"),
    path("shifts/<int:shift_id>/photos/<int:photo_id>/", results.photo, name="shift_photo"),
    path("shifts/<int:shift_id>/photos/<int:photo_id>/remove/", results.photo_remove, name="shift_photo_remove"),
    path("shifts/<int:shift_id>/close/", results.close, name="shift_close"),
    path("shifts/<int:shift_id>/reopen/", results.reopen, name="shift_reopen"),
    path("attendance/<int:attendance_id>/correct/", attendance.correction, name="attendance_correct"),
    path("my/", mine.today, name="my"),
    path("my/duties/", mine.duties, name="my_duties"),
    path("my/record/", mine.record, name="my_record"),
]
