"""`{% load ui %}`: the product's components. `/design/` shows every one of them; each module documents its own."""

from yiwu.ui import blocks, figures, forms, maps, places, tables, words, work
from yiwu.ui.library import register

__all__ = ["blocks", "figures", "forms", "maps", "places", "register", "tables", "words", "work"]
