"""Pages about units; `pages` is the frame that every page about a unit stands in."""
