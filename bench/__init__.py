"""How fast the house is: one server under load on this machine, measured from outside."""
