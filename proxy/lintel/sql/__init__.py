"""SQL as text: Postgres' own grammar, tokens, shapes, quoting. Knows nothing of schemas, plans or sessions."""
