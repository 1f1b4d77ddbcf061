"""One video from file to searchable."""
