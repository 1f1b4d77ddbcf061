"""Routes, by whom they are for."""
