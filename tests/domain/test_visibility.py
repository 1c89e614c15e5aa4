"""For every kind of record, in every state that matters: exactly which fields each viewer sees.

A field that is new fails here until somebody decides who may see it.
"""

from typing import NamedTuple

import pytest

from server.domain.captions import Caption
from server.domain.commands import RECORDS
from server.domain.feedback import Feedback
from server.domain.greenroom import GreenRoom
from server.domain.hours import Availability
from server.domain.invitations import Invitation
from server.domain.messages import Message
from server.domain.notices import Notice
from server.domain.people import Person
from server.domain.picture import Picture
from server.domain.questions import Question, Tally
from server.domain.roles import CREW, DESK, PLANNERS, Record, Role, Viewer, look
from server.domain.rundown import Cue, Segment, Slot
from server.domain.show import Details
from server.domain.sources import Cut, Source
from server.domain.stage import LowerThird, Stage
from server.domain.windows import Window
from server.domain.wishes import Wishes

NOTHING = ""


class Row(NamedTuple):
    """One record; what the desk, the rest of the crew, a person concerned and all others see.

    `planners` are those who plan, of what concerns the plan.
    """

    record: Record
    all: str
    desk: str | None = None
    crew: str | None = None
    planners: str | None = None
    persons: dict[str, str] = {}  # noqa: RUF012
    never: str = ""


def question(state: str) -> Question:
    return Question(id="q1", text="Why?", lang="en", asker="ann", asked_at=1, state=state)


def feedback(released_to: str) -> Feedback:
    return Feedback(
        id="s1.wu",
        slot="s1",
        author="wu",
        presenter="ada",
        released_to=released_to,  # type: ignore[arg-type]
    )


DETAILS = (
    "id title subtitle zone languages fields starts_at ends_at recording warn_seconds"
    " embed embed_delay_seconds"
)
CUE = (
    "id stage segment slot position kind title planned_at hard seconds adjusted_seconds"
    " buffer_seconds started_at ended_at"
)
PERSON = "id role name country organisation"
GREEN_ROOM = "id slot state camera microphone round_trip_ms reported_at"
QUESTION = (
    "id text lang slot state asked_at approved_at shown_at answered_at"
    " written reply replied_at replied_by"
)
CURATED = QUESTION + " watched_at edited_at dismissed_at reason"
OWN = CURATED + " mine"
RELEASED = "id slot author marks strength advice question released_to released_at"
WRITTEN = RELEASED + " written_at"
SLOT = "id segment position presenter topic project field language place"
PICTURE = "id state since behind_ms"
SOURCE = "id person state since"
INVITED = "id slot person starts_at ends_at sequence state words sent_at answered_at before_at"
MESSAGE = "id to sender text sent_at acknowledged_at"
AVAILABILITY = "id available preferred words given_at"
WISHES = (
    "id together apart order pins ends days starts curve audience weights changeover_seconds"
    " comments"
)

TABLE = [
    Row(
        Details(id="show", title="Trial", zone="UTC", date="2020-11-13"),
        all=DETAILS,
        crew=DETAILS + " notes",
        never="date waiting_per_person pre_roll_seconds post_roll_seconds",
    ),
    Row(Segment(id="a", title="A", position=1), all="id title position stage"),
    Row(
        Slot(id="s1", segment="a", position=1, presenter="ada", topic="Looms"),
        all=SLOT,
        crew=SLOT + " meeting",
        persons={"ada": SLOT + " meeting"},
    ),
    Row(
        Cue(id="c1", position=1, kind="pitch", wall="2020-11-13T14:00:00", zone="UTC", seconds=1),
        all=CUE,
        crew=CUE + " note",
        never="wall zone withdrawn",
    ),
    Row(
        Slot(id="s1", segment="a", position=1, presenter="ada", topic="Looms", place="withdrawn"),
        all=NOTHING,
        crew=SLOT + " meeting",
        persons={"ada": SLOT + " meeting"},
    ),
    Row(
        Cue(
            id="c1",
            position=1,
            kind="pitch",
            wall="2020-11-13T14:00:00",
            zone="UTC",
            seconds=1,
            withdrawn=True,
        ),
        all=NOTHING,
    ),
    Row(Stage(id="main"), all="id on_air standby anchor held_at started_at ended_at"),
    Row(LowerThird(id="main"), all="id person taken_at"),
    Row(
        Person(id="ada", role="presenter", name="Ada", zone="UTC"),
        all=PERSON,
        crew=PERSON + " zone language",
        planners=PERSON + " zone language email",
        persons={"ada": PERSON + " zone language email"},
    ),
    Row(
        GreenRoom(id="ada", slot="s1"),
        all=NOTHING,
        crew=GREEN_ROOM,
        persons={"ada": GREEN_ROOM},
    ),
    *(
        Row(question(state), all=public, crew=crew, persons={"ann": OWN}, never="asker")
        for state, public, crew in [
            ("waiting", NOTHING, CURATED),
            ("approved", QUESTION, CURATED),
            ("on_stage", QUESTION, CURATED),
            ("answered", QUESTION, CURATED),
            ("dismissed", NOTHING, CURATED),
            ("withdrawn", NOTHING, NOTHING),
        ]
    ),
    Row(Tally(id="q1", votes=3), all="id votes"),
    Row(Window(id="s1"), all="id open closed_at"),
    Row(Notice(id="main"), all="id text level posted_at"),
    Row(feedback("nobody"), all=NOTHING, persons={"wu": WRITTEN}, never="presenter"),
    Row(
        feedback("presenter"),
        all=NOTHING,
        persons={"wu": WRITTEN, "ada": RELEASED},
        never="presenter",
    ),
    Row(feedback("public"), all=RELEASED, persons={"wu": WRITTEN}, never="presenter"),
    Row(
        Message(id="m1", to="ada", sender="caller", text="Hello", sent_at=1),
        all=NOTHING,
        desk=MESSAGE,
        persons={"ada": MESSAGE},
    ),
    Row(
        Picture(id="main", state="live", since=1, source="studio"),
        all=PICTURE,
        crew=PICTURE + " source trouble",
    ),
    Row(
        Picture(id="main", state="live", since=1, source="camera-ada"),
        all=PICTURE,
        crew=PICTURE + " source trouble",
        persons={"ada": PICTURE + " source trouble"},
    ),
    Row(Source(id="studio", person="", state="live"), all=NOTHING, crew=SOURCE),
    Row(
        Source(id="camera-ada", person="ada", state="live"),
        all=NOTHING,
        crew=SOURCE,
        persons={"ada": SOURCE},
    ),
    Row(Cut(id="main", source="studio"), all=NOTHING, crew="id source cue taken_at"),
    Row(
        Invitation(
            id="s1",
            slot="s1",
            person="ada",
            starts_at=1,
            ends_at=2,
            sequence=3,
            state="move",
            sent_at=4,
        ),
        all=NOTHING,
        planners=INVITED + " withdrawn mail mail_words mailed_sequence",
        persons={"ada": INVITED},
    ),
    Row(Caption(id="zh", text="你好", said_at=1), all="id text said_at"),
    Row(Availability(id="ada"), all=NOTHING, crew=AVAILABILITY, persons={"ada": AVAILABILITY}),
    Row(Wishes(id="main"), all=NOTHING, planners=WISHES),
]


def expected(row: Row, viewer: Viewer) -> set[str]:
    """What the table says that a viewer sees."""
    if viewer.role in PLANNERS and row.planners is not None:
        return set(row.planners.split())
    if viewer.person in row.persons:
        return set(row.persons[viewer.person].split())
    if viewer.role in DESK and row.desk is not None:
        return set(row.desk.split())
    if viewer.role in CREW and row.crew is not None:
        return set(row.crew.split())
    return set(row.all.split())


def state_of(row: Row) -> str:
    """The kind of the record, and the state that decides who sees it."""
    state = getattr(row.record, "released_to", "") or getattr(row.record, "state", "")
    return f"{row.record.noun()} {state}".strip()


@pytest.mark.parametrize("row", TABLE, ids=state_of)
def test_each_viewer_sees_exactly_these_fields(row: Row) -> None:
    for viewer in (Viewer(role, p) for role in Role for p in (None, "stranger", *row.persons)):
        assert set(look(row.record, viewer) or {}) == expected(row, viewer), viewer


@pytest.mark.parametrize("row", TABLE, ids=state_of)
def test_whoever_sees_more_than_their_role_is_named_by_the_record(row: Row) -> None:
    assert set(row.persons) <= row.record.people()


def test_the_table_holds_every_kind_of_record() -> None:
    assert {type(row.record) for row in TABLE} == set(RECORDS)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.noun())
def test_every_field_of_a_record_is_decided(kind: type[Record]) -> None:
    decided = set()
    for row in TABLE:
        if type(row.record) is kind:
            crew = (row.desk, row.crew, row.planners)
            texts = (row.all, *crew, row.never, *row.persons.values())
            decided |= {name for text in texts if text for name in text.split()}
    computed = {name for name in decided if isinstance(getattr(kind, name, None), property)}
    assert decided - computed == set(kind.__struct_fields__)


def test_a_new_kind_of_record_is_hidden_until_somebody_decides() -> None:
    class Secret(Record, frozen=True, kw_only=True):
        """Nobody has said who may see this."""

        words: str = "hidden"

    assert all(look(Secret(id="1"), Viewer(role, "ada")) is None for role in Role)
