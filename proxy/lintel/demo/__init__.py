"""`lintel demo`: a throw-away Postgres, a small shop on it, and a column that goes in under live traffic.

The same story is played twice, straight at the server and through a real `lintel serve`. Also home of the launcher
that gives the tests their servers. Needs the extra pg-lintel[demo]; nothing else of Lintel may import it but the
command line.
"""
