"""Every kind of record comes back from its document as it was."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.commands import RECORDS
from server.domain.feedback import Mark
from server.domain.roles import Record
from server.domain.wishes import Weight
from server.store import documents
from server.store.faults import StoreFault

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    types.NoneType: st.none(),
    Mark: st.integers(0, 10),
    Weight: st.integers(0, 1_000_000),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for what a field of this type may hold."""
    if kind in PLAIN:
        return PLAIN[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(values, arguments))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple and arguments[-1] is ...:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, arguments))
    if origin is dict:
        return st.dictionaries(*map(values, arguments), max_size=3)
    assert origin is not Annotated, f"say in PLAIN what {kind} may hold"
    hints = get_type_hints(kind, include_extras=True)
    fields = {name: values(hints[name]) for name in kind.__struct_fields__}
    return st.builds(kind, **fields)


RECORD = st.one_of(*map(values, RECORDS))


@settings(max_examples=150, deadline=None)
@given(RECORD)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    doc = documents.encode(record)
    assert documents.decode(record.key, doc) == record
    before = {record.key: record, "question/new": None}
    assert documents.decode_before(documents.encode_before(before)) == before


@settings(max_examples=150, deadline=None)
@given(RECORD)
def test_a_document_from_before_its_newest_fields_is_read(record: Record) -> None:
    required = {field.name for field in msgspec.structs.fields(record) if field.required}
    held = {name: getattr(record, name) for name in required}
    doc = msgspec.json.encode(held).decode()
    assert documents.decode(record.key, doc) == type(record)(**held)


def test_a_tombstone_has_no_document() -> None:
    assert documents.encode(None) is None
    assert documents.decode("cue/c1", None) is None


@pytest.mark.parametrize("doc", ["{}", '{"id":1}', "null", "", "{"])
def test_a_document_that_cannot_be_read_is_named(doc: str) -> None:
    with pytest.raises(StoreFault, match="tally/q7"):
        documents.decode("tally/q7", doc)


@pytest.mark.parametrize("key", ["hologram/1", "", "details", "Details/show/"])
def test_a_kind_that_is_not_known_is_named(key: str) -> None:
    with pytest.raises(StoreFault, match=rf"does not know: {key}|details"):
        documents.decode(key, '{"id":"1"}')
