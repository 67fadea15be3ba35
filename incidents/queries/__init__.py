"""Public reads of the incident log."""
