"""The roster as lists: scoped, searched, filtered, a page at a time, without counting and without model instances."""

from members.queries.roster.filters import Insured, Missing, RosterFilter
from members.queries.roster.listing import PAGE_SIZE, Page, Row, list_members
from members.queries.roster.scope import Within, within

__all__ = ["PAGE_SIZE", "Insured", "Missing", "Page", "RosterFilter", "Row", "Within", "list_members", "within"]
