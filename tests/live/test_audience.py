"""The house learns from the screens how late they are, and says so when it has changed."""

import pytest

from server.domain.delay import ReportDelay
from server.domain.picture import Picture
from server.domain.roles import Role
from server.live.audience import Audience
from tests.live.screen import SHOW, Screen
from tests.live.test_hub import Hall, hall

__all__ = ["hall"]


async def watching(hall: Hall, behind: int) -> Screen:
    """Let somebody watch, so many ms late."""
    screen = Screen(Role.ATTENDEE, f"anon-{behind}")
    await screen.hello(hall.hub)
    screen.say_behind(behind)
    return screen


async def test_the_show_holds_how_late_its_viewers_are(hall: Hall) -> None:
    audience = Audience(hall.hub, hall.desk.report)
    await hall.come(Role.CALLER, "caller")
    await audience.report()
    assert (await hall.hub.show(SHOW)).find_key("picture/main") is None
    for behind in (4000, 7100):
        await watching(hall, behind)
    await audience.report()
    await audience.report()
    await hall.idle()
    show = await hall.hub.show(SHOW)
    assert show.find_key("picture/main") == Picture(id="main", behind_ms=7000)
    assert show.seq == 2


async def test_a_report_that_fails_is_told_in_the_log_and_tried_again(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    reported = []

    async def report(show_id: str, news: ReportDelay) -> None:
        reported.append(news)
        if len(reported) == 1:
            raise OSError("the disk is full")

    audience = Audience(hall.hub, report)
    await watching(hall, 3000)
    await audience.report()
    assert "the disk is full" in caplog.text
    await audience.report()
    assert reported == [ReportDelay(behind_ms=3000)] * 2
