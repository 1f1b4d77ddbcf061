"""Things, places, weather and letters drawn by code: a vocabulary of pictures."""
