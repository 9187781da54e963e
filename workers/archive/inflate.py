"""Unpack compressed bytes in pieces of bounded size, whatever they claim.

The standard library's archive readers unpack bzip2 and LZMA input without a bound: four kilobytes
of bzip2 may become gigabytes in one call. Here every call has a ceiling.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

PIECE_BYTES = 64 * 1024
_LZMA_MEMORY = 160 * 1024 * 1024
"""Enough for `xz -9`; a stream may ask for 4 GiB."""

_DAMAGE = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)
"""What the decompressors raise for bad data."""


class DataError(Exception):
    """Compressed data contradicts itself."""


class IncompleteError(DataError):
    """Compressed data ends too early."""


class Decompressor(Protocol):
    """The shape of `bz2.BZ2Decompressor` and `lzma.LZMADecompressor`."""

    @property
    def eof(self) -> bool:
        """Say whether the stream has ended."""
        ...

    @property
    def needs_input(self) -> bool:
        """Say whether no more comes out without further input."""
        ...

    @property
    def unused_data(self) -> bytes:
        """Return what followed the end of the stream."""
        ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Take input and return at most `max_length` bytes."""
        ...


@dataclass(frozen=True, kw_only=True)
class Codec:
    """A way to unpack; `magic` opens every stream when several may follow each other."""

    new: Callable[[], Decompressor]
    magic: bytes = b""


class _Deflate:
    """zlib's decompressor in the shape of the others; `wbits` as in zlib."""

    def __init__(self, wbits: int) -> None:
        self._stream = zlib.decompressobj(wbits)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return not (self._full or self._stream.unconsumed_tail)

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        piece = self._stream.decompress(self._stream.unconsumed_tail + data, max_length)
        self._full = len(piece) == max_length
        return piece


DEFLATE = Codec(new=lambda: _Deflate(-15))
BZIP2_MEMBER = Codec(new=bz2.BZ2Decompressor)
GZIP = Codec(new=lambda: _Deflate(31), magic=b"\x1f\x8b")
BZIP2 = Codec(new=bz2.BZ2Decompressor, magic=b"BZh")
XZ = Codec(new=lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _LZMA_MEMORY), magic=b"\xfd7zXZ\x00")
LZMA_ALONE = Codec(new=lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, _LZMA_MEMORY))


def inflate(chunks: Iterable[bytes], codec: Codec) -> Iterator[bytes]:
    """Yield unpacked pieces of at most PIECE_BYTES; raises DataError."""
    stream: Decompressor | None = None
    begun = False
    for chunk in chunks:
        data = chunk
        while data or (stream and not stream.needs_input):
            if stream is None:
                data = data.lstrip(b"\0") if begun else data  # tapes pad between streams
                if not data:
                    break
                if begun and not (codec.magic and data.startswith(codec.magic[: len(data)])):
                    return  # gzip and its kin ignore what follows the last stream
                stream, begun = codec.new(), True
            piece = _step(stream, data)
            if piece:
                yield piece
            data = b""
            if stream.eof:
                data, stream = stream.unused_data, None
    if stream is not None or not begun:
        raise IncompleteError


def _step(stream: Decompressor, data: bytes) -> bytes:
    try:
        return stream.decompress(data, PIECE_BYTES)
    except _DAMAGE as error:
        raise DataError from error
