"""Invented people, places and units for demonstration cities.

Plain Python without Django, clock or database: a seed and a date give the same city on every machine. Nobody in it
exists; `members.demo.identity` says how identity and phone numbers are kept out of the ranges of living people.
"""
