"""Which state of the tree allows what. Checks raise `Refusal` with place and remedy; all run under the tree lock."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.enums import Level
from corps.errors import Refusal
from corps.models import Account, Appointment, Grid, LevelName, Site, Term, Unit

CODE_FORM = re.compile(r"[\w.-]{1,30}")


def level_name(corps_id: int, level: int) -> str:
    """What the corps calls the level; the general word where it has none."""
    name = LevelName.objects.filter(corps_id=corps_id, level=level).values_list("name", flat=True).first()
    return name or str(Level(level).label)


def check_code(code: str) -> None:
    """A unit's code stands in addresses and in sheets: letters, digits, `.`, `_`, `-`; one unit per code for ever."""
    if not CODE_FORM.fullmatch(code):
        raise Refusal(
            _("The code “%(code)s” cannot be used.") % {"code": code},
            code="unit.code_form",
            place="code",
            remedy=_("Use 1 to 30 letters, digits, dots, hyphens or underscores."),
        )
    holder = Unit.objects.filter(code=code).values_list("name", flat=True).first()
    if holder is not None:
        raise Refusal(
            _("The code %(code)s belongs to %(unit)s.") % {"code": code, "unit": holder},
            code="unit.code_taken",
            place="code",
            remedy=_("Choose another code; codes of closed units are not given again."),
        )


def check_names(name: str, short_name: str) -> None:
    """Both names are needed: lists show the short one."""
    for value, place, limit in ((name, "name", 80), (short_name, "short_name", 30)):
        if not 0 < len(value) <= limit:
            raise Refusal(
                _("A unit needs a name and a short name."),
                code="unit.name_missing",
                place=place,
                remedy=_("Enter at most %(limit)d characters.") % {"limit": limit},
            )


def check_name_free(parent_id: int | None, name: str, *, but: int | None = None) -> None:
    """Two open units of one name under one superior cannot be told apart in a sheet; mostly it is one entered twice."""
    if parent_id is None:
        return
    twin = Unit.objects.filter(parent_id=parent_id, name=name, active_until=None).exclude(pk=but).first()
    if twin is not None:
        raise Refusal(
            _("%(unit)s exists already under this superior, with the code %(code)s.")
            % {"unit": name, "code": twin.code},
            code="unit.name_taken",
            place="name",
            remedy=_("Use the unit that exists, or give the new one another name."),
        )


def check_open(unit: Unit) -> None:
    """A closed unit is history: nothing is put into it or changed about it."""
    if unit.active_until is not None:
        raise Refusal(
            _("%(unit)s has been closed.") % {"unit": unit.name},
            code="unit.closed",
            place=unit.code,
            remedy=_("Reopen it first, or choose another unit."),
        )


def check_not_root(unit: Unit) -> None:
    """The root is the corps itself."""
    if unit.parent_id is None:
        raise Refusal(
            _("%(unit)s is the top of its corps.") % {"unit": unit.name},
            code="unit.root",
            place=unit.code,
            remedy=_("Choose a unit below it."),
        )


def check_fits(level: int, parent: Unit, *, place: str) -> None:
    """Levels may be skipped on the way down, never inverted: what hangs below a unit is of lower level."""
    if level <= parent.level:
        raise Refusal(
            _("%(unit)s is a %(level)s and cannot hang under %(parent)s, which is a %(parent_level)s.")
            % {
                "unit": place,
                "level": level_name(parent.corps_id, level),
                "parent": parent.name,
                "parent_level": level_name(parent.corps_id, parent.level),
            },
            code="unit.level_inverted",
            place=place,
            remedy=_("Choose a superior unit of a higher level."),
        )


def check_same_corps(unit: Unit, other: Unit) -> None:
    """A unit never changes its corps: words, codes and figures of two corps are not comparable."""
    if unit.corps_id != other.corps_id:
        raise Refusal(
            _("%(unit)s and %(other)s belong to different corps.") % {"unit": unit.name, "other": other.name},
            code="unit.other_corps",
            place=unit.code,
            remedy=_("Choose a unit of the same corps."),
        )


def check_not_within(unit: Unit, other: Unit) -> None:
    """`other` may be neither the unit itself nor anything below it."""
    if other.tree_id == unit.tree_id and unit.lft <= other.lft <= unit.rght:
        raise Refusal(
            _("%(other)s is %(unit)s itself or lies under it.") % {"unit": unit.name, "other": other.name},
            code="unit.within_itself",
            place=unit.code,
            remedy=_("Choose a unit outside of it."),
        )


def check_can_move(unit: Unit, parent: Unit) -> None:
    """Whether `unit`, with all below it, may hang under `parent`."""
    check_not_root(unit)
    check_open(unit)
    check_open(parent)
    check_same_corps(unit, parent)
    check_not_within(unit, parent)
    check_fits(unit.level, parent, place=unit.name)


def check_can_merge(source: Unit, target: Unit, children: Iterable[Unit]) -> None:
    """Whether `source` may be merged into `target`: its open children must fit under the target."""
    check_not_root(source)
    check_open(source)
    check_open(target)
    check_same_corps(source, target)
    check_not_within(source, target)
    misfits = [child.name for child in children if child.level <= target.level]
    if misfits:
        raise Refusal(
            _("These units cannot hang under %(unit)s, whose level is too low: %(names)s.")
            % {"unit": target.name, "names": listed(misfits)},
            code="unit.children_do_not_fit",
            place=target.code,
            remedy=_("Move them elsewhere first, or merge into a unit of a higher level."),
        )


def check_can_split(unit: Unit, children: Sequence[Unit]) -> None:
    """Whether a sibling may be made from `unit` with these of its children."""
    check_not_root(unit)
    check_open(unit)
    strangers = [child.name for child in children if child.parent_id != unit.pk or child.active_until is not None]
    if strangers:
        raise Refusal(
            _("These are not open units straight under %(unit)s: %(names)s.")
            % {"unit": unit.name, "names": listed(strangers)},
            code="unit.not_a_child",
            place=unit.code,
            remedy=_("Choose among the units straight under it."),
        )


def check_can_close(unit: Unit, today: date, further: Sequence[str] = ()) -> None:
    """Whether `unit` may be closed; `further` are obstacles an upper app has found, as parts of the sentence."""
    check_open(unit)
    obstacles = [*obstacles_to_closing(unit, today), *further]
    if obstacles:
        raise Refusal(
            _("%(unit)s cannot be closed yet: %(obstacles)s.")
            % {"unit": unit.name, "obstacles": listed(obstacles, limit=len(obstacles))},
            code="unit.in_use",
            place=unit.code,
            remedy=_("Move, end or close these first, or merge the unit into another, which takes them over."),
        )


def obstacles_to_closing(unit: Unit, today: date) -> list[str]:
    """What still hangs on the unit, each with its number."""
    not_over = ~Q(ends_on__lte=today)
    counts: list[tuple[int, Callable[[int], str]]] = [
        (
            Unit.objects.filter(parent_id=unit.pk, active_until=None).count(),
            lambda n: ngettext("%(n)d open unit below it", "%(n)d open units below it", n),
        ),
        (
            Appointment.objects.filter(not_over, unit_id=unit.pk).count(),
            lambda n: ngettext("%(n)d appointment", "%(n)d appointments", n),
        ),
        (
            Account.objects.filter(unit_id=unit.pk, is_active=True).count(),
            lambda n: ngettext("%(n)d account that is at home in it", "%(n)d accounts that are at home in it", n),
        ),
        (
            Term.objects.filter(not_over, post__unit_id=unit.pk).count(),
            lambda n: ngettext("%(n)d post that is filled", "%(n)d posts that are filled", n),
        ),
        (
            Site.objects.filter(unit_id=unit.pk, active=True).count(),
            lambda n: ngettext("%(n)d site in use", "%(n)d sites in use", n),
        ),
        (
            Grid.objects.filter(unit_id=unit.pk).count(),
            lambda n: ngettext("%(n)d grid it looks after", "%(n)d grids it looks after", n),
        ),
    ]
    return [sentence(number) % {"n": number} for number, sentence in counts if number]


def check_can_reopen(unit: Unit, parent: Unit | None) -> None:
    """Whether a closed unit may live again in its old place."""
    if unit.active_until is None:
        raise Refusal(_("%(unit)s is open.") % {"unit": unit.name}, code="unit.open", place=unit.code)
    if parent is not None and parent.active_until is not None:
        raise Refusal(
            _("%(parent)s, the superior of %(unit)s, is closed too.") % {"unit": unit.name, "parent": parent.name},
            code="unit.closed",
            place=parent.code,
            remedy=_("Reopen the superior first."),
        )


def listed(names: Sequence[str], *, limit: int = 5) -> str:
    """The names as one enumeration, shortened after `limit` with the number of the others."""
    shown = _(", ").join(names[:limit])
    rest = len(names) - limit
    return shown if rest <= 0 else _("%(names)s and %(n)d more") % {"names": shown, "n": rest}
