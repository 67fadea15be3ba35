"""The incident log as other systems see and fill it."""
