"""Shapes of what people enter about members."""
