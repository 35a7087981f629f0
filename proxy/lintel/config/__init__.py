"""Configuration: files, environment and options, read once into frozen values. Knows no SQL and no session."""

from lintel.config.errors import ConfigError

__all__ = ["ConfigError"]
