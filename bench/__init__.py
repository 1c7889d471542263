"""Measurements, each in one run with its base line. Nothing here passes or fails."""
