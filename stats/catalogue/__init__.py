"""What is counted: the columns that roll-ups keep, and the measures that are read from them. Each stands here once.

Recounting, roll-ups, the list of facts behind a figure, pages, API and workbooks all read these declarations, so that
no filter is written a second time.
"""

from stats.catalogue.columns import COLUMNS, SOURCES, UNKNOWN_DAY, Column, Part, Source
from stats.catalogue.measures import FIRST_PAGE, MEASURES, Adds, Group, Measure, adds_up_over_units, measures_of

__all__ = [
    "COLUMNS",
    "FIRST_PAGE",
    "MEASURES",
    "SOURCES",
    "UNKNOWN_DAY",
    "Adds",
    "Column",
    "Group",
    "Measure",
    "Part",
    "Source",
    "adds_up_over_units",
    "measures_of",
]
