"""Measure images and find what is missing of them, without decoding them.

Sizes come from headers alone, so that a header claiming a giant picture costs nothing. Whether the
end is there is decided by structure: a picture half grey must not be read as a report half empty.
Loops over what a file claims are bounded by constants, memory by a piece of the file.
Sources: PNG (ISO 15948), JPEG (ITU-T T.81 annex B), TIFF 6.0, the BMP headers of Windows and OS/2.
"""

import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from PIL.JpegImagePlugin import JpegImageFile


@dataclass(frozen=True, kw_only=True)
class ImageFaultError(Exception):
    """Why an image is no good."""

    fault: Literal["truncated", "damaged", "bomb"]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One picture as its header has it; a TIFF has several."""

    width: int
    height: int
    bits_per_pixel: int = 24


def measure(name: str, content: bytes, max_frames: int) -> tuple[Frame, ...]:
    """Return the pictures of a png, jpeg, tiff or bmp; raises ImageFaultError.

    At most one more than `max_frames` are looked for.
    """
    try:
        if name == "tiff":
            found = islice(_directories(content), max_frames + 1)
            frames = tuple(directory.frame for directory in found)
        else:
            frames = ({"png": _png_size, "jpeg": _jpeg_size, "bmp": _bmp_size}[name](content),)
    except (struct.error, IndexError) as error:
        raise ImageFaultError(fault="truncated") from error
    if not frames or not all(frame.width > 0 and frame.height > 0 for frame in frames):
        raise ImageFaultError(fault="damaged")
    return frames


def check_complete(name: str, content: bytes, max_frames: int) -> None:
    """Raise ImageFaultError unless all of the picture's data is there; `measure` comes first."""
    try:
        if name == "tiff":
            for directory in islice(_directories(content), max_frames):
                directory.check_complete(len(content))
        else:
            {"png": _png_complete, "jpeg": _jpeg_complete, "bmp": _bmp_complete}[name](content)
    except (struct.error, IndexError) as error:
        raise ImageFaultError(fault="truncated") from error


# PNG

_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PNG_DEPTHS = (1, 2, 4, 8, 16)
_PNG_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
               (0, 1, 1, 2))  # fmt: skip
"""Adam7: first column, first row, column step, row step."""

_PROFILE_LIMIT = 16 * 1024 * 1024
"""Bytes a colour profile may unpack to; the largest in use have three megabytes."""

_PIECE_BYTES = 256 * 1024
_MAX_CHUNKS = 500_000


def _png_size(content: bytes) -> Frame:
    width, height, depth, colour = struct.unpack_from(">LLBB", content, 16)
    if content[12:16] != b"IHDR" or colour not in _PNG_CHANNELS or depth not in _PNG_DEPTHS:
        raise ImageFaultError(fault="damaged")
    return Frame(width=width, height=height, bits_per_pixel=depth * _PNG_CHANNELS[colour])


def _png_complete(content: bytes) -> None:
    """Unpack the picture's data piecewise, keeping nothing, until all its rows have come."""
    frame, interlaced = _png_size(content), content[28] == 1
    missing = _png_bytes(frame, interlaced=interlaced)
    stream = zlib.decompressobj()
    ended = False
    try:
        for kind, data in _png_chunks(content):
            if kind == b"iCCP" and _inflates_beyond(data.partition(b"\0")[2][1:], _PROFILE_LIMIT):
                raise ImageFaultError(fault="bomb")
            if kind == b"IDAT":
                missing -= _inflated_size(stream, data, missing)
            ended = ended or kind == b"IEND"
            if missing <= 0:
                return
    except zlib.error as error:
        raise ImageFaultError(fault="damaged") from error
    raise ImageFaultError(fault="damaged" if ended or stream.eof else "truncated")


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks' types and data; the last may be short."""
    position = 8
    for _ in range(_MAX_CHUNKS):
        if position + 8 > len(content):
            return
        (size,) = struct.unpack_from(">L", content, position)
        yield content[position + 4 : position + 8], content[position + 8 : position + 8 + size]
        position += 12 + size
    raise ImageFaultError(fault="damaged")


def _png_bytes(frame: Frame, *, interlaced: bool) -> int:
    """Return how many bytes the rows take, each with its filter byte."""
    total = 0
    for left, top, across, down in _PNG_PASSES if interlaced else ((0, 0, 1, 1),):
        columns = -(-max(0, frame.width - left) // across)
        rows = -(-max(0, frame.height - top) // down)
        if columns:
            total += rows * (1 + (columns * frame.bits_per_pixel + 7) // 8)
    return total


def _inflated_size(stream: "zlib._Decompress", data: bytes, enough: int) -> int:
    """Return how many bytes come out, going on until the input is used up or `enough` came."""
    size = 0
    while size < enough and not stream.eof:
        piece = len(stream.decompress(data, _PIECE_BYTES))
        size += piece
        data = stream.unconsumed_tail
        if not data and piece < _PIECE_BYTES:
            break
    return size


def _inflates_beyond(data: bytes, limit: int) -> bool:
    try:
        return _inflated_size(zlib.decompressobj(), data, limit + 1) > limit
    except zlib.error:
        return False  # readers ignore a bad profile


# JPEG

_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END = 0xDA, 0xD9
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""The marker that ends entropy-coded data: no stuffed byte, no restart."""

_MARKER = re.compile(rb"\xff[^\x00\xff]")
_MAX_SEGMENTS = 50_000


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the markers with their segments; the last is END only if it is there."""
    position, pattern = 2, _MARKER
    for _ in range(_MAX_SEGMENTS):
        found = pattern.search(content, position)
        if not found:
            return
        marker, position, pattern = content[found.end() - 1], found.end(), _MARKER
        if marker == _END:
            yield marker, b""
            return
        if marker in _BARE:
            continue
        (size,) = struct.unpack_from(">H", content, position)
        segment = content[position + 2 : position + size]
        if len(segment) < size - 2:
            return
        yield marker, segment
        position += size
        if marker == _START_OF_SCAN:
            pattern = _AFTER_SCAN
    raise ImageFaultError(fault="damaged")


def _jpeg_size(content: bytes) -> Frame:
    for marker, segment in _jpeg_segments(content):
        if marker in _START_OF_FRAME:
            depth, height, width, components = struct.unpack_from(">BHHB", segment)
            return Frame(width=width, height=height, bits_per_pixel=depth * components)
        if marker in (_START_OF_SCAN, _END):
            raise ImageFaultError(fault="damaged")
    raise ImageFaultError(fault="truncated")


def _jpeg_complete(content: bytes) -> None:
    markers = [marker for marker, _ in _jpeg_segments(content)]
    scans = markers.count(_START_OF_SCAN)
    if markers and markers[-1] == _END:
        if not scans:
            raise ImageFaultError(fault="damaged")
        return
    sequential = not (_START_OF_FRAME - {0xC0, 0xC1}).intersection(markers)
    if not (scans == 1 and sequential and _lacks_only_its_end(content)):
        raise ImageFaultError(fault="truncated")


def _lacks_only_its_end(content: bytes) -> bool:
    """Say whether a JPEG without end mark is whole otherwise; some cameras and scanners omit it.

    Decoded at an eighth with different continuations: where data is missing, they show.
    """
    plain = content.removesuffix(b"\xff")
    tails = (b"", b"\x55" * 512, b"\xaa" * 512)
    return len({_eighth(plain + tail + b"\xff\xd9") for tail in tails}) == 1


def _eighth(content: bytes) -> bytes:
    """Return the pixels of a sequential JPEG at an eighth of its size, in grey."""
    try:
        with warnings.catch_warnings(), JpegImageFile(io.BytesIO(content)) as image:
            warnings.simplefilter("ignore")
            image.draft("L", (1, 1))
            return image.tobytes()
    except (OSError, SyntaxError, ValueError) as error:
        raise ImageFaultError(fault="truncated") from error


# TIFF

_TIFF_TYPES = {1: "B", 3: "H", 4: "L"}
_WIDTH, _HEIGHT, _BITS, _STRIPS, _SAMPLES, _STRIP_SIZES = 256, 257, 258, 273, 277, 279
_TILES, _TILE_SIZES, _OLD_JPEG = 324, 325, 513
_TIFF_TAGS = frozenset({_WIDTH, _HEIGHT, _BITS, _STRIPS, _SAMPLES, _STRIP_SIZES, _TILES,
                        _TILE_SIZES, _OLD_JPEG})  # fmt: skip
_MAX_TAGS = 4096
_MAX_VALUES = 200_000
"""Strips of one picture at most; the tallest page has one a row."""


@dataclass(frozen=True, kw_only=True)
class _Directory:
    """One picture of a TIFF; tag → values, of the tags of interest."""

    tags: dict[int, tuple[int, ...]]

    @property
    def frame(self) -> Frame:
        bits = max(self.tags.get(_BITS, (1,)), default=1)
        return Frame(
            width=_first(self.tags, _WIDTH),
            height=_first(self.tags, _HEIGHT),
            bits_per_pixel=bits * (_first(self.tags, _SAMPLES) or 1),
        )

    def check_complete(self, size: int) -> None:
        """Raise ImageFaultError unless all strips or tiles lie within `size` bytes."""
        starts = self.tags.get(_STRIPS, ()) or self.tags.get(_TILES, ())
        sizes = self.tags.get(_STRIP_SIZES, ()) or self.tags.get(_TILE_SIZES, ())
        if not starts and _OLD_JPEG not in self.tags:
            raise ImageFaultError(fault="damaged")
        sizes += (1,) * (len(starts) - len(sizes))  # a lone strip may omit its size
        if any(start + count > size for start, count in zip(starts, sizes, strict=False)):
            raise ImageFaultError(fault="truncated")


def _first(tags: dict[int, tuple[int, ...]], tag: int) -> int:
    return next(iter(tags.get(tag, ())), 0)


def _directories(content: bytes) -> Iterator[_Directory]:
    """Yield the pictures' directories; a chain that bites its tail is damaged."""
    order = "<" if content[:2] == b"II" else ">"
    (offset,) = struct.unpack_from(order + "L", content, 4)
    seen: set[int] = set()
    while offset:
        if offset in seen:
            raise ImageFaultError(fault="damaged")
        seen.add(offset)
        (count,) = struct.unpack_from(order + "H", content, offset)
        if not 0 < count <= _MAX_TAGS:
            raise ImageFaultError(fault="damaged")
        yield _Directory(tags=_tags(content, offset + 2, count, order))
        (offset,) = struct.unpack_from(order + "L", content, offset + 2 + 12 * count)


def _tags(content: bytes, start: int, count: int, order: str) -> dict[int, tuple[int, ...]]:
    """Return the values of the tags of interest; more than four bytes of them lie elsewhere."""
    tags: dict[int, tuple[int, ...]] = {}
    for position in range(start, start + 12 * count, 12):
        tag, kind, values = struct.unpack_from(order + "HHL", content, position)
        if tag not in _TIFF_TAGS or kind not in _TIFF_TYPES:
            continue
        if values > _MAX_VALUES:
            raise ImageFaultError(fault="damaged")
        layout, place = f"{order}{values}{_TIFF_TYPES[kind]}", position + 8
        if struct.calcsize(layout) > 4:
            (place,) = struct.unpack_from(order + "L", content, place)
        tags[tag] = struct.unpack_from(layout, content, place)
    return tags


# BMP

_CORE_HEADER = 12
_UNCOMPRESSED = (0, 3, 6)


def _bmp_size(content: bytes) -> Frame:
    (header,) = struct.unpack_from("<L", content, 14)
    layout = "<HHHH" if header == _CORE_HEADER else "<llHH"
    width, height, _, bits = struct.unpack_from(layout, content, 18)
    return Frame(width=width, height=abs(height), bits_per_pixel=bits)


def _bmp_complete(content: bytes) -> None:
    frame = _bmp_size(content)
    start, header = struct.unpack_from("<LL", content, 10)
    compression = 0 if header == _CORE_HEADER else struct.unpack_from("<L", content, 30)[0]
    row = (frame.width * frame.bits_per_pixel + 31) // 32 * 4
    if compression in _UNCOMPRESSED and start + row * frame.height > len(content) + 3:
        raise ImageFaultError(fault="truncated")  # the last row's padding may be missing
