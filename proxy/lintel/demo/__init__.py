"""`lintel demo`: a throw-away Postgres, a small shop on it, and a column that goes in under live traffic.

- *run*: the whole of it; *stage*: the Lintel in it; *shop*, *services*, *drivers* and *story*: what is played.
- *tally*, *recorded* and *rewriting*: what came of it; *figures* and *screen*: how it is shown.
- *postgres*: the server's launcher, of *binaries* that it finds, as an *account* that may run it; *mortal*: no child
  outlives its parent.

The same story is played twice, straight at the server and through a real `lintel serve`. Also home of the launcher
that gives the tests their servers. Needs the extra pg-lintel[demo]; nothing else of Lintel may import it but the
command line.
"""
