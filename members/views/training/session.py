"""One session: who takes part, ticking who was there, scores, closing; enrolling many by ticking names."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree, scope_of
from corps.views.pages import entered, frame, refused, settle
from members.enums import SessionMode, SessionState
from members.forms.training import CorrectForm
from members.models import Certificate, Enrolment
from members.operations.training import enrolling, results
from members.operations.training.results import Mark
from members.queries.training.sessions import (
    SeenSession,
    candidates,
    certificates_from,
    enrolling_roots,
    enrolment_seen,
    require_organiser,
    session_seen,
)
from members.views.training.sessions import attempt, form_page
from members.views.training.words import place_of, result_state, session_state, story, times_of

MOST_AT_ONCE = 1000


@login_required
@require_GET
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Everything about one session, with the list of its people."""
    actor = actor_of(request)
    seen = session_seen(actor, session_id, _page_in(request))
    one = seen.session
    begun = one.starts_at <= timezone.now()
    planned = one.state == SessionState.PLANNED
    issued = certificates_from(one, (row.member_id for row in seen.rows)) if one.state == SessionState.HELD else {}
    shape, word = session_state(one)
    values: dict[str, Any] = {
        "session": one,
        "shape": shape,
        "word": word,
        "times": times_of(one),
        "particulars": _particulars(seen),
        "people": [_person(request, row, one, issued) for row in seen.rows],
        "hidden": seen.hidden,
        "may_change": seen.whole and planned,
        "may_mark": seen.whole and planned and begun and bool(seen.rows) and one.mode != SessionMode.ONLINE,
        "may_close": seen.whole and planned and begun and bool(seen.rows),
        "still_open": seen.counts["open"] if one.mode == SessionMode.ONLINE and one.ends_at > timezone.now() else 0,
        "may_enrol": seen.mine and planned,
        "scored": one.course.pass_mark is not None,
        "summary": seen.counts,
        "page": seen.page,
        "pages": seen.pages,
        "previous": f"?page={seen.page - 1}#people" if seen.page > 1 else "",
        "next": f"?page={seen.page + 1}#people" if seen.page < seen.pages else "",
        "story": story(actor, one, one.unit_id) if seen.whole else [],
    }
    unit = current_tree().nodes[one.unit_id] if _sees_unit(request, one.unit_id) else _own_unit(request, one.unit_id)
    return render(request, "members/training/session.html", frame(request, unit, "training", **values))


@login_required
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest, session_id: int) -> HttpResponse:
    """Enrol many by ticking their names; the list is searched, and of a unit below where one is chosen."""
    actor = actor_of(request)
    seen = session_seen(actor, session_id)
    roots = enrolling_roots(actor, seen.session.unit_id)
    if not seen.mine or not roots:
        raise PermissionDenied("nobody to enrol")
    back = reverse("training_session", args=[session_id])
    if request.method == "POST":
        ids = [one for one in map(number_in, request.POST.getlist("id")[:MOST_AT_ONCE]) if one is not None]
        try:
            made = enrolling.enrol(actor=actor, session_id=session_id, member_ids=ids)
        except Refusal as refusal:
            return refused(request, refusal, request.get_full_path())
        number = len(made)
        messages.success(
            request, ngettext("%(n)d person is enrolled.", "%(n)d people are enrolled.", number) % {"n": number}
        )
        return redirect(back)
    unit = _chosen_unit(request, roots)
    words = request.GET.get("q", "")[:40]
    rows, there = candidates(actor, seen.session, unit, words)
    tree = current_tree()
    values = {
        "session": seen.session,
        "times": times_of(seen.session),
        "typed": words,
        "chosen": unit,
        "below": [node for root in roots for node in (root, *tree.children(root.id)) if not node.closed],
        "people": [
            {"id": row.id, "name": row.name, "unit": tree.nodes[row.unit_id].short_name, "there": row.id in there}
            for row in rows
        ],
    }
    return render(request, "members/training/people.html", frame(request, unit, "training", **values))


@login_required
@require_POST
def withdraw(request: HttpRequest, session_id: int, member_id: int) -> HttpResponse:
    """Take an enrolment back."""
    actor = actor_of(request)
    seen = session_seen(actor, session_id)
    row = Enrolment.objects.visible_to(actor).filter(session=session_id, member=member_id).first()
    if row is not None and not (seen.whole or allowed(actor, Permission.TRAINING_RECORD, row.member.unit_id)):
        raise PermissionDenied("not among the reader's people")
    if not seen.mine:
        raise PermissionDenied("nobody to enrol")
    return settle(
        request,
        lambda: enrolling.withdraw(actor=actor, session_id=session_id, member_id=member_id),
        reverse("training_session", args=[session_id]),
        _("The enrolment is taken back."),
    )


@login_required
@require_POST
def record(request: HttpRequest, session_id: int) -> HttpResponse:
    """Save the list as the page showed it: who is ticked was there, who is not was not."""
    actor = actor_of(request)
    seen = session_seen(actor, session_id)
    require_organiser(actor, seen.session)
    back = f"{reverse('training_session', args=[session_id])}?page={_page_in(request)}#people"
    try:
        marks = _marks(request)
        changed = results.record_results(actor=actor, session_id=session_id, marks=marks)
    except Refusal as refusal:
        return refused(request, refusal, back)
    messages.success(
        request,
        ngettext("The list is saved: %(n)d change.", "The list is saved: %(n)d changes.", changed) % {"n": changed},
    )
    return redirect(back)


@login_required
@require_POST
def close(request: HttpRequest, session_id: int) -> HttpResponse:
    """Settle the session and issue the certificates."""
    actor = actor_of(request)
    seen = session_seen(actor, session_id)
    require_organiser(actor, seen.session)
    back = f"{reverse('training_session', args=[session_id])}#people"
    try:
        closed = results.close_session(actor=actor, session_id=session_id)
    except Refusal as refusal:
        return refused(request, refusal, back)
    messages.success(
        request,
        _("The session is closed: %(attended)d attended, %(passed)d passed, %(issued)d certificates were issued.")
        % {"attended": closed.attended, "passed": closed.passed, "issued": len(closed.certificates)},
    )
    return redirect(back)


@login_required
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, enrolment_id: int) -> HttpResponse:
    """Put one result of a closed session right, with a reason."""
    actor = actor_of(request)
    row = enrolment_seen(actor, enrolment_id)
    require_organiser(actor, row.session)
    form = CorrectForm(entered(request), initial={"attended": bool(row.attended), "score": row.score})
    if row.session.course.pass_mark is None:
        del form.fields["score"]
    back = f"{reverse('training_session', args=[row.session_id])}#people"
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = attempt(
            form,
            lambda: results.correct_result(
                actor=actor,
                enrolment_id=row.pk,
                attended=values["attended"],
                score=values.get("score"),
                reason=values["reason"],
            ),
        )
        if done is not None:
            messages.success(request, _("The result of %(name)s is corrected.") % {"name": row.member.name})
            return redirect(back)
    return form_page(
        request,
        current_tree().nodes[row.session.unit_id],
        form,
        heading=_("Correct the result of %(name)s") % {"name": row.member.name},
        consequence=_("Who passes gets the certificate; who no longer passes loses the one of this session."),
        button=_("Correct"),
        back=back,
    )


def _page_in(request: HttpRequest) -> int:
    return number_in(request.GET.get("page", "")) or 1


def _marks(request: HttpRequest) -> list[Mark]:
    """The list as it was sent: `row` names everybody on it, `there` who is ticked, `score-…` what they reached."""
    ticked = set(request.POST.getlist("there"))
    marks = []
    for text in request.POST.getlist("row"):
        member_id = number_in(text)
        if member_id is None:
            continue
        typed = request.POST.get(f"score-{text}", "").strip()
        score = number_in(typed[:4])
        if typed and score is None:
            # Not a number: the operation names whose it is.
            score = -1
        marks.append(Mark(member_id, attended=text in ticked, score=score))
    return marks


def _person(request: HttpRequest, row: Enrolment, one: Any, issued: dict[int, Certificate]) -> dict[str, Any]:
    shape, word = result_state(row)
    node = current_tree().nodes.get(row.member.unit_id)
    certificate = issued.get(row.member_id)
    planned = one.state == SessionState.PLANNED
    return {
        "id": row.pk,
        "member_id": row.member_id,
        "name": row.member.name,
        "unit": node.short_name if node else "",
        "by_self": row.by_self,
        "there": row.attended,
        "score": row.score,
        "shape": shape,
        "word": word,
        "number": certificate.number if certificate else "",
        "certificate_id": certificate.pk if certificate else None,
        "may_withdraw": planned
        and row.attended is None
        and (allowed(actor_of(request), Permission.TRAINING_RECORD, row.member.unit_id)),
        "may_correct": one.state == SessionState.HELD
        and allowed(actor_of(request), Permission.TRAINING_RECORD, one.unit_id),
    }


def _particulars(seen: SeenSession) -> list[tuple[str, Any]]:
    one = seen.session
    course = one.course
    found = [
        (_("Kind"), course.get_kind_display()),
        (_("Mode"), SessionMode(one.mode).label),
        (_("Organised by"), one.unit.short_name),
        (_("Place"), place_of(one)),
        (_("Teachers"), "、".join(str(teacher) for teacher in one.teachers.all())),
        (_("Hours of training"), f"{course.hours.normalize():f}"),
        (
            _("Pass mark"),
            _("%(mark)d per cent") % {"mark": course.pass_mark}
            if course.pass_mark
            else pgettext("what passes", "attendance"),
        ),
        (_("Gives the certificate"), course.certificate_kind.name if course.certificate_kind else ""),
        (pgettext("training", "Places"), one.capacity or _("any number")),
        (_("Enrolment"), _enrolment_words(one)),
        (_("Remarks"), one.remarks),
    ]
    return [(name, value) for name, value in found if value]


def _enrolment_words(one: Any) -> str:
    words = [_("by the organiser")]
    if one.open_below:
        words.append(_("by units below"))
    if one.open_to_members:
        words.append(_("by members themselves"))
    return "、".join(words)


def _sees_unit(request: HttpRequest, unit_id: int) -> bool:
    return allowed(actor_of(request), Permission.UNIT_VIEW, unit_id)


def _own_unit(request: HttpRequest, unit_id: int) -> Node:
    """A unit of the reader's below the organiser, through which the session is seen."""
    scope = scope_of(actor_of(request), Permission.TRAINING_VIEW)
    inside = set(scope.tree.within(unit_id))
    return next(scope.tree.nodes[root] for root in scope.roots if root in inside)


def _chosen_unit(request: HttpRequest, roots: list[Node]) -> Node:
    """The unit whose people are listed: one of the reader's here, or one below it."""
    tree = current_tree()
    wanted = request.GET.get("unit", "")
    for root in roots:
        for identifier in tree.within(root.id):
            if tree.nodes[identifier].code == wanted:
                return tree.nodes[identifier]
    return roots[0]
