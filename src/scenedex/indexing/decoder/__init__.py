"""Reads files in child processes, so that a hostile file ends one child and nothing else.

`children.py` is the decoder that indexing uses. It keeps warm processes (`spawner.py`) that have imported the
decoders and never see a file; each forks one child a file (`child.py`), which gives up its rights (`confine.py`,
`landlock.py`, `seccomp.py`), reads that file and sends messages (`wire.py`). What they say is believed as far as
`answers.py` says.
"""
