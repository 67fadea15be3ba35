"""Recruitment: the public page, applying, deciding, one-time codes, recruiters."""
