"""Reads of the equipment ledger: who holds what, what is missing, what is due, what a store has, and its story."""
