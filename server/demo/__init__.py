"""What brings the demo to life: a client of the wire, and an audience made of such clients."""

ON_CAMERA = "lukas"
"""The presenter who sends a picture: the second to speak, so that whoever tries the demo may go on
camera as the first."""
