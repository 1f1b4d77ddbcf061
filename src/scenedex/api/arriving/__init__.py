"""Videos that come in over HTTP: sent whole, sent in parts, or fetched from an allowed host."""
