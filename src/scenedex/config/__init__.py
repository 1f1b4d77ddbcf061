"""Settings: read once, at the entry points, and passed down as plain arguments."""

from scenedex.config.logs import LogSettings, log_encoders
from scenedex.config.reading import read_log_settings, read_settings
from scenedex.config.settings import Settings, default_home

__all__ = ["LogSettings", "Settings", "default_home", "log_encoders", "read_log_settings", "read_settings"]
