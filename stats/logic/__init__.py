"""Plain values in, plain values out: periods, shapes of measures; no Django, no database, no clock."""
