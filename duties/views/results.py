"""What a shift came to: figures and words, photos, closing and opening again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import require
from corps.views.pages import settle
from duties.forms.shift import PhotoForm, ResultsForm
from duties.logic.pictures import LARGEST
from duties.models import Shift
from duties.operations.results import add_photo, close_shift, record_results, remove_photo, reopen_shift
from duties.queries.shifts import photo_of, shift_of
from duties.views.shared import attempt, shift_url
from duties.views.shift import shift_page


def _recordable(request: HttpRequest, shift_id: int) -> Shift:
    actor = actor_of(request)
    found = shift_of(actor, shift_id)
    require(actor, Permission.DUTY_RECORD, found.unit_id)
    return found


@login_required
@require_POST
def results(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Figures and a sentence; what is refused stands beside its field."""
    found = _recordable(request, shift_id)
    form = ResultsForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        done = attempt(
            form,
            lambda: record_results(
                actor=actor_of(request),
                shift_id=found.pk,
                materials=values["materials"] or 0,
                people_reached=values["people_reached"] or 0,
                summary=values["summary"],
            ),
        )
        if done is not None:
            messages.success(request, _("The results are saved."))
            return redirect(shift_url(found.pk, "results"))
    return shift_page(request, found, results_form=form)


@login_required
@require_POST
def photo_add(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Keep a picture."""
    found = _recordable(request, shift_id)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        done = attempt(
            form,
            lambda: add_photo(
                actor=actor_of(request),
                shift_id=found.pk,
                # One byte more than is allowed is enough to be refused, whatever the size of the file.
                content=form.cleaned_data["photo"].read(LARGEST + 1),
                caption=form.cleaned_data["caption"],
            ),
        )
        if done is not None:
            messages.success(request, _("The photo is kept."))
            return redirect(shift_url(found.pk, "results"))
    return shift_page(request, found, photo_form=form)


@login_required
@require_GET
def photo(request: HttpRequest, shift_id: int, photo_id: int) -> HttpResponse:
    """The picture itself; never kept by caches on the way."""
    content, content_type = photo_of(actor_of(request), shift_id, photo_id)
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Cache-Control": "private, no-store", "Content-Disposition": "inline"},
    )


@login_required
@require_POST
def photo_remove(request: HttpRequest, shift_id: int, photo_id: int) -> HttpResponse:
    """Delete a picture of a shift that is not closed."""
    found = _recordable(request, shift_id)
    return settle(
        request,
        lambda: remove_photo(actor=actor_of(request), shift_id=found.pk, photo_id=photo_id),
        shift_url(found.pk, "results"),
        _("The photo is removed."),
    )


@login_required
@require_POST
def close(request: HttpRequest, shift_id: int) -> HttpResponse:
    """From now on the shift counts."""
    found = _recordable(request, shift_id)
    return settle(
        request,
        lambda: close_shift(actor=actor_of(request), shift_id=found.pk),
        reverse("shift", args=[found.pk]),
        _("The shift is closed and counts from now on."),
    )


@login_required
@require_POST
def reopen(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Until it is closed again the shift does not count."""
    found = _recordable(request, shift_id)
    return settle(
        request,
        lambda: reopen_shift(actor=actor_of(request), shift_id=found.pk, reason=request.POST.get("reason", "")),
        reverse("shift", args=[found.pk]),
        _("The shift is open again."),
    )
