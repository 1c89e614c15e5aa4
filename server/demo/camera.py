"""The demo's cameras: the studio's, a test programme under the name of the cue on air, and that of
one presenter, who is cut to when their pitch begins.

`python -m server.demo.camera URL SHOW` publishes to the addresses in the first two lines of its
standard input, writes captions with the token in the third one, and runs until that is closed.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import av.logging
from websockets.exceptions import WebSocketException

from server.demo import ON_CAMERA
from server.demo.client import Client
from server.demo.interpreter import interpret
from server.media.programme import AGAIN_SECONDS, Programme, Shape

NO_CUE = "Luyan"
PRESENTERS_SHAPE = Shape(fps=15, bit_rate=300_000, light=True)


def title(client: Client) -> str:
    """Return what the picture is called now: the cue on air, or its slot's topic."""
    held = client.records
    cue = held.get(f"cue/{held.get('stage/main', {}).get('on_air')}", {})
    slot = held.get(f"slot/{cue.get('slot')}", {})
    return str(cue.get("title") or slot.get("topic") or cue.get("kind") or NO_CUE)


async def follow(client: Client, programme: Programme, called: Callable[[Client], str]) -> None:
    """Keep the title true until cancelled; come back whenever the server was away."""
    while True:
        with suppress(OSError, TimeoutError, WebSocketException):
            async with client:
                while client.connected:
                    programme.title = called(client)
                    with suppress(TimeoutError):
                        await client.wait(lambda: called(client) != programme.title)
        await asyncio.sleep(AGAIN_SECONDS)


def publish(programme: Programme, address: str) -> None:
    """Publish until ended; come back whenever the stream was not taken."""
    while not programme.ended.is_set():
        with suppress(OSError):
            programme.publish(address)
        programme.ended.wait(AGAIN_SECONDS)


def name(client: Client) -> str:
    """Return what the presenter's picture is called."""
    return str(client.records.get(f"person/{ON_CAMERA}", {}).get("name") or NO_CUE)


async def run(url: str, show: str, studio: str, presenter: str, token: str) -> None:
    """Follow, publish and interpret until standard input is closed."""
    programmes = [
        (Programme(Shape(), NO_CUE), studio, title),
        (Programme(PRESENTERS_SHAPE, NO_CUE), presenter, name),
    ]
    threads, following = [], [asyncio.create_task(interpret(url, show, token))]
    for programme, address, called in programmes:
        thread = threading.Thread(target=publish, args=(programme, address))
        thread.start()
        threads.append(thread)
        # The view of a screen: a camera is not one of the audience.
        client = Client(url, show, "stage")
        following.append(asyncio.create_task(follow(client, programme, called)))
    try:
        await asyncio.to_thread(sys.stdin.read)
    finally:
        for programme, _, _ in programmes:
            programme.ended.set()
        for task in following:
            task.cancel()
        for thread in threads:
            await asyncio.to_thread(thread.join)


if __name__ == "__main__":
    av.logging.set_level(av.logging.ERROR)
    with suppress(KeyboardInterrupt):
        lines = [sys.stdin.readline().strip() for _ in range(3)]
        asyncio.run(run(sys.argv[1], sys.argv[2], *lines))
