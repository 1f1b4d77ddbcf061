"""Tables ↔ files in formats that other programs read: Parquet and numpy. It knows no library and no database."""
