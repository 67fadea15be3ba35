"""Every write of the unit tree; see `lock` for the one lock they share."""

from corps.operations.tree.growing import create_unit, found_corps, remove_unit
from corps.operations.tree.lock import TREE_LOCK, hold_open, hold_tree, lock_tree
from corps.operations.tree.moving import move_unit
from corps.operations.tree.particulars import change_code, edit_unit, name_level, rename_unit
from corps.operations.tree.reorganising import Merged, close_unit, merge_units, reopen_unit, split_unit
from corps.operations.tree.repairing import repair_tree

__all__ = [
    "TREE_LOCK",
    "Merged",
    "change_code",
    "close_unit",
    "create_unit",
    "edit_unit",
    "found_corps",
    "hold_open",
    "hold_tree",
    "lock_tree",
    "merge_units",
    "move_unit",
    "name_level",
    "remove_unit",
    "rename_unit",
    "reopen_unit",
    "repair_tree",
    "split_unit",
]
