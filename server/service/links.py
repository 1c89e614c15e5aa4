"""Personal links: one for each role and each named person, and the secret that they come from.

A token is derived from the link's id and the secret in the data folder, and the database keeps
only its hash: the same links can be printed again, yet a copy of the database alone opens nothing.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from server.domain.people import Person
from server.domain.roles import Record, Role
from server.domain.show import Details, Show
from server.domain.sources import STUDIO, camera_of, sound_of
from server.service.ports import Link, Store

SECRET_FILE = "secret.key"
SECRET_BYTES = 32
LASTS_MS = 90 * 24 * 3600 * 1000

# Roles that one link serves; hosts and interpreters have it only if none of them is named.
SHARED = (
    Role.CALLER,
    Role.HOST,
    Role.MODERATOR,
    Role.ORGANISER,
    Role.INTERPRETER,
    Role.STAGE,
)


def read_secret(data: Path) -> bytes:
    """Return the secret of a data folder, made at its first use; it also signs cookies.

    Raises OSError if the folder cannot be used, ValueError if the file holds something else.
    """
    path = data / SECRET_FILE
    if not path.exists():
        _write_secret(path)
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"{path} is not a secret of {SECRET_BYTES} bytes")
    return secret


def _write_secret(path: Path) -> None:
    """Write a new secret, whole or not at all; another process may be doing the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{SECRET_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, secrets.token_bytes(SECRET_BYTES))
        os.fsync(file)
    finally:
        os.close(file)
    try:
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink()


def token_of(secret: bytes, link_id: str) -> str:
    """Return the token of a link."""
    digest = hmac.digest(secret, f"link:{link_id}".encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def stream_key(secret: bytes, show: str, source: str = STUDIO) -> str:
    """Return the key with which a source of a show publishes; derived as tokens are."""
    name = f"stream:{show}" if source == STUDIO else f"stream:{show}:{source}"
    digest = hmac.digest(secret, name.encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def stream_keys(secret: bytes, show: str, records: Iterable[Record]) -> dict[str, str]:
    """Return who may publish to a show, by their key: the studio, each presenter's camera, and
    an encoder for the sound of each language."""
    sources = [STUDIO]
    for record in records:
        if isinstance(record, Person) and record.role == Role.PRESENTER:
            sources.append(camera_of(record.id))
        elif isinstance(record, Details):
            sources += [sound_of(language) for language in record.languages]
    return {stream_key(secret, show, source): source for source in sources}


def token_hash(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


async def make_links(
    store: Store, secret: bytes, show: str, records: Iterable[Record], now: int
) -> list[Link]:
    """Return one live link for each role and named person of a show, making those that lack.

    A live link that another secret made is revoked: a new secret ends every old link.
    """
    records = list(records)
    links: dict[tuple[Role, str], Link] = {}
    for link in await store.links(show):
        if not link.holds(now):
            continue
        if link.token_hash == token_hash(token_of(secret, link.id)):
            links[link.role, link.person] = link
        else:
            await store.put_link(replace(link, revoked_at=now))
    ends_at = max((r.ends_at for r in records if isinstance(r, Details)), default=now)
    found = []
    for role, person in _wanted(records):
        wanted = links.get((role, person))
        if wanted is None:
            wanted = _new(secret, show, role, person, now, max(now, ends_at) + LASTS_MS)
            await store.put_link(wanted)
        found.append(wanted)
    return found


async def join_address(
    store: Store, secret: bytes, show: Show, person: str, now: int, url: str
) -> str:
    """Return the address by which somebody named in a show comes in; `url`: of the server."""
    kinds = (Details, Person)
    records = [record for kind in kinds for record in show.of_kind(kind.noun()).values()]
    links = await make_links(store, secret, show.id, records, now)
    (link,) = (link for link in links if link.person == person)
    return f"{url}/join/{token_of(secret, link.id)}"


async def revoke(store: Store, secret: bytes, link: Link, now: int) -> Link:
    """End a link, and return the one that its person has from now on."""
    lasts = link.expires_at and max(link.expires_at, now + LASTS_MS)
    renewed = _new(secret, link.show, link.role, link.person, now, lasts)
    await store.put_link(replace(link, revoked_at=now))
    await store.put_link(renewed)
    return renewed


def _wanted(records: list[Record]) -> Iterator[tuple[Role, str]]:
    people = [r for r in records if isinstance(r, Person)]
    named = {Role(person.role) for person in people}
    for role in SHARED:
        if role not in named:
            yield role, role.value
    for person in people:
        yield Role(person.role), person.id


def _new(
    secret: bytes, show: str, role: Role, person: str, now: int, expires_at: int | None
) -> Link:
    link_id = secrets.token_hex(6)
    return Link(
        id=link_id,
        show=show,
        role=role,
        person=person,
        token_hash=token_hash(token_of(secret, link_id)),
        created_at=now,
        expires_at=expires_at,
    )
