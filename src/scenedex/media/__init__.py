"""Files to frames, sound and timed text. The only folder that imports PyAV."""
