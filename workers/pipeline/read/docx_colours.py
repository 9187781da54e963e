"""What Word prints that is as good as unseen: white on white, or tiny (ECMA-376 part 1, 17.3.2)."""

from workers.pipeline.read.ooxml import Element, attribute, number

_TINY = 4
"""Half points up to which print is too small to be seen."""
_PALE = 0xE6
"""Each channel of a colour from which it is as good as white."""
_WHITE_THEMES = frozenset({"background1", "light1", "bg1", "lt1"})


def is_white(color: Element | None) -> bool:
    """Say whether a run's colour is white, or nearly so."""
    if color is None:
        return False
    if attribute(color, "themeColor") in _WHITE_THEMES:
        return True
    written = attribute(color) or ""
    try:
        channels = bytes.fromhex(written)
    except ValueError:
        return False  # auto
    return len(channels) == 3 and min(channels) >= _PALE


def lies_on_colour(shading: Element | None) -> bool:
    """Say whether a shading lays anything but white behind what stands on it."""
    if shading is None:
        return False
    fill = (attribute(shading, "fill") or "auto").casefold()
    themed = attribute(shading, "themeFill")
    white = fill in ("auto", "ffffff") and (themed is None or themed in _WHITE_THEMES)
    return not white


def is_tiny(size: Element | None) -> bool:
    """Say whether a size is too small for print to be seen."""
    return 0 < (number(size) or _TINY + 1) <= _TINY
