"""Exporting what the list shows."""

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node
from corps.views.pages import entered, frame, rights, unit_door
from members.exports.roster import Wish, export_roster
from members.forms.export import ExportForm
from members.forms.roster import RosterFilterForm
from members.queries.roster import Within, within

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@unit_door(Permission.MEMBER_EXPORT, refused_as="member.export")
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, unit: Node) -> HttpResponseBase:
    """Ask for columns and format; then send the file. The address carries the search and filters of the list."""
    actor = actor_of(request)
    place = within(actor, unit, Permission.MEMBER_EXPORT)
    may_reveal = rights(actor, unit.id, Permission.MEMBER_REVEAL)["member_reveal"]
    form = ExportForm(entered(request), may_reveal=may_reveal)
    if request.method == "POST" and form.is_valid():
        try:
            return _send(request, place, form)
        except Refusal as refusal:
            form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
    return _ask(request, unit, form)


def _send(request: HttpRequest, place: Within, form: ExportForm) -> FileResponse:
    values = form.cleaned_data
    typed, ids = request.GET.get("q", "").strip(), _ids(request.GET)
    filters = RosterFilterForm(request.GET, corps_id=place.unit.corps_id)
    wish = Wish(
        columns=tuple(values["columns"]),
        kind=values["kind"],
        typed="" if ids else typed,
        chosen=filters.chosen(searching=bool(typed), ids=ids),
        full_identity=values.get("full_identity", False),
        reason=values.get("reason", ""),
    )
    made = export_roster(actor=actor_of(request), place=place, wish=wish)
    answer = FileResponse(made.file, as_attachment=True, filename=made.name, content_type=CONTENT_TYPES[wish.kind])
    answer["Cache-Control"] = "no-store"
    return answer


def _ask(request: HttpRequest, unit: Node, form: ExportForm) -> HttpResponse:
    ids, typed = _ids(request.GET), request.GET.get("q", "").strip()
    what = [word for _name, word in RosterFilterForm(request.GET, corps_id=unit.corps_id).words()]
    if typed:
        what.append(_("Search: %(typed)s") % {"typed": typed})
    values = {"form": form, "what": what, "selected": len(ids)}
    return render(request, "members/export.html", frame(request, unit, "roster", **values))


def _ids(query: QueryDict) -> tuple[int, ...]:
    return tuple(number for text in query.getlist("id") if (number := number_in(text)) is not None)
