"""`./dev bench growth`: what Lintel costs as something grows that users have a lot of.

- *run*: the command; *ground*: what every measurement stands on; *curve*: what one has found, as table and plot, which
  *chart* draws.
- *statements*: shapes, length of a text; *schemas*: plans, tables, columns; *traffic*: sessions, results, workers.
"""
