"""Gzip in pages: what was packed once need not be packed again when something is added.

Every page is a run of deflate blocks that looks back at nothing, so pages in a row are one stream.
"""

import zlib
from collections.abc import Sequence

# A playlist is sent to each viewer every two seconds: small, and packed once for all.
LEVEL = 3
HEADER = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF))
END = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS).flush(zlib.Z_FINISH)


def packed(page: bytes) -> bytes:
    """Return the deflate blocks of a page."""
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(page) + deflate.flush(zlib.Z_FULL_FLUSH)


def joined(text: bytes, pages: Sequence[bytes]) -> bytes:
    """Return `text` as gzip has it; `pages` are its parts in order, each of them `packed`."""
    size = len(text) & 0xFFFFFFFF
    check = zlib.crc32(text).to_bytes(4, "little") + size.to_bytes(4, "little")
    return b"".join((HEADER, *pages, END, check))
