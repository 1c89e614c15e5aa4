"""The plan: who presents when, so that the night falls on nobody more than it must."""
