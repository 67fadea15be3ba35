"""Roll-ups: counting changed cells again, counting everything again, and comparing what is stored with the facts.

See docs/adr/0010. The order of locks is: the roll-ups' own, then the tree in shared mode.
"""

from stats.operations.rollups.checking import check, watch
from stats.operations.rollups.differences import Difference, Found, sentence_of
from stats.operations.rollups.draining import Drained, drain, drain_all
from stats.operations.rollups.rebuilding import Rebuilt, rebuild

__all__ = [
    "Difference",
    "Drained",
    "Found",
    "Rebuilt",
    "check",
    "drain",
    "drain_all",
    "rebuild",
    "sentence_of",
    "watch",
]
