"""One turn at a time: the Desk for decisions, the Tally for votes, and the ports they stand on."""
