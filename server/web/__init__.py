"""Pages, the socket and the API: thin, each parses, calls and renders."""
