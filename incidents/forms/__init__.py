"""Shapes of what people enter about incidents."""
