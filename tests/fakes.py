"""Stand-ins for what tests do not want to build in full."""

import io

from PIL import Image


def page_picture(width: int = 620, height: int = 877, colour: str = "white") -> bytes:
    """Return an upright page as WebP, of one colour."""
    coded = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(coded, "WEBP", lossless=True)
    return coded.getvalue()
