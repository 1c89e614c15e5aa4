"""Letters for a generated picture: a font of 5 by 7 dots, so that no font file is needed."""

# Each letter: seven rows, five dots each, the leftmost the highest bit.
_FONT = {
    " ": "00 00 00 00 00 00 00",
    "0": "0E 11 13 15 19 11 0E",
    "1": "04 0C 04 04 04 04 0E",
    "2": "0E 11 01 06 08 10 1F",
    "3": "0E 11 01 06 01 11 0E",
    "4": "02 06 0A 12 1F 02 02",
    "5": "1F 10 1E 01 01 11 0E",
    "6": "06 08 10 1E 11 11 0E",
    "7": "1F 01 02 04 08 08 08",
    "8": "0E 11 11 0E 11 11 0E",
    "9": "0E 11 11 0F 01 02 0C",
    ":": "00 04 04 00 04 04 00",
    ".": "00 00 00 00 00 0C 0C",
    ",": "00 00 00 00 0C 04 08",
    "-": "00 00 00 0E 00 00 00",
    "'": "04 04 08 00 00 00 00",
    "&": "0C 12 14 08 15 12 0D",
    "/": "01 01 02 04 08 10 10",
    "?": "0E 11 01 06 04 00 04",
    "A": "04 0A 11 11 1F 11 11",
    "B": "1E 11 11 1E 11 11 1E",
    "C": "0E 11 10 10 10 11 0E",
    "D": "1C 12 11 11 11 12 1C",
    "E": "1F 10 10 1E 10 10 1F",
    "F": "1F 10 10 1E 10 10 10",
    "G": "0E 11 10 17 11 11 0E",
    "H": "11 11 11 1F 11 11 11",
    "I": "0E 04 04 04 04 04 0E",
    "J": "07 02 02 02 02 12 0C",
    "K": "11 12 14 18 14 12 11",
    "L": "10 10 10 10 10 10 1F",
    "M": "11 1B 15 15 11 11 11",
    "N": "11 19 15 15 13 11 11",
    "O": "0E 11 11 11 11 11 0E",
    "P": "1E 11 11 1E 10 10 10",
    "Q": "0E 11 11 11 15 12 0D",
    "R": "1E 11 11 1E 14 12 11",
    "S": "0E 11 10 0E 01 11 0E",
    "T": "1F 04 04 04 04 04 04",
    "U": "11 11 11 11 11 11 0E",
    "V": "11 11 11 11 11 0A 04",
    "W": "11 11 11 15 15 1B 11",
    "X": "11 11 0A 04 0A 11 11",
    "Y": "11 11 0A 04 04 04 04",
    "Z": "1F 01 02 04 08 10 1F",
}
_ROWS = {letter: bytes.fromhex(rows.replace(" ", "")) for letter, rows in _FONT.items()}
HIGH, WIDE = 7, 6


def write(
    luma: bytearray, width: int, at: tuple[int, int], text: str, size: int, paper: int, ink: int
) -> None:
    """Write a line of text into a luma plane at (left, top); a dot is `size` pixels.

    Letters that the font lacks are left blank, and what does not fit on the line is cut.
    """
    left, top = at
    text = text.upper()[: (width - left) // (WIDE * size)]
    dots = {"0": bytes([paper]) * size, "1": bytes([ink]) * size}
    for row in range(HIGH):
        line = b"".join(
            dots[dot] for letter in text for dot in f"{_ROWS.get(letter, _ROWS[' '])[row]:05b}0"
        )
        for y in range(top + row * size, top + (row + 1) * size):
            luma[y * width + left : y * width + left + len(line)] = line
