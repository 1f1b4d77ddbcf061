"""`python -m scenedex` is the command `scenedex`."""

from scenedex.cli.start import run

run()
