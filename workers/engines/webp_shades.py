"""A page in sixteen shades → lossless WebP (VP8L, RFC 9649), runs and literals only.

libwebp takes longer for such a page than reading it, at its quickest too: it looks for colours, for
predictors and for likeness all over the picture. Print is white and a few shades; two pixels a
symbol, runs of one symbol and one Huffman code are half of the time and fewer bytes.
"""

import heapq

import numpy as np
from numpy.typing import NDArray

SHADES = 16
_LONGEST_SIDE = 2**14
_LENGTHS, _LONGEST_RUN, _SHORTEST_RUN = 24, 4096, 3
_LONGEST_CODE = 15
_SYMBOLS = 256 + _LENGTHS
_ONE_SYMBOL = "1000"
"""A code of the one symbol 0, which then takes no bits."""
_PIXEL_BEFORE = "1001"
"""A code of the one distance that runs have: symbol 1 is the pixel to the left."""
_FOUR_BITS_EACH = "0" + f"{15:04b}"[::-1] + "000" * 2 + "001" * 6 + "000" + "001" * 10 + "0"
"""A code whose lengths (0 to 15, of all symbols) are written in four bits each."""

Integers = NDArray[np.int64]
Bits = tuple[NDArray[np.uint64], Integers]
"""Values, and how many bits each takes, least bit first."""


def encode_shades(shades: NDArray[np.uint8]) -> bytes:
    """Return shades (height × width, 0 black to 15 white) as a grey WebP picture."""
    height, width = shades.shape
    if max(height, width) > _LONGEST_SIDE:
        raise ValueError(f"A WebP picture has sides of {_LONGEST_SIDE} pixels at most.")
    head = f"{width - 1:014b}"[::-1] + f"{height - 1:014b}"[::-1] + "0" + "000"
    head += "1" + "11" + f"{SHADES - 1:08b}"[::-1] + _palette() + "0"
    symbols, extra, extra_bits = _tokens(_pairs(shades).ravel())
    lengths = _code_lengths(np.bincount(symbols, minlength=_SYMBOLS))
    head += "00" + _written(lengths) + _ONE_SYMBOL * 3 + _PIXEL_BEFORE
    own = lengths[symbols]
    values = _codes(lengths)[symbols] | (extra << own.astype(np.uint64))
    data = b"\x2f" + _packed(*_joined(head, (values, own + extra_bits)))
    data += b"\0" * (len(data) % 2)
    chunk = b"WEBPVP8L" + len(data).to_bytes(4, "little") + data
    return b"RIFF" + len(chunk).to_bytes(4, "little") + chunk


def _palette() -> str:
    """Return the bits of the colour table: opaque black, then the step from shade to shade."""
    step, opaque = (f"{value:08b}"[::-1] for value in (255 // (SHADES - 1), 255))
    codes = f"1100{step}" * 3 + f"1100{opaque}" + _ONE_SYMBOL  # two symbols: 0, and that value
    return "0" + codes + "0001" + "1110" * (SHADES - 1)


def _pairs(shades: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return two neighbours a symbol, the left one in its lower bits."""
    if shades.shape[1] % 2:
        shades = np.pad(shades, ((0, 0), (0, 1)), mode="edge")
    two = np.ascontiguousarray(shades).view("<u2")
    return np.asarray(two | two >> 4, np.uint16).astype(np.uint8)


def _tokens(pixels: NDArray[np.uint8]) -> tuple[Integers, NDArray[np.uint64], Integers]:
    """Return symbols with their extra bits: a pixel, or so many more like the one before."""
    starts = np.concatenate(([0], np.flatnonzero(pixels[1:] != pixels[:-1]) + 1))
    more = np.diff(starts, append=pixels.size) - 1
    long = np.flatnonzero(more >= _SHORTEST_RUN)
    tokens = more + 1
    tokens[long] = 1 - (-more[long] // _LONGEST_RUN)
    symbols = np.repeat(pixels[starts].astype(np.int64), tokens)
    extra, bits = np.zeros(symbols.size, np.uint64), np.zeros(symbols.size, np.int64)
    runs = tokens[long] - 1
    nth = np.arange(runs.sum()) - np.repeat(np.cumsum(runs) - runs, runs)
    at = np.repeat((np.cumsum(tokens) - tokens)[long] + 1, runs) + nth
    over = np.minimum(np.repeat(more[long], runs) - _LONGEST_RUN * nth, _LONGEST_RUN) - 1
    bits[at] = np.maximum(np.frexp(over.astype(np.float64))[1] - 2, 0)
    symbols[at] = 256 + np.where(over > 3, 2 * bits[at] + (over >> bits[at]), over)
    extra[at] = over & ((1 << bits[at]) - 1)
    return symbols, extra, bits


def _code_lengths(counts: Integers) -> Integers:
    """Return the length of each symbol's Huffman code; none is longer than 15 bits."""
    counts = counts.copy()
    counts[:2] += 1  # a code has two symbols at least
    while True:
        heap = [(int(counts[at]), int(at)) for at in np.flatnonzero(counts)]
        heapq.heapify(heap)
        above: dict[int, int] = {}
        for node in range(counts.size, counts.size + len(heap) - 1):
            (few, one), (many, other) = heapq.heappop(heap), heapq.heappop(heap)
            above[one] = above[other] = node
            heapq.heappush(heap, (few + many, node))
        depths = {heap[0][1]: 0}
        for node in sorted(above, reverse=True):  # what stands above has the larger number
            depths[node] = depths[above[node]] + 1
        lengths = np.array([depths.get(at, 0) for at in range(counts.size)], np.int64)
        if lengths.max() <= _LONGEST_CODE:
            return lengths
        counts = np.where(counts > 0, (counts + 1) // 2 + 1, 0)  # rare ones become commoner


def _codes(lengths: Integers) -> NDArray[np.uint64]:
    """Return the canonical code of each symbol, its first bit lowest."""
    codes = np.zeros(lengths.size, np.uint64)
    code, before = 0, 0
    for at in np.lexsort((np.arange(lengths.size), lengths)):
        length = int(lengths[at])
        if length:
            code <<= length - before
            codes[at] = int(f"{code:0{length}b}"[::-1], 2)
            code, before = code + 1, length
    return codes


def _written(lengths: Integers) -> str:
    return _FOUR_BITS_EACH + "".join(f"{length:04b}" for length in lengths)


def _joined(head: str, rest: Bits) -> Bits:
    values = (np.frombuffer(head.encode(), np.uint8) - ord("0")).astype(np.uint64)
    return (
        np.concatenate((values, rest[0])),
        np.concatenate((np.ones(values.size, np.int64), rest[1])),
    )


def _packed(values: NDArray[np.uint64], bits: Integers) -> bytes:
    """Return values of so many bits as bytes, least bit first."""
    ends = np.cumsum(bits)
    starts = ends - bits
    word, shift = starts >> 6, (starts & 63).astype(np.uint64)
    words = np.zeros(int(ends[-1] >> 6) + 2, np.uint64)
    first = np.concatenate(([0], np.flatnonzero(np.diff(word)) + 1))
    words[word[first]] = np.bitwise_or.reduceat(values << shift, first)
    over = np.flatnonzero((starts & 63) + bits > 64)  # at most one a word
    words[word[over] + 1] |= values[over] >> (np.uint64(64) - shift[over])
    return words.astype("<u8").tobytes()[: int(-(-ends[-1] // 8))]
