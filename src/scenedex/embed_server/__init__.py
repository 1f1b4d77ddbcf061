"""Pictures and words in, vectors and judgements out, over HTTP: `scenedex embed-server`."""
