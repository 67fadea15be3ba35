"""Every write of the equipment ledger. `posting` alone writes vouchers and movements."""
