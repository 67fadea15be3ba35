"""The bottom of the house: the unit tree and its places and posts, accounts and appointments, the trail."""

from corps.models.accounts import Account, ApiKey, Appointment, FormerPassword
from corps.models.keys import KeyCanary
from corps.models.places import Grid, Site, Station
from corps.models.posts import Post, Term
from corps.models.trail import ActionLog, TrailHead
from corps.models.units import Corps, LevelName, Speciality, Unit, UnitSpeciality, UnitStation

__all__ = [
    "Account",
    "ActionLog",
    "ApiKey",
    "Appointment",
    "Corps",
    "FormerPassword",
    "Grid",
    "KeyCanary",
    "LevelName",
    "Post",
    "Site",
    "Speciality",
    "Station",
    "Term",
    "TrailHead",
    "Unit",
    "UnitSpeciality",
    "UnitStation",
]
