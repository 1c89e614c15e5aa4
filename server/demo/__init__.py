"""What brings the demo to life: a client of the wire, and an audience made of such clients."""
