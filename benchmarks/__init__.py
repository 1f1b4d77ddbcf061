"""What scenedex costs and how good it is, each measured against a named rival in the same run."""
