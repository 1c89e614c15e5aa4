"""The demo's camera: the test programme under the name of the cue on air, published like any other.

`python -m server.demo.camera URL SHOW` publishes to the address in the first line of its standard
input, writes captions with the token in the second one, and runs until that is closed.
"""

import asyncio
import sys
import threading
from contextlib import suppress

import av.logging
from websockets.exceptions import WebSocketException

from server.demo.client import Client
from server.demo.interpreter import interpret
from server.media.programme import AGAIN_SECONDS, Programme, Shape

NO_CUE = "Luyan"


def title(client: Client) -> str:
    """Return what the picture is called now: the cue on air, or its slot's topic."""
    held = client.records
    cue = held.get(f"cue/{held.get('stage/main', {}).get('on_air')}", {})
    slot = held.get(f"slot/{cue.get('slot')}", {})
    return str(cue.get("title") or slot.get("topic") or cue.get("kind") or NO_CUE)


async def follow(client: Client, programme: Programme) -> None:
    """Keep the title true until cancelled; come back whenever the server was away."""
    while True:
        with suppress(OSError, TimeoutError, WebSocketException):
            async with client:
                while client.connected:
                    programme.title = title(client)
                    with suppress(TimeoutError):
                        await client.wait(lambda: title(client) != programme.title)
        await asyncio.sleep(AGAIN_SECONDS)


def publish(programme: Programme, address: str) -> None:
    """Publish until ended; come back whenever the stream was not taken."""
    while not programme.ended.is_set():
        with suppress(OSError):
            programme.publish(address)
        programme.ended.wait(AGAIN_SECONDS)


async def run(url: str, show: str, address: str, token: str) -> None:
    """Follow, publish and interpret until standard input is closed."""
    programme = Programme(Shape(), NO_CUE)
    publishing = threading.Thread(target=publish, args=(programme, address))
    # The view of a screen: a camera is not one of the audience.
    following = asyncio.create_task(follow(Client(url, show, "stage"), programme))
    interpreting = asyncio.create_task(interpret(url, show, token))
    publishing.start()
    try:
        await asyncio.to_thread(sys.stdin.read)
    finally:
        programme.ended.set()
        following.cancel()
        interpreting.cancel()
        await asyncio.to_thread(publishing.join)


if __name__ == "__main__":
    av.logging.set_level(av.logging.ERROR)
    with suppress(KeyboardInterrupt):
        told = (sys.stdin.readline().strip(), sys.stdin.readline().strip())
        asyncio.run(run(sys.argv[1], sys.argv[2], *told))
