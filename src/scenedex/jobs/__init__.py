"""The queue: jobs that wait in the library's own database, and the worker that runs them."""
