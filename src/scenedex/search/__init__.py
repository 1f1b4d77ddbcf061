"""A query → hits."""
