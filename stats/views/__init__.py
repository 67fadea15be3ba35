"""Pages that put together what all apps know."""
