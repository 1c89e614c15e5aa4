"""The body of a request, read no further than it is of use."""

from starlette.requests import Request


async def body(request: Request, limit: int) -> bytes:
    """Return the body of a request; of one longer than `limit` bytes, what shows that it is."""
    read = b""
    async for chunk in request.stream():
        read += chunk
        if len(read) > limit:
            break
    return read[: limit + 1]
