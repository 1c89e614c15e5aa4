"""The wire: every frame, typed once, and the documents that describe it."""
