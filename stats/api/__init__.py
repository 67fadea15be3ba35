"""The REST API of statistics."""
