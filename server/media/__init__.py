"""The picture: live stream in, HLS segments with the server's clock out.

`supervisor.py` is the only door for the web process; a show's child process does the rest, so
that nothing the video does can stop the show. See `wire.py` for what the two say to each other,
`index.py` for what stands on disk, `playlist.py` for what a player reads.
"""
