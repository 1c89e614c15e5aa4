"""A simulated audience: attendees on real websockets who ask and upvote at a human pace.

`python -m server.demo.audience URL SHOW NUMBER` runs until its standard input is closed.
"""

import asyncio
import random
import sys
from contextlib import suppress

from websockets.exceptions import WebSocketException

from server.demo.client import Client
from server.demo.stock import QUESTIONS, SPOKEN

ARRIVE_SECONDS = 8.0
ASKS_A_MINUTE = 20.0
MOST_PATIENT_SECONDS = 1200.0
UPVOTE_CHANCE = 0.35
WAITING_AT_ONCE = 2
COME_BACK_SECONDS = 1.0

OPEN_TO_VOTES = ("approved", "on_stage")


class Attendee:
    """One of the audience: watches all the time, asks now and then, likes some questions.

    `pace` is how long each of their waits takes, against a person's.
    """

    def __init__(
        self, url: str, show: str, chance: random.Random, ask_seconds: float, pace: float = 1.0
    ) -> None:
        self._client = Client(url, show)
        self._chance = chance
        self._ask_seconds = ask_seconds
        self._pace = pace
        (self._language,) = chance.choices(list(SPOKEN), list(SPOKEN.values()))
        self._unasked = list(QUESTIONS[self._language])
        chance.shuffle(self._unasked)
        self._judged: set[str] = set()

    async def attend(self) -> None:
        """Stay until cancelled; come back whenever the server was away."""
        await asyncio.sleep(self._chance.uniform(0, ARRIVE_SECONDS) * self._pace)
        tries = 0
        while True:
            with suppress(OSError, TimeoutError, WebSocketException):
                async with self._client:
                    tries = 0
                    await self._take_part()
            wait = COME_BACK_SECONDS * min(2**tries, 16)
            await asyncio.sleep(self._chance.uniform(0.5, 1.5) * wait * self._pace)
            tries += 1

    async def _take_part(self) -> None:
        asking = asyncio.create_task(self._ask())
        try:
            await self._vote()
        finally:
            asking.cancel()

    async def _ask(self) -> None:
        while self._unasked:
            await asyncio.sleep(self._chance.expovariate(1 / self._ask_seconds) * self._pace)
            own = [q for q in self._client.all("question") if q.get("mine")]
            if sum(q["state"] == "waiting" for q in own) >= WAITING_AT_ONCE:
                continue
            command = {
                "type": "question.ask",
                "text": self._unasked.pop(),
                "lang": self._language,
                "slot": self._slot_on_air(),
            }
            with suppress(ConnectionError):
                await self._client.do(command)

    def _slot_on_air(self) -> str | None:
        held = self._client.records
        cue = held.get(f"cue/{held.get('stage/main', {}).get('on_air')}", {})
        slot: str | None = cue.get("slot")
        return slot

    async def _vote(self) -> None:
        """Look at each question once it is open, and upvote some, not all at the same moment."""
        client = self._client
        while client.connected:
            for question in self._unjudged():
                self._judged.add(question)
                if self._chance.random() < UPVOTE_CHANCE:
                    await asyncio.sleep(self._chance.uniform(0.5, 6) * self._pace)
                    with suppress(ConnectionError):
                        await client.do({"type": "question.upvote", "question": question})
            with suppress(ConnectionError, TimeoutError):
                await client.wait(lambda: bool(self._unjudged()), 60)

    def _unjudged(self) -> list[str]:
        questions = self._client.all("question")
        open_now = {q["id"] for q in questions if q["state"] in OPEN_TO_VOTES}
        return sorted(open_now - self._judged)


async def gather(url: str, show: str, number: int) -> None:
    """Bring the whole audience in, and keep it until standard input is closed."""
    chance = random.Random()
    ask_seconds = min(number / ASKS_A_MINUTE * 60, MOST_PATIENT_SECONDS)
    async with asyncio.TaskGroup() as hall:
        tasks = [
            hall.create_task(
                Attendee(url, show, random.Random(chance.random()), ask_seconds).attend()
            )
            for _ in range(number)
        ]
        await asyncio.to_thread(sys.stdin.read)
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(gather(sys.argv[1], sys.argv[2], int(sys.argv[3])))
