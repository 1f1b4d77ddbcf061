"""Words about a scene that nobody put beside it: what is written in the picture, what is said, what is to be seen."""
