"""Settings of the shop."""

from __future__ import annotations

from pydantic import Field

from config.core import CoreSettings
from config.fields import PositiveNumber


class ShopSettings(CoreSettings):
    """How much one account may order, and how long it may listen."""

    ORDERS_LIMIT: PositiveNumber = Field(
        1000, le=100_000, description="Orders of one account; each new one counts them."
    )
    STOCK_STREAM_SECONDS: float = Field(
        25.0, gt=0, le=60, description="Time after which a stream ends and gives its thread back."
    )
