"""What a roadshow is and what may happen to it: pure rules, no clock, no I/O, no chance."""
