"""What a server or a worker counts, in the form that Prometheus reads. No label holds an id, a path or a query."""
