"""Incidents, who took part, what was logged; personal data of parties stands apart, sealed."""

from incidents.models.incidents import Incident, IncidentKind, LogEntry, Participant
from incidents.models.parties import Party

__all__ = ["Incident", "IncidentKind", "LogEntry", "Participant", "Party"]
