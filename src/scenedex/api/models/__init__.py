"""What the API takes and gives, each field with what it means and an example."""
