-- A column of the table that is written, alone in ANY (..) or ALL (..): a subquery there would be taken for its rows.
## setup
CREATE TABLE o (id int PRIMARY KEY, note text); INSERT INTO o VALUES (1, 'a'), (2, '{a,b}'), (3, NULL);
CREATE TABLE p (id int PRIMARY KEY, c text[]); INSERT INTO p VALUES (1, '{a,b}'), (2, '{c}'), (3, NULL);
## change
ALTER TABLE o ADD tags text[] DEFAULT '{a,b}';
ALTER TABLE p RENAME c TO cc;
## plan
id = "o"
purpose = "x"
table = "public.o"
[add]
column = "tags"
type = "text[]"
default = "'{a,b}'"
## plan
id = "p"
purpose = "x"
table = "public.p"
[rename]
column = "c"
to = "cc"
## try
new: UPDATE o SET note = 'x' WHERE 'a' = ANY (tags) RETURNING id, 'b' = SOME(o.tags), tags
new: UPDATE o SET note = 'x' WHERE '{a,b}' = ANY (tags) RETURNING id
new: DELETE FROM o WHERE note = ANY ((tags)) RETURNING id
new: DELETE FROM o WHERE note <> ALL (o.tags) AND note IN (tags[1]) RETURNING id
new: UPDATE o SET note = (tags)[1] WHERE 'a' LIKE ANY (tags || '{q}') RETURNING note, note IN (SELECT unnest(tags))
new: SELECT id, 'a' = ANY (tags) FROM o ORDER BY id
new: INSERT INTO o (id, note) VALUES (1, 'z'), (7, 'y') ON CONFLICT (id) DO UPDATE SET note = excluded.note WHERE 'a' = ANY (o.tags) RETURNING id, 'b' = ANY (tags)
old: UPDATE p SET c = c || '{z}' WHERE 'a' = ANY (c) RETURNING 'z' = ANY (c), c
new: UPDATE p SET cc = cc || '{z}' WHERE '{a,b}' = ANY (cc) OR 'c' = ANY ((p.cc)) RETURNING 'z' = ANY (cc), 'y' <> ALL ((cc))
