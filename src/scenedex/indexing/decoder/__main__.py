"""`python -m scenedex.indexing.decoder SOCKET`: started by `process.py` alone."""

from scenedex.indexing.decoder.spawner import main

main()
