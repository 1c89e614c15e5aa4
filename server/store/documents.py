"""Records as JSON documents; which kind a document is stands in its key."""

from collections.abc import Mapping, Set
from typing import TypeVar

import msgspec

from server.domain.commands import RECORDS
from server.domain.roles import Record
from server.store.faults import StoreFault

KINDS = {kind.noun(): kind for kind in RECORDS}
_DECODERS = {noun: msgspec.json.Decoder(kind) for noun, kind in KINDS.items()}

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode


def check(record: Record | None) -> None:
    """Raise TypeError for a record that could be written but never read again."""
    if record is not None and KINDS.get(record.noun()) is not type(record):
        raise TypeError(f"{type(record).__name__} is not listed in RECORDS")


def encode(record: Record | None) -> str | None:
    """Return a record as JSON; a tombstone has no document."""
    check(record)
    return None if record is None else _encode(record).decode()


def decode(key: str, doc: str | msgspec.Raw | None) -> Record | None:
    """Return the record in a document, or raise StoreFault for one this version cannot read."""
    if doc is None:
        return None
    decoder = _DECODERS.get(key.partition("/")[0])
    if decoder is None:
        raise StoreFault(
            f"The database holds a record of a kind that this version does not know: {key}. "
            "Please use the version that wrote it, or a newer one."
        )
    try:
        return decoder.decode(doc)
    except msgspec.DecodeError as error:
        raise StoreFault(f"This version cannot read the record {key}: {error}") from error


def encode_before(before: Mapping[str, Record | None]) -> str:
    """Return pre-images as one JSON document, null for a record that was not there."""
    return _encode(before).decode()


def of_kinds(images: Mapping[str, T], kinds: Set[str]) -> dict[str, T]:
    """Return the images whose key names one of these kinds."""
    return {key: image for key, image in images.items() if key.partition("/")[0] in kinds}


def decode_before(doc: str, kinds: Set[str] = KINDS.keys()) -> dict[str, Record | None]:
    """Return the pre-images in a document, of these kinds of records."""
    images = of_kinds(msgspec.json.decode(doc, type=dict[str, msgspec.Raw]), kinds)
    return {
        key: None if bytes(image) == b"null" else decode(key, image)
        for key, image in images.items()
    }
