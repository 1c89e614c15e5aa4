"""A clock that machines can read from a picture: two rows of black and white fields on its top.

The upper row holds the 32 low bits of an instant in ms, the highest bit at the left, white for 1.
The lower row holds the same inverted, so that a picture without a clock is not mistaken for one.
Each row is a fifteenth of the picture high; each field a 32nd of it wide.
"""

BITS = 32
ROWS = 15
BLACK, WHITE = 16, 235
SPAN = 1 << BITS


def draw(luma: bytearray, width: int, height: int, at: int) -> None:
    """Draw the instant `at` (ms) into the luma plane of a picture, whose rows have no padding."""
    row = height // ROWS
    for index, flip in enumerate((0, SPAN - 1)):
        bits = (at % SPAN) ^ flip
        fields = (
            bytes([WHITE if bits >> (BITS - 1 - i) & 1 else BLACK])
            * ((i + 1) * width // BITS - i * width // BITS)
            for i in range(BITS)
        )
        luma[index * row * width : (index + 1) * row * width] = b"".join(fields) * row


def read(luma: bytes, width: int, height: int, near: int, stride: int = 0) -> int | None:
    """Return the instant (ms) that a luma plane shows, None if it shows none.

    `near` is any instant within 24 days of it; `stride` is how long a row is with its padding.
    """
    stride = stride or width
    row = height // ROWS
    upper, lower = 0, 0
    for index in range(BITS):
        column = (2 * index + 1) * width // (2 * BITS)
        upper = upper << 1 | (luma[row // 2 * stride + column] > 128)
        lower = lower << 1 | (luma[(row + row // 2) * stride + column] > 128)
    if upper ^ lower != SPAN - 1:
        return None
    # The instant with these low bits that is nearest to `near`.
    return near + (upper - near + SPAN // 2) % SPAN - SPAN // 2
