"""The base of every value that crosses a room or a wire."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of the upright page, origin top left."""


class Value(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
