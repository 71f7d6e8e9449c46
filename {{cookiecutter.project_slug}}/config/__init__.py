"""The settings of every environment, and the only place that reads the environment.

config.testing is left out on purpose: it makes keys when it is imported.
"""

from __future__ import annotations

from config.base import Base
from config.development import Development
from config.environment import ConfigurationError
from config.production import Production

__all__ = ["Base", "ConfigurationError", "Development", "Production"]
