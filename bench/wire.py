"""Websockets by hand (RFC 6455), so that reading costs a load client next to nothing."""

import base64
import os

HEAD_END = b"\r\n\r\n"
# A mask of zeros leaves the payload as it is; a mask is only there for proxies on the way.
NO_MASK = bytes(4)
# First bytes of whole frames.
TEXT, PING, PONG = 0x81, 0x89, 0x8A


def handshake(path: str, headers: dict[str, str]) -> bytes:
    """Return the request that opens a websocket at `path`."""
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + HEAD_END


def header(head: bytes, name: bytes) -> str | None:
    """Return one header of an answer that opened a websocket; ConnectionError: it did not."""
    status, *lines = head.split(b"\r\n")
    if b" 101 " not in status:
        raise ConnectionError(status.decode())
    for line in lines:
        found, _, value = line.partition(b":")
        if found.lower() == name:
            return value.strip().decode()
    return None


def text(payload: bytes) -> bytes:
    """Return a client's text frame."""
    size = len(payload)
    if size < 126:
        return bytes((TEXT, 0x80 | size)) + NO_MASK + payload
    return bytes((TEXT, 0xFE)) + size.to_bytes(2, "big") + NO_MASK + payload


def pong(ping: bytes) -> bytes:
    """Return the frame that answers a ping."""
    return bytes((PONG, 0x80 | len(ping))) + NO_MASK + ping


def split(data: bytes) -> tuple[list[bytes], list[bytes], bytes]:
    """Return the payloads of the whole text frames in `data`, those of the pings, and the rest.

    ConnectionError: the server closed the socket, or sent what it never should.
    """
    texts: list[bytes] = []
    pings: list[bytes] = []
    start, end = 0, len(data)
    while end - start >= 2:
        first, size = data[start], data[start + 1]
        body = start + 2
        if size == 126:
            body = start + 4
            size = int.from_bytes(data[start + 2 : body], "big")
        elif size == 127:
            body = start + 10
            size = int.from_bytes(data[start + 2 : body], "big")
        if body + size > end:
            break
        payload = data[body : body + size]
        if first not in {TEXT, PING}:
            raise ConnectionError(f"frame {first:#x}: {payload!r}")
        (texts if first == TEXT else pings).append(payload)
        start = body + size
    return texts, pings, data[start:]
