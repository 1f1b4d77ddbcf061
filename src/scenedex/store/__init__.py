"""Values ↔ PostgreSQL, pictures ↔ object store. The only folder that holds SQL."""
