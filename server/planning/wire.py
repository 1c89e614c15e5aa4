"""What goes to a planning process and comes back from it, as lines of JSON."""

from typing import Any

import msgspec

from server.plan.discomfort import Curve
from server.plan.findings import Errand, Findings


def _plain(value: Any) -> Any:
    if isinstance(value, Curve):
        return value.knots
    raise NotImplementedError


def _curve(kind: type, value: Any) -> Any:
    assert kind is Curve
    return Curve(tuple((float(hour), float(burden)) for hour, burden in value))


_write = msgspec.json.Encoder(enc_hook=_plain).encode
_read_errand = msgspec.json.Decoder(Errand, dec_hook=_curve).decode
_read_findings = msgspec.json.Decoder(Findings).decode


def line(sent: Errand | Findings) -> bytes:
    """Return it as a line of JSON."""
    return _write(sent) + b"\n"


def read_errand(text: bytes) -> Errand:
    """Return the errand of a line; raises `msgspec.DecodeError`."""
    return _read_errand(text)


def read_findings(text: bytes) -> Findings:
    """Return the findings of a line; raises `msgspec.DecodeError`."""
    return _read_findings(text)
