"""The picture over HTTP: its playlist and pieces, and the stage as of an instant."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from server.app import now_ms
from server.media.index import IndexWriter, MediaSegment, Pause
from tests.harness import luyan
from tests.web.conftest import Served

PIECE = "seg-0001-000000.m4s"
BYTES = bytes(range(256)) * 4


class Recorded(Served):
    """A house whose show was recorded before."""

    def prepare(self) -> None:
        super().prepare()
        folder = self.data / "media" / self.show
        writer = IndexWriter(folder, 0)
        segment = MediaSegment(
            number=0, run=0, file=PIECE, init="init-0001.mp4", pdt=0, ms=2000, size=1, source="x"
        )
        writer.append(segment)
        writer.append(Pause(at=2000))
        writer.close()
        for name in (PIECE, segment.init):
            (folder / name).write_bytes(BYTES)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """A server over a recorded show, and over one that never had a picture."""
    file = Path(__file__).with_name("trial.toml")
    data = tmp_path_factory.mktemp("recorded")
    with Recorded(data, file) as house:
        # Those of the newest show, which is another from now on.
        assert house.links["show"] == house.show
        luyan("new", str(file), "--id", "dark", "--data", str(data))
        yield house


def test_the_playlist_is_fresh_and_small_on_the_way(recorded: Recorded) -> None:
    address = f"{recorded.page}/hls/live.m3u8"
    plain = httpx.get(address, headers={"Accept-Encoding": "identity"})
    packed = httpx.get(address, headers={"Accept-Encoding": "gzip"})
    assert plain.status_code == packed.status_code == 200
    assert plain.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert plain.headers["cache-control"] == "max-age=1"
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert PIECE in plain.text.splitlines()


def test_who_waits_for_what_does_not_come_is_not_kept(recorded: Recorded) -> None:
    address = f"{recorded.page}/hls/live.m3u8"
    found = httpx.get(f"{address}?_HLS_msn=1&_HLS_part=2&_HLS_skip=YES")
    assert (found.status_code, PIECE in found.text) == (200, True)
    for asked in ("_HLS_msn=x", "_HLS_msn=1&_HLS_part=-1", "_HLS_msn="):
        refused = httpx.get(f"{address}?{asked}")
        assert (refused.status_code, refused.json()["code"]) == (400, "frame.invalid")
        assert refused.json()["field"].startswith("_HLS_")


def test_a_piece_never_changes_and_can_be_had_in_part(recorded: Recorded) -> None:
    address = f"{recorded.page}/hls/{PIECE}"
    whole = httpx.get(address)
    assert (whole.content, whole.headers["content-type"]) == (BYTES, "video/iso.segment")
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    part = httpx.get(address, headers={"Range": "bytes=256-511"})
    assert (part.status_code, part.content) == (206, bytes(range(256)))
    assert part.headers["etag"] == whole.headers["etag"]
    assert httpx.get(f"{recorded.page}/hls/init-0001.mp4").headers["content-type"] == "video/mp4"


@pytest.mark.parametrize(
    "name", ["seg-0001-000001.m4s", "index.jsonl", "..%2fsecret.key", "%2e%2e/%2e%2e/luyan.db"]
)
def test_there_is_nothing_else_to_be_had(recorded: Recorded, name: str) -> None:
    answer = httpx.get(f"{recorded.page}/hls/{name}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "refused"


@pytest.mark.parametrize("name", ["live.m3u8", PIECE])
def test_a_show_without_a_picture_says_so(recorded: Recorded, name: str) -> None:
    answer = httpx.get(f"{recorded.url}/s/dark/hls/{name}", headers={"Accept-Language": "zh"})
    assert (answer.status_code, answer.json()["code"]) == (404, "picture.unknown")
    assert "画面" in answer.json()["text"]
    assert httpx.get(f"{recorded.url}/s/nowhere/hls/{name}").json()["code"] == "show.unknown"


def past(served: Served, at: object) -> dict[str, Any]:
    """Ask what was on stage."""
    answer = httpx.get(f"{served.page}/past", params={"at": str(at)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_stage_is_told_as_it_was(served: Served) -> None:
    before = now_ms() - 1
    async with served.line("caller") as caller, served.line() as asker:
        asked = await asker.do({"type": "question.ask", "text": "SECRET now", "lang": "en"})
        await caller.do({"type": "stage.advance", "seen": caller.seq})
        approve = {"type": "question.approve", "question": f"q{asked['seq']}"}
        async with served.line("moderator") as moderator:
            done = await moderator.do(approve)
        await caller.wait(lambda: caller.seq >= done["seq"])
        stage = caller.records["stage/main"]
    then, now = past(served, before), past(served, now_ms())
    assert then["records"]["stage/main"]["on_air"] is None
    assert before < then["until"] <= now_ms()
    assert "SECRET" not in str(then["records"])
    changes = {key: doc for step in then["then"] for key, doc in step["records"].items()}
    assert then["records"] | changes == now["records"]
    assert (then["then"][-1]["until"], now["then"]) == (None, [])
    assert now["records"]["stage/main"] == stage
    assert now["records"][f"question/q{asked['seq']}"]["state"] == "approved"
    assert now["until"] is None
    assert {key.partition("/")[0] for key in now["records"]} == {
        *("stage", "cue", "slot", "lowerthird", "question")
    }


@pytest.mark.parametrize("at", ["", "now", "1.5", "9" * 5000])
def test_an_instant_is_a_number(served: Served, at: str) -> None:
    answer = httpx.get(f"{served.page}/past", params={"at": at})
    assert (answer.status_code, answer.json()["code"]) == (400, "frame.invalid")
    assert answer.json()["field"] == "at"
    assert "records" in past(served, 10**30)


@pytest.fixture(scope="module")
def previewed(recorded: Recorded) -> Recorded:
    """The recorded show with a source in preview, and a sound."""
    folder = recorded.data / "media" / recorded.show
    for reel in ("preview-studio", "preview-camera-ada", "sound-zh"):
        writer = IndexWriter(folder / reel, 0)
        now = now_ms()
        writer.append(
            MediaSegment(
                number=0, run=0, file=PIECE, init="init-0001.mp4", pdt=now, ms=2000, size=1,
                source="x",
            )
        )  # fmt: skip
        writer.close()
        (folder / reel / PIECE).write_bytes(BYTES)
    return recorded


def test_a_sound_is_for_all(previewed: Recorded) -> None:
    address = f"{previewed.page}/hls"
    assert httpx.get(f"{address}/reels.json").json() == {"sounds": ["zh"]}
    assert PIECE in httpx.get(f"{address}/sound-zh/live.m3u8").text
    assert httpx.get(f"{address}/sound-zh/{PIECE}").content == BYTES
    assert httpx.get(f"{address}/sound-fr/live.m3u8").json()["code"] == "picture.unknown"
    assert httpx.get(f"{previewed.url}/s/dark/hls/reels.json").json() == {"sounds": []}


@pytest.mark.parametrize("name", ["live.m3u8", PIECE])
@pytest.mark.parametrize(
    ("reel", "who", "status"),
    [
        ("preview-studio", "caller", 200),
        ("preview-studio", "host", 200),
        ("preview-camera-ada", "caller", 200),
        ("preview-studio", None, 403),
        ("preview-studio", "moderator", 403),
        ("preview-studio", "ada", 403),
        ("preview-camera-ada", "ada", 200),
        ("preview-camera-ada", "bo", 403),
    ],
)
def test_a_preview_is_for_the_desk_and_who_is_in_it(
    previewed: Recorded, reel: str, who: str | None, status: int, name: str
) -> None:
    headers = {"Authorization": f"Bearer {previewed.token(who)}"} if who else {}
    answer = httpx.get(f"{previewed.page}/hls/{reel}/{name}", headers=headers)
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.headers["cache-control"] == "private, no-store"
    else:
        assert answer.json()["code"] == "view.not_yours"
    elsewhere = httpx.get(f"{previewed.url}/s/dark/hls/{reel}/{name}", headers=headers)
    assert elsewhere.status_code == (401 if who else 403)
