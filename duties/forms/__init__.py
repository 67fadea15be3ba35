"""Shapes of what captains type."""
