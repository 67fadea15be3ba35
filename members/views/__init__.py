"""Pages about people: the roster, one member, exports, imports."""
