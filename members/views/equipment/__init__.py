"""Pages of equipment: what is missing, who holds what, stores and their vouchers, the member's own page."""
