"""Other hosts that somebody names: which may be asked, and how."""
