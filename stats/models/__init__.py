"""What is kept of counting: cells of days, sets of people by month, keys that wait, differences that were found."""

from stats.models.alarms import AlarmFigure, AlarmImport
from stats.models.cells import DayCell, OwnDay, TotalDay
from stats.models.dirty import Changed, Dirty
from stats.models.discrepancies import Discrepancy
from stats.models.sets import MonthSet, OwnMonth
from stats.models.stock import OwnStock, Span, StockDirty, TotalStock

__all__ = [
    "AlarmFigure",
    "AlarmImport",
    "Changed",
    "DayCell",
    "Dirty",
    "Discrepancy",
    "MonthSet",
    "OwnDay",
    "OwnMonth",
    "OwnStock",
    "Span",
    "StockDirty",
    "TotalDay",
    "TotalStock",
]
