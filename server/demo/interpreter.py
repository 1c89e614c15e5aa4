"""The demo's interpreters: invented captions in two languages, for as long as somebody pitches."""

import asyncio
import itertools
from contextlib import suppress

from websockets.exceptions import WebSocketException

from server.demo.client import Client
from server.demo.stock import CAPTIONS

LINE_SECONDS = 5.0
AGAIN_SECONDS = 2.0


def pitching(client: Client) -> bool:
    """Tell whether a pitch is on air."""
    held = client.records
    cue = held.get(f"cue/{held.get('stage/main', {}).get('on_air')}", {})
    return bool(cue.get("kind") == "pitch")


async def interpret(url: str, show: str, token: str) -> None:
    """Write captions until cancelled; come back whenever the server was away."""
    client = Client(url, show, "interpreter", token=token)
    while True:
        with suppress(OSError, WebSocketException):
            async with client:
                await _speak(client)
        await asyncio.sleep(AGAIN_SECONDS)


async def _speak(client: Client) -> None:
    for line in itertools.cycle(CAPTIONS):
        while not pitching(client):
            with suppress(TimeoutError):
                await client.wait(lambda: pitching(client))
        for lang, text in line.items():
            await client.do({"type": "caption.say", "lang": lang, "text": text})
        await asyncio.sleep(LINE_SECONDS)
