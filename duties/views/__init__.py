"""Pages of duties: the week of a unit, one shift, the member's own."""
