"""Pictures, sound and words → unit vectors and terms."""
