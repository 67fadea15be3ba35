"""Admin pages of the corps: units, places, posts, accounts and the trail."""
