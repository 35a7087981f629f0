"""The referee: a second opinion, by sqlglot, on a sample of the texts that the shield has rewritten.

It reads the client's text under the client's tables, and the text for the server under the database's, and says whether
the two come to the same. It never decides about a statement: what may be sent is proved by the gate. What reads is a
process of its own (`reader`), as sqlglot's parser is neither linear nor flat; so that it begins quickly nothing is
imported here.

- *referee*: the queue and the process; *request*: what goes there and comes back; *telling*: where that is told.
- *reader*: the process; *reading*: one text, by *queries*; *comparing*: two of them.
"""
