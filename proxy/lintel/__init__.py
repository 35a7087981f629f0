"""Lintel: a Postgres wire-protocol proxy that makes adding, dropping and renaming a column a non-event."""

__version__ = "0.1.0"
