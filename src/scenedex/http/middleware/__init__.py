"""What lies around every request, one thing a file; plain ASGI, so that nothing is buffered."""
