"""Luyan: one server that holds a live-streamed roadshow together."""

__version__ = "0.1.0"
