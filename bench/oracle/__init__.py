"""`./dev bench oracle`: what Postgres itself says of a statement's columns, against what Lintel's resolver says.

`tree` reads Postgres' query trees and `oracle` asks for them, on its own connection; `judge` asks on somebody else's
session, through `relay`. `compare` sorts the
differences, `limits` lists what the oracle cannot say. Each corpus has a module; what other people wrote is fetched.
"""
