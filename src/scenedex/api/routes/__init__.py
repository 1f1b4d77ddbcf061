"""What can be asked of the API, one subject a file."""
