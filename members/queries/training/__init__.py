"""Reads of training for doors: sessions, certificates, the catalogue, and a member's own."""
