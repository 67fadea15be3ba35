"""Which state of an incident allows what."""
