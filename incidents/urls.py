"""Addresses of pages about incidents."""

from django.urls import path

from incidents.views import incident, listing, merging, parties, people, person

urlpatterns = [
    path("u/<str:code>/incidents/", listing.incidents, name="incidents"),
    path("u/<str:code>/incidents/decide/", listing.decide, name="incidents_decide"),
    path("u/<str:code>/incidents/new/", incident.new, name="incident_new"),
    path("u/<str:code>/incidents/people/", people.search, name="incident_people"),
    path("incidents/<int:incident_id>/", incident.incident, name="incident"),
    path("incidents/<int:incident_id>/edit/", incident.edit, name="incident_edit"),
    path("incidents/<int:incident_id>/submit/", incident.submit, name="incident_submit"),
    path("incidents/<int:incident_id>/verify/", incident.verify, name="incident_verify"),
    path("incidents/<int:incident_id>/return/", incident.give_back, name="incident_return"),
    path("incidents/<int:incident_id>/withdraw/", incident.withdraw, name="incident_withdraw"),
    path("incidents/<int:incident_id>/void/", incident.void, name="incident_void"),
    path("incidents/<int:incident_id>/note/", incident.note, name="incident_note"),
    path("incidents/<int:incident_id>/parties/", parties.add, name="incident_party_add"),
    path("parties/<int:party_id>/edit/", parties.edit, name="incident_party_edit"),
    path("parties/<int:party_id>/remove/", parties.remove, name="incident_party_remove"),
    path("parties/<int:party_id>/reveal/", parties.reveal, name="incident_party_reveal"),
    # The one act that knows all that hangs on a member.
    path("u/<str:code>/duplicates/", merging.duplicates, name="duplicates"),
    path("members/<int:member_id>/twins/", merging.twins, name="member_twins"),
    path("members/<int:member_id>/merge/<int:into_id>/", merging.merge, name="member_merge"),
    path("members/<int:member_id>/apart/<int:other_id>/", merging.apart, name="member_apart"),
    path("apart/<int:distinction_id>/again/", merging.again, name="pair_again"),
    path("members/<int:member_id>/record/", person.record, name="member_record"),
    path("members/<int:member_id>/erase/", person.erase, name="member_erase"),
    path("my/record/file/", person.own_record, name="my_record_file"),
]
