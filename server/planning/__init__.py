"""Solving in a process of its own: what is sent there, what comes back, and who sees to it."""
