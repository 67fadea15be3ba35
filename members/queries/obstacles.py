"""What keeps members from leaving, or from going to another unit, in sentences that name the remedy."""

from collections.abc import Collection

from members.queries.equipment.holdings import obstacles as equipment_held

Obstacles = dict[int, list[str]]


def obstacles_to_leaving(member_ids: Collection[int]) -> Obstacles:
    """What each must settle before leaving the corps; who is free to go is not in the answer."""
    return _together([equipment_held(member_ids)], member_ids)


def obstacles_to_transfer(member_ids: Collection[int], unit_id: int, *, apart: Collection[int] = ()) -> Obstacles:
    """What each must settle before being at home in `unit_id`; who is free to go is not in the answer.

    Holdings `apart` are handed over by the same act.
    """
    return _together([equipment_held(member_ids, unit_id, apart=apart)], member_ids)


def _together(found: list[Obstacles], member_ids: Collection[int]) -> Obstacles:
    """Several kinds of obstacles as one list for each member, in their order."""
    both = {
        identifier: [sentence for one in found for sentence in one.get(identifier, [])] for identifier in member_ids
    }
    return {identifier: sentences for identifier, sentences in both.items() if sentences}
