"""Where shows live: in memory for tests, in SQLite for a house of one server process."""
