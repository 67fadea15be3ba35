"""Figures say nothing about anybody: sets of members hold numbers of rows, sheets of alarms hold counts."""

from corps.personal import declare_harmless


def declare() -> None:
    """Called once, when the app is ready."""
    declare_harmless(
        {
            "stats.AlarmImport": {"counts of alarms by unit and month": "*"},
            "stats.Discrepancy": {"the name of a figure": "*"},
            "stats.MonthSet": {"numbers of rows, as a bitmap": "*"},
            "stats.OwnStock": {"a size of a thing": "*"},
            "stats.TotalStock": {"a size of a thing": "*"},
        }
    )
