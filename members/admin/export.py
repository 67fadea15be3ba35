"""The list of members as a file, for officers."""

from typing import Any

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.pages import ActForm, OperationPage
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.permissions import Permission
from members.admin.roster import chosen, filter_form, place_for, unit_asked
from members.exports.roster import Wish, export_roster
from members.forms.export import ExportForm

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class ExportActForm(ActForm, ExportForm):
    """The dashboard's form in the admin's dress."""


class ExportPage(OperationPage):
    """What the list shows, as a file; the same resource, scope and record as on the dashboard."""

    name = "export"
    title = _("Export")
    icon = "download"
    on_list = True
    form_class = ExportActForm
    right = Permission.MEMBER_EXPORT

    def button(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        found = super().button(request, obj)
        return {**found, "path": f"{found['path']}?{request.GET.urlencode()}" if request.GET else found["path"]}

    def form(self, request: HttpRequest, obj: Any) -> ActForm:
        place = place_for(request, Permission.MEMBER_EXPORT, unit_asked(request.GET))
        may_reveal = place is not None and place.unit.id in scope_for(request, Permission.MEMBER_REVEAL)
        data = (request.POST,) if request.method == "POST" else ()
        return ExportActForm(*data, admin=self.admin, request=request, obj=obj, may_reveal=may_reveal)

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        place = place_for(request, Permission.MEMBER_EXPORT, unit_asked(request.GET))
        found = [_("%(unit)s with everything below it.") % {"unit": place.unit.name}] if place else []
        words = [word for _name, word in filter_form(request).words()]
        typed = request.GET.get("q", "").strip()
        if typed:
            words.append(_("Search: %(typed)s") % {"typed": typed})
        return [*found, *([_("Narrowed to: %(words)s.") % {"words": "、".join(map(str, words))}] if words else [])]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        place = place_for(request, Permission.MEMBER_EXPORT, unit_asked(request.GET))
        if place is None:
            raise TypeError("who may export has a unit to export from")
        wish = Wish(
            columns=tuple(values["columns"]),
            kind=values["kind"],
            typed=request.GET.get("q", "").strip(),
            chosen=chosen(request),
            full_identity=values.get("full_identity", False),
            reason=values.get("reason", ""),
        )
        made = export_roster(actor=actor_of(request), place=place, wish=wish)
        answer = FileResponse(made.file, as_attachment=True, filename=made.name, content_type=CONTENT_TYPES[wish.kind])
        answer["Cache-Control"] = "no-store"
        return answer
