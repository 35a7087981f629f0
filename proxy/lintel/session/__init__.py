"""Sessions: accepting clients, connecting to the server, moving bytes. What to do with them is wire's to say.

- *listener*: accepts, begins and drains sessions; its docstring shows how to construct it.
- *door*: takes connections from listening sockets, one turn at a time.
- *arrival*: a client until its startup packet: TLS, asked for or direct, and cancel requests.
- *authentication*: Lintel's own, where it is wanted: the client proves its secret, and is logged in with it.
- *connector*: the only place where server connections are made.
- *server_leg*: such a connection until a session takes it over: TLS as sslmode wants it.
- *stream*: plain connections without uvloop's transports, in the compiled build; _stream.c is what they become.
- *shortcut*: between two of these, what a client repeats passes ahead of Python; _exchange.h says what that is,
  _shape.h what is alike but for its literals, _exchanges.h finds it.
- *relay*: the two transports of one session joined to its Conversation; *side*: either of them.
- *gathering*: long results come in larger pieces; *records*: they go to clients under TLS in small ones.
- *stall*: notices a peer that takes nothing any longer; *canceling*: forwards cancel requests.
- *database*: what all this needs from above.
"""
