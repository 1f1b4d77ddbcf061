"""Frames → cuts → scenes → keyframes, in one pass and in memory that does not grow with the video."""
