"""How the mini models are made: draws pictures and sounds, trains two small networks, exports and evaluates them."""
