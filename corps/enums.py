"""Choices of the corps; stored as short frozen codes, shown through gettext or through the corps' own words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """Rank of a unit. Levels may be skipped on the way down, never inverted; each corps has its own word for each."""

    CORPS = 1, _("Corps")
    DETACHMENT = 2, _("Detachment")
    BRIGADE = 3, _("Brigade")
    SQUAD = 4, _("Squad")


class StationKind(models.TextChoices):
    STATION = "station", _("Police station")
    POLICE_POST = "post", _("Police post")


class PostKind(models.TextChoices):
    COMMISSAR = "commissar", _("Political commissar")
    CAPTAIN = "captain", _("Captain")
    DEPUTY = "deputy", _("Deputy captain")
    INSTRUCTOR = "instructor", _("Instructor")


# A unit has one commissar and one captain at a time; deputies and instructors may be several.
SINGLE_HOLDER_POSTS = (PostKind.COMMISSAR, PostKind.CAPTAIN)


class SiteKind(models.TextChoices):
    ASSEMBLY_POINT = "assembly", _("Assembly point")
    SCHOOL = "school", _("School")
    ESTATE = "estate", _("Housing estate")
    ENTERPRISE_STATION = "enterprise", _("Enterprise station")
    MARKET = "market", _("Market or commercial street")
    STORE = "store", _("Equipment store")
    OTHER = "other", _("Other site")


class GridLevel(models.IntegerChoices):
    FIRST = 1, _("First-level grid")
    SECOND = 2, _("Second-level grid")
    THIRD = 3, _("Third-level grid")


class ActionResult(models.TextChoices):
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")
