"""SQL as text: Postgres' own grammar, tokens, shapes, quoting. Knows nothing of schemas, plans or sessions.

- *grammar*: the one door to Postgres' grammar, *plpgsql* to PL/pgSQL's; *tokens*: a scanner; *comments*: tags in them.
- *shape*: a text without its *literals*; *condensing*: a long one told short; *masking*: one in another encoding.
- *stored*: as a text may be stored, logged and shown; *quoting*: names and literals as the server writes them.
"""
