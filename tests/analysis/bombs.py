"""Hostile SQL: the corpus of safety 20, as functions of a size. test_hostile holds it against its bounds."""

from collections.abc import Callable

# What grows with n, and the n that no server would be sent for good.
BOMBS: dict[str, tuple[Callable[[int], str], int]] = {
    "additions": (lambda n: "SELECT " + "+".join(["1"] * n), 50_000),
    "additions of columns": (lambda n: "SELECT " + "+".join(["a"] * n) + " FROM t", 50_000),
    "concatenations": (lambda n: "SELECT " + "||".join(["a"] * n) + " FROM t", 50_000),
    "and": (lambda n: "SELECT 1 FROM t WHERE " + " AND ".join(["a = 1"] * n), 50_000),
    "or": (lambda n: "SELECT 1 FROM t WHERE " + " OR ".join(["a = 1"] * n), 50_000),
    "not": (lambda n: "SELECT " + "NOT " * n + "true", 100_000),
    "minus": (lambda n: "SELECT " + "- " * n + "1", 100_000),
    "parentheses": (lambda n: "SELECT " + "(" * n + "1" + ")" * n, 100_000),
    "subqueries": (lambda n: "(SELECT " * n + "1" + ")" * n, 20_000),
    "derived tables": (lambda n: "SELECT * FROM (" * n + "SELECT 1" + ") x" * n, 20_000),
    "exists": (lambda n: "SELECT 1 WHERE " + "EXISTS (SELECT 1 WHERE " * n + "true" + ")" * n, 20_000),
    "unions": (lambda n: " UNION ALL ".join(["SELECT a FROM t"] * n), 20_000),
    "unions in parentheses": (lambda n: "(" * n + "SELECT 1" + ") UNION SELECT 1" * n, 20_000),
    "joins": (lambda n: "SELECT 1 FROM t" + " CROSS JOIN t" * n, 20_000),
    "natural joins": (lambda n: "SELECT 1 FROM t" + " NATURAL JOIN t" * n, 20_000),
    "joins with aliases": (
        lambda n: "SELECT 1 FROM " + " JOIN ".join(f"t t{i}" for i in range(n)) + " ON true" * (n - 1),
        9_000,
    ),
    "natural joins of doubling rows": (
        lambda n: (
            "SELECT 1 FROM (SELECT t AS a FROM t) x0"
            + "".join(f" NATURAL JOIN (SELECT ROW(x.*) AS a, x AS b{i} FROM t x) x{i}" for i in range(1, n))
        ),
        300,
    ),
    "natural joins of wide stars": (
        lambda n: (
            "WITH w AS (SELECT "
            + ",".join(f"a AS a{i}" for i in range(1600))
            + " FROM t) SELECT a1 FROM w x0"
            + "".join(f" NATURAL JOIN w x{i}" for i in range(1, n))
        ),
        400,
    ),
    "cross joins of wide stars": (
        lambda n: (
            "WITH w AS (SELECT "
            + ",".join(f"a AS a{i}" for i in range(1600))
            + " FROM t) SELECT x0.a1 FROM w x0"
            + "".join(f" CROSS JOIN w x{i}" for i in range(1, n))
        ),
        400,
    ),
    "unqualified names under many joins": (
        lambda n: (
            "SELECT " + ",".join(["zz"] * 1600) + " FROM t x0" + "".join(f" CROSS JOIN t x{i}" for i in range(1, n))
        ),
        450,
    ),
    "names that are found far outside": (
        lambda n: (
            "SELECT 1 FROM t AS far(q, r) WHERE " + "EXISTS (SELECT 1 FROM t WHERE q = 1 AND " * n + "q = 1" + ")" * n
        ),
        150,
    ),
    "whole rows of joins": (
        lambda n: (
            "SELECT "
            + ",".join(["j"] * 1600)
            + " FROM (t x0"
            + "".join(f" CROSS JOIN t x{i}" for i in range(1, n))
            + ") j"
        ),
        400,
    ),
    "whole rows grouped": (
        lambda n: "SELECT count(*) FROM t GROUP BY " + ",".join(["t"] * n),
        1600,
    ),
    "order by names of many outputs": (
        lambda n: (
            "SELECT "
            + ",".join(f"a AS a{i}" for i in range(n))
            + " FROM t ORDER BY "
            + ",".join(f"a{i}" for i in range(n))
        ),
        1600,
    ),
    "a wide insert": (
        lambda n: "INSERT INTO t (" + ",".join(["a"] * n) + ") VALUES (" + ",".join(["1"] * n) + ")",
        20_000,
    ),
    "functions in from": (
        lambda n: "SELECT 1 FROM " + ",".join(f"unnest(ARRAY[x{i - 1}]) x{i}" if i else "t x0" for i in range(n)),
        1600,
    ),
    "recursive ctes that name one another": (
        lambda n: "WITH RECURSIVE " + ",".join(f"c{i} AS (SELECT a FROM c{i + 1})" for i in range(n)) + " SELECT 1",
        2000,
    ),
    "ctes in a row": (
        lambda n: (
            "WITH c0 AS (SELECT a FROM t)"
            + "".join(f", c{i} AS (SELECT a FROM c{i - 1} UNION SELECT a FROM c{i - 1})" for i in range(1, n))
            + f" SELECT a FROM c{n - 1}"
        ),
        2000,
    ),
    "nested joins": (lambda n: "SELECT 1 FROM " + "(t JOIN " * n + "t" + " ON true)" * n, 20_000),
    "casts": (lambda n: "SELECT 1" + "::int" * n, 50_000),
    "subscripts": (lambda n: "SELECT a" + "[1]" * n + " FROM t", 50_000),
    "nested subscripts": (lambda n: "SELECT " + "a[" * n + "1" + "]" * n + " FROM t", 50_000),
    "fields": (lambda n: "SELECT (a)" + ".a" * n + " FROM t", 50_000),
    "arrays": (lambda n: "SELECT " + "ARRAY[" * n + "1" + "]" * n, 50_000),
    "rows": (lambda n: "SELECT " + "ROW(" * n + "1" + ")" * n, 50_000),
    "calls": (lambda n: "SELECT " + "f(" * n + "1" + ")" * n, 50_000),
    "cases": (lambda n: "SELECT " + "CASE WHEN true THEN " * n + "1" + " END" * n, 20_000),
    "collations": (lambda n: "SELECT b" + ' COLLATE "C"' * n + " FROM t", 20_000),
    "ctes, nested": (lambda n: "WITH c AS (" * n + "SELECT 1" + ") SELECT * FROM c" * n, 10_000),
    "ctes, recursive and nested": (
        lambda n: "WITH RECURSIVE c AS (" * n + "SELECT a FROM t" + " UNION ALL SELECT a FROM c) SELECT a FROM c" * n,
        60,
    ),
    "ctes, doubling": (
        lambda n: (
            "WITH c0 AS (SELECT a FROM t), "
            + ", ".join(f"c{i} AS (SELECT x.*, y.* FROM c{i - 1} x, c{i - 1} y)" for i in range(1, n))
            + f" SELECT * FROM c{n - 1}"
        ),
        40,
    ),
    "rows of rows": (
        lambda n: (
            "SELECT 1 FROM (SELECT t AS x0 FROM t) s0"
            + "".join(f", LATERAL (SELECT s{i - 1} AS x{i}, s{i - 1} AS y{i}) s{i}" for i in range(1, n))
        ),
        40,
    ),
    "derived stars, doubling": (
        lambda n: "SELECT * FROM (" * n + "SELECT a FROM t" + ") x(a), LATERAL (SELECT x.*) y" * n,
        60,
    ),
    "values": (lambda n: "INSERT INTO t VALUES " + ",".join(["(1)"] * n), 50_000),
    "in list": (lambda n: "SELECT 1 FROM t WHERE a IN (" + ",".join(["1"] * n) + ")", 100_000),
    "huge in list": (lambda n: "SELECT 1 FROM t WHERE a IN (" + ",".join(["1234567"] * n) + ")", 8_000_000),
    "targets": (lambda n: "SELECT " + ",".join(["a"] * n) + " FROM t", 100_000),
    "stars": (lambda n: "SELECT " + ",".join(["*"] * n) + " FROM t", 50_000),
    "from": (lambda n: "SELECT 1 FROM " + ",".join(f"t t{i}" for i in range(n)), 20_000),
    "semicolons": (lambda n: ";" * n, 1_000_000),
    "statements": (lambda n: "SELECT a FROM t;" * n, 60_000),
    "a comment that never ends": (lambda n: "/*" * n, 500_000),
    "quotes": (lambda n: "SELECT " + "'" * n, 100_001),
    "dollars": (lambda n: "SELECT " + "$a$ $b$ " * n, 50_001),
    "between": (lambda n: "SELECT 1" + " BETWEEN 1 AND 2" * n, 20_000),
    "operators, custom": (lambda n: "SELECT 1" + " @@@ 1" * n, 50_000),
    "is null": (lambda n: "SELECT a" + " IS NULL" * n + " FROM t", 50_000),
    "explain": (lambda n: "EXPLAIN " * n + "SELECT 1", 20_000),
    "grouping sets": (lambda n: "SELECT 1 FROM t GROUP BY " + "GROUPING SETS (" * n + "a" + ")" * n, 20_000),
    "an identifier": (lambda n: "SELECT " + "a" * n, 1_000_000),
    "dots": (lambda n: "SELECT " + "a." * n + "a FROM t", 50_000),
    "brackets that never close": (lambda n: "SELECT ((((((" * n, 50_000),
    "NUL": (lambda n: "SELECT 1\0" * n, 2),
    "json path": (lambda n: "SELECT b" + " -> 'a'" * n + " FROM t", 50_000),
    "xml": (lambda n: "SELECT " + "xmlelement(name a, " * n + "1" + ")" * n, 20_000),
    "windows": (lambda n: "SELECT sum(a) OVER (ORDER BY a) " + ", sum(a) OVER (ORDER BY a)" * n + " FROM t", 10_000),
    "if not exists": (lambda n: "CREATE TABLE x (" + ",".join(f"c{i} int" for i in range(n)) + ")", 50_000),
}
