"""The wire protocol, without I/O: bytes in, bytes out. Knows no SQL, no schema and no sockets.

- *frame*: type and length, then a body; *message*: a frame that has been decoded. Few are.
- *decision*: what the layers above say is to be done with a statement text; *context*: where a session asks.
- *conversation*: one session's two directions and what they share.
- *admission*: a client proves its secret to Lintel; *logging in*: Lintel, to the server, with what that has given.
- *expected*: a reply that the server owes; some answer questions of Lintel's own and never reach the client.
"""
