"""One real server for the tests of a file, with a small show in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.demo.client import Client
from tests.harness import House

PERSONS = {"ada": "presenter", "bo": "presenter", "wu": "commentator", "xi": "commentator"}
ROLES = ("caller", "host", "moderator", "organiser", "interpreter", "stage")


class Served(House):
    """A running house whose people are called by a short name: a role, or a person's id."""

    @property
    def live(self) -> str:
        """The address of the show's websocket."""
        return f"{self.page.replace('http', 'ws', 1)}/live"

    @property
    def tokens(self) -> dict[str, str]:
        """Every personal token of the show."""
        return {who: self.token(who) for who in (*ROLES, *PERSONS)}

    def token(self, who: str) -> str:
        """Return the token of a role, or of a person by id."""
        return super().token(who.title() if who in PERSONS else who)

    def headers(self, who: str) -> dict[str, str]:
        """Return the HTTP headers that say who asks; an attendee has none."""
        return {"Authorization": f"Bearer {self.token(who)}"} if who != "attendee" else {}

    def view(self, who: str) -> str:
        """Return the view of a role or person."""
        return PERSONS.get(who, who)

    def line(self, who: str = "attendee", cookie: str | None = None) -> Client:
        """Return a client, to be opened, of a role, a person by id, or an attendee's cookie."""
        token = self.token(who) if who != "attendee" else None
        return Client(self.url, self.show, self.view(who), token=token, cookie=cookie)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A house of this file's own."""
    with Served(tmp_path_factory.mktemp("house"), Path(__file__).with_name("trial.toml")) as house:
        yield house
