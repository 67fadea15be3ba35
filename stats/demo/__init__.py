"""Invented facts for demonstration cities: shifts, attendance, incidents and police figures.

Plain Python without Django, clock or database: a scene (who serves where), a seed and a moment go in, rows come out,
the same on every machine. `published` holds the figures two corps reported; they are counted from these rows.
"""
