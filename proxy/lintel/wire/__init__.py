"""The wire protocol, without I/O: bytes in, bytes out. Knows no SQL, no schema and no sockets.

- *frame*: type and length, then a body; *message*: a frame that has been decoded. Few are.
- *decision*: what the layers above say is to be done with a statement text; *context*: where a session asks.
- *conversation*: one session's two directions and what they share.
- *admission*: a client proves its secret to Lintel; *logging_in*: Lintel, to the server, with what that has given.
- *expected*: a reply that the server owes; some answer questions of Lintel's own and never reach the client.

Of a conversation *client* and *server* are the hot paths; *requests* and *answers* are the long way round, for every
message there is; *state* is what the four share, *waiting* why a client's input waits, *statements* who is prepared
under which name, *told* what a client has heard of such a statement and builds on, *retry* what may have to be sent
again, *probes* what such have shown, *failures* what an error comes to, *replies* the errors that a client gets
instead, *ask* what Lintel asks by itself, *needs* what is asked of the shell, *direction* what the shell sees of either
side, *exchange* what the shell may pass without looking. *transparent* is in the place of all that where another
protocol is spoken. *framing*, *limits* and *rows* walk over bytes, *messages* reads and writes single ones.

Before a conversation: *startup* packets, *client_hello* (TLS without asking), *proxy_header* (what balancers say). A
login: *scram*, with Lintel as the server (*scram_server*) or as the client (*scram_client*); *secret*, *saslprep* and
*channel_binding* are what either needs; *login*: what becomes of the server's own login where TLS differs. *errors*:
who broke the protocol.
"""
