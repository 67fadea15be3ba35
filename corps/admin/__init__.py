"""Admin pages of the corps, for police liaison officers; importing the modules registers them."""

from corps.admin import accounts, appointments, keys, naming, places, posts, trail

__all__ = ["accounts", "appointments", "keys", "naming", "places", "posts", "trail"]
