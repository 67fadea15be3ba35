"""Every write of the incident log."""
