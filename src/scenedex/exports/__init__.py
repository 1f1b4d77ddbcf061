"""Scenes as editors' lists: events in whole frames, with timecode, and the files that carry them."""
