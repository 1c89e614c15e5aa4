"""A show's picture as it is used: a supervisor, its child, and publishers of every kind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from server.media.chunks import Message, chunked
from server.media.playout import free_port
from server.media.rtmp import Kind, Tag
from server.media.wire import (
    Calibrated,
    Closed,
    Halted,
    Notice,
    OnAir,
    Published,
    Ready,
    Refused,
    SetDelay,
    SetKeys,
    Stat,
    Take,
    Wrote,
)
from tests.harness import ROOT
from tests.media.publisher import CHUNK, GREETING, Publisher, asking, media, recorded
from tests.media.studio import SMALL, Studio, certificate, on_line, studio

# A picture must be where its clock says; this is what a person does not see, on a busy machine.
ALIGNED_MS = 150
CODED = [tag for tag in recorded(2) if tag.kind == Kind.VIDEO and tag.payload[1]]


async def test_from_a_real_publisher_to_segments_in_step_with_the_clock(tmp_path: Path) -> None:
    async with studio(tmp_path) as show:
        async with on_line(show.url()):
            assert await show.hear(Published) == Published(source="main")
            await show.written(3)
            assert show.supervisor.state.phase == "live"
            assert show.supervisor.state.on_air == "main"
        assert await show.hear(Closed) == Closed(source="main", reason="ended")
        await show.hear(Halted)
        index = show.index()
        assert [s.number for s in index.segments] == list(range(len(index.segments)))
        assert index.paused
        table = {s.number: show.errors(s) for s in index.segments}
        assert all(abs(error) < ALIGNED_MS for errors in table.values() for error in errors), table
        assert show.phases == ["waiting", "live", "paused"]


async def test_an_encoder_that_looks_ahead_is_corrected_by_its_delay(tmp_path: Path) -> None:
    slow = SMALL._replace(options={"preset": "medium", "tune": "psnr", "rc-lookahead": "20"})
    async with studio(tmp_path) as show:
        async with on_line(show.url(), slow):
            await show.hear(Published)
            found = await show.supervisor.calibrate("main")
            assert isinstance(found, Calibrated)
            assert found.delay_ms > 500
        uncorrected = show.errors(show.index().segments[1])[0]
        assert abs(uncorrected + found.delay_ms) < ALIGNED_MS
        await show.hear(Halted)
        show.supervisor.send(SetDelay(source="main", ms=found.delay_ms))
        begun = show.index().segments[-1].number + 1
        async with on_line(show.url(), slow):
            await show.written(begun + 1)
        errors = show.errors(show.index().segments[begun + 1])
        assert all(abs(error) < ALIGNED_MS for error in errors), errors


async def test_after_kill_9_numbers_go_on_behind_a_discontinuity(tmp_path: Path) -> None:
    async with studio(tmp_path) as show:
        port, killed = show.port, show.pid
        async with on_line(show.url()):
            await show.written(1)
            os.kill(killed, signal.SIGKILL)
            await show.hear(Ready, 2)
        assert show.supervisor.state.phase == "paused"
        assert (show.port, show.pid != killed) == (port, True)
        before = [s.number for s in show.index().segments]
        assert show.index().paused
        async with on_line(show.url()):
            await show.written(before[-1] + 2)
        segments = show.index().segments
        assert [s.number for s in segments] == list(range(len(segments)))
        assert [s.run for s in segments[before[-1] :]][:2] == [0, 1]
        assert len({s.file for s in segments}) == len(segments)
        assert show.phases[:4] == ["waiting", "live", "paused", "live"]


async def test_a_wrong_key_is_refused_in_words_that_the_publisher_shows(tmp_path: Path) -> None:
    async with studio(tmp_path) as show:
        publisher = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server.media.programme",
            show.url("guessed"),
            "--once",
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )
        assert publisher.stderr is not None
        assert b"stream key refused" in await publisher.stderr.read()
        assert await publisher.wait() == 1
        refused = await show.hear(Refused)
        assert refused.reason == "key"
        assert show.all(Published) == []
        assert show.index().segments == []


async def test_a_second_publisher_on_a_used_key_is_refused(tmp_path: Path) -> None:
    async with studio(tmp_path) as show, Publisher(show.port) as first:
        assert await first.publish("secret") == "NetStream.Publish.Start"
        async with Publisher(show.port) as second:
            assert await second.publish("secret") == "NetStream.Publish.BadName"
        assert (await show.hear(Refused)).reason == "taken"
        await first.send(media(recorded(2)))
        await show.written(0)


NOISE = bytes(range(1, 256)) * 40
HALF_A_FRAME = chunked(6, Message(Kind.VIDEO, 0, 1, bytes(10_000)), CHUNK)[:5000]
HUGE = bytes([6, 0, 0, 0]) + (0xFFFFFF).to_bytes(3) + b"\x09" + bytes(4) + bytes(CHUNK)


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b""),
        (NOISE, b""),
        (GREETING + NOISE, b""),
        (GREETING + asking("secret")[:200], b""),
        (b"", NOISE),
        (b"", HUGE),
        (b"", HALF_A_FRAME),
        (b"", media([Tag(Kind.VIDEO, 0, b"\x1c\1\0\0\0hevc")])),
        (
            b"",
            media([Tag(Kind.VIDEO, 0, b"\x17\0\0\0\0\1"), Tag(Kind.VIDEO, 0, b"\x17\1\0\0\0\0")]),
        ),
    ],
    ids=[
        "http",
        "noise",
        "noise behind the handshake",
        "half a question",
        "noise behind the key",
        "16 MB",
        "half a frame",
        "another codec",
        "formats of nothing",
    ],
)
async def test_rudeness_ends_nothing_but_itself(
    tmp_path: Path, before: bytes, behind: bytes
) -> None:
    async with studio(tmp_path) as show:
        child = show.pid
        async with Publisher(show.port) as rude:
            if before:
                await rude.send(before)
            else:
                assert await rude.publish("secret") == "NetStream.Publish.Start"
                await rude.send(behind)
        if behind:
            await show.hear(Closed)
        async with Publisher(show.port) as polite:
            assert await polite.publish("secret") == "NetStream.Publish.Start"
            await polite.send(media(recorded(2)))
            await show.written(0)
        assert show.pid == child


async def test_another_codec_is_named_to_the_host(tmp_path: Path) -> None:
    async with studio(tmp_path) as show, Publisher(show.port) as publisher:
        await publisher.publish("secret")
        await publisher.send(media([Tag(Kind.VIDEO, 0, b"\x90hvc1" + bytes(10))]))
        refused = await show.hear(Refused)
        assert refused.reason == "codec"
        assert "H.264" in refused.text
        await publisher.until_closed()


async def test_a_publisher_that_comes_back_fifty_times(tmp_path: Path) -> None:
    wire = media(recorded(2))
    async with studio(tmp_path) as show:
        child, began = show.pid, await show.hear(Stat)
        for count in range(1, 51):
            async with Publisher(show.port) as publisher:
                assert await publisher.publish("secret") == "NetStream.Publish.Start"
                await publisher.send(wire)
            await show.hear(Closed, count)
        await show.hear(Halted, 50)
        segments = show.index().segments
        assert [s.number for s in segments] == list(range(100))
        assert [s.run for s in segments] == [number // 2 for number in range(100)]
        sounds = show.index("sound").segments
        assert [s.number for s in sounds] == list(range(len(sounds)))
        assert len({s.run for s in sounds}) == 50
        await show.until(lambda: len(list(show.folder("preview-main").iterdir())) == 1)
        assert show.pid == child
        stats = len(show.all(Stat))
        ended = await show.hear(Stat, stats + 1)
        assert ended.rss_bytes < began.rss_bytes + (40 << 20)


async def test_a_flood_is_slowed_down_and_the_child_lives(tmp_path: Path) -> None:
    flood = [tag._replace(payload=tag.payload + bytes(200_000)) for tag in CODED] * 6
    async with studio(tmp_path) as show, Publisher(show.port) as publisher:
        await publisher.publish("secret")
        await publisher.send(media(recorded(2)) + media(flood))
        received = sum(len(tag.payload) for tag in flood)
        await show.until(lambda: any(s.received_bytes > received for s in show.all(Stat)))
        assert show.all(Closed) == []
        assert max(stat.rss_bytes for stat in show.all(Stat)) < 200 << 20


async def test_a_cut_from_one_source_to_another(tmp_path: Path) -> None:
    async with studio(tmp_path) as show, on_line(show.url()), on_line(show.url("other")):
        await show.hear(Published, 2)
        await show.written(1)
        first = show.supervisor.state.on_air
        (other,) = {"main", "second"} - {first}
        show.supervisor.send(Take(source=other))
        await show.until(lambda: show.index().segments[-1].source == other)
        assert show.all(OnAir)[-1].source == other
        segments = show.index().segments
        assert [s.number for s in segments] == list(range(len(segments)))
        runs = {s.run: s.source for s in segments}
        assert runs == {0: first, 1: other}
        # The one before stays until the other has a key frame, so there is no hole.
        last = max(n for n, s in enumerate(segments) if s.run == 0)
        hole = segments[last + 1].pdt - segments[last].pdt - segments[last].ms
        assert abs(hole) < 2 * ALIGNED_MS
        assert show.phases == ["waiting", "live"]


async def test_who_stands_by_is_previewed_and_an_interpreter_heard(tmp_path: Path) -> None:
    async with studio(tmp_path) as show:
        async with Publisher(show.port) as interpreter, Publisher(show.port) as camera:
            await interpreter.publish("interpreter")
            await interpreter.send(media(recorded(3)))
            await show.written(1, "sound-zh")
            # An interpreter alone is no programme.
            assert show.supervisor.state.on_air is None
            async with Publisher(show.port) as main:
                await main.publish("secret")
                await main.send(media(recorded(3)))
                await show.written(1, "sound")
                await camera.publish("other")
                await camera.send(media(recorded(3)))
                await show.written(1, "preview-second")
                assert show.supervisor.state.on_air == "main"
                assert show.supervisor.state.publishing == {"main", "second", "sound-zh"}
                with pytest.raises(ValueError, match="never on air"):
                    show.supervisor.send(Take(source="sound-zh"))
            await show.hear(Halted)
            # Who was on air is so again when back.
            async with Publisher(show.port) as main:
                await main.publish("secret")
                await main.send(media(recorded(2)))
                await show.written(4)
        await show.hear(Closed, 4)
        await show.hear(Halted, 2)
        assert show.supervisor.state.publishing == frozenset()
        assert {s.source for s in show.index().segments} == {"main"}
        assert {s.source for s in show.index("sound-zh").segments} == {"sound-zh"}
        await show.until(lambda: len(list(show.folder("preview-second").iterdir())) == 1)
        assert show.phases == ["waiting", "live", "paused", "live", "paused"]


async def test_another_resolution_keeps_all_reels_in_order(tmp_path: Path) -> None:
    small, large = recorded(3), recorded(3, width=320, height=180)
    after = [tag._replace(timestamp=tag.timestamp + 3000) for tag in large]
    async with studio(tmp_path) as show:
        async with Publisher(show.port) as publisher:
            await publisher.publish("secret")
            await publisher.send(media(small) + media(after))
            await show.written(4)
            await show.written(4, "preview-main")
            preview = show.index("preview-main").segments
            # What comes behind is nonsense, in the middle of a picture.
            await publisher.send(HALF_A_FRAME + NOISE)
        await show.hear(Closed)
        await show.hear(Halted)
        assert [(s.number, s.run) for s in preview][:5] == [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)]
        segments = show.index().segments
        assert [(s.number, s.run) for s in segments][:5] == [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)]
        assert {s.run for s in show.index("sound").segments} == {0}
        begins = [segment.pdt for segment in segments]
        assert begins == sorted(begins)
        assert show.phases == ["waiting", "live", "paused"]


async def test_a_child_that_died_has_no_publishers(tmp_path: Path) -> None:
    async with studio(tmp_path) as show, Publisher(show.port) as publisher:
        await publisher.publish("secret")
        await publisher.send(media(recorded(3)))
        await show.written(1, "preview-main")
        os.kill(show.pid, signal.SIGKILL)
        assert await show.hear(Closed) == Closed(source="main", reason="lost")
        await show.hear(Ready, 2)
        assert show.supervisor.state.on_air == "main"
        assert show.index("preview-main").segments == []


async def test_who_publishes_with_a_key_that_is_taken_back_is_sent_away(tmp_path: Path) -> None:
    async with studio(tmp_path) as show, Publisher(show.port) as publisher:
        await publisher.publish("secret")
        show.supervisor.send(SetKeys(keys={"fresh": "main"}))
        await publisher.until_closed()
        assert (await show.hear(Closed)).reason == "refused"
        async with Publisher(show.port) as again:
            assert await again.publish("secret") == "NetStream.Publish.BadName"
        async with Publisher(show.port) as again:
            assert await again.publish("fresh") == "NetStream.Publish.Start"


async def test_a_child_that_hangs_is_replaced(tmp_path: Path) -> None:
    async with studio(tmp_path, heartbeat_seconds=2.0) as show:
        hung = show.pid
        os.kill(hung, signal.SIGSTOP)
        await show.hear(Ready, 2)
        assert show.pid != hung
        with pytest.raises(ProcessLookupError):
            os.kill(hung, 0)


async def test_a_full_disk_is_told_and_the_child_lives(tmp_path: Path) -> None:
    async with studio(tmp_path, reserve_bytes=1 << 60) as show, Publisher(show.port) as publisher:
        child = show.pid
        await publisher.publish("secret")
        await publisher.send(media(recorded(2)))
        assert (await show.hear(Notice)).code == "disk_full"
        assert show.all(Wrote) == []
        assert show.pid == child
        assert show.supervisor.state.phase == "waiting"


async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    async with studio(tmp_path / "first") as first:
        second = Studio(tmp_path / "second", port=first.port)
        await second.supervisor.start()
        try:
            assert (await second.hear(Notice, 2)).code == "no_port"
            assert second.supervisor.state.phase == "off"
        finally:
            await second.supervisor.close()


async def test_rtmps_and_this_machines_own_programs_without(tmp_path: Path) -> None:
    files, own_port = certificate(tmp_path), free_port("127.0.0.1")
    async with studio(tmp_path, **files, own_port=own_port) as show:
        async with on_line(show.url(scheme="rtmps")), Publisher(own_port) as own:
            await show.written(0)
            assert await own.publish("other") == "NetStream.Publish.Start"
            await own.send(media(recorded(2)))
            await show.written(0, "preview-second")
        async with Publisher(show.port) as plain:
            await plain.send(GREETING + asking("secret"))
            await plain.until_closed()
            assert plain.answer() is None


async def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from server.media.supervisor import Supervisor\n"
        "async def main():\n"
        "    tell = lambda event, state: state.port and print(keeper.pid, flush=True)\n"
        "    keeper = Supervisor(Path(sys.argv[1]), 'show', 0, {}, tell)\n"
        "    await keeper.start()\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())",
        str(tmp_path),
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    gone = asyncio.Event()
    handle = os.pidfd_open(child)
    # Readable once the process has ended.
    asyncio.get_running_loop().add_reader(handle, gone.set)
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(30):
        await gone.wait()
    asyncio.get_running_loop().remove_reader(handle)
    os.close(handle)


def test_the_web_process_does_not_load_libav() -> None:
    code = "import sys, server.media.supervisor, server.media.playlist; print('av' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)
    assert run.stdout == b"False\n"
