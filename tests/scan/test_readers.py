"""The readers by themselves: dbt's templates, YAML, and strings of many languages."""

import ast
from pathlib import Path

import pytest
from tests.scan.cases import ORDERS

from lintel.scan import jinja, python, scan, strings, yaml


def rendered(text: str, **variables: str) -> jinja.Rendered:
    return jinja.render(text, lambda source, table: f"{source}.{table}", variables, "me")


TEMPLATES = [
    ("select 1", "select 1"),
    ("{{ config(a=1) }}select 1", "select 1"),
    ("from {{ ref('a') }}, {{ ref('pack', 'b') }}", "from lintel_ref.a, lintel_ref.b"),
    ('from {{ source("s", "t") }} as t', "from s.t as t"),
    ("limit {{ var('n', 5) }}", "limit 5"),
    ("limit {{ var('known') | int }}", "limit 7"),
    ("{% set a = ['x', 'y'] %}{% for b in a %}{{ b }}{% if not loop.last %},{% endif %}{% endfor %}", "x,y"),
    ("{% for a, b in c %}{% endfor %}", ""),
    ("a{% if is_incremental() %} b {{ this }}{% else %} c{% endif %} d", "a b lintel_ref.me d"),
    ("{% if false %}a{% elif true %}b{% endif %}", "b"),
    ("{% macro m(x) %} {{ x }} {% endmacro %}select 1", "select 1"),
    ("{% snapshot s %}select 1{% endsnapshot %}", "select 1"),
    ("{# a #}select 1", "select 1"),
    ("select {{ dbt_utils.star(from=ref('a')) }}", "select *"),
    ("{{ unknown }}", " lintel_hole "),
    ("{% endif %} x {% if", " x {% if"),
]


@pytest.mark.parametrize(("text", "sql"), TEMPLATES)
def test_templates(text: str, sql: str) -> None:
    assert rendered(text, known="7").sql == sql


def test_lines_stay_where_they_are() -> None:
    block = "{% for a in [1, 2] %}\n{{ a }},\n{% endfor %}\n{% if x %}\na\n{% else %}\nb\n{% endif %}\n"
    text = "{{ config(\n  a=1\n) }}\n" + block + "end"
    sql = rendered(text).sql
    assert sql.splitlines().index("end") == text.splitlines().index("end")


def test_nothing_of_a_template_is_run() -> None:
    for text in (
        "{{ ().__class__ }}",
        "{{ range(10 ** 9) }}",
        "{% for a in range(99999) %}{% endfor %}",
        "{{ 'a' * 9 }}",
    ):
        assert len(rendered(text).sql) < 20


def test_yaml() -> None:
    found = yaml.load(
        "# c\nversion: 2\nsources:\n- name: shop # x\n  tables:\n    - name: 'orders'\n      columns: [a, \"b\"]\n"
        "job:\n  run: |\n    SELECT 1\n    FROM t\n  words: one\n    two\n: odd\n"
    )
    assert isinstance(found, dict)
    assert found["sources"] == [{"name": "shop", "tables": [{"name": "orders", "columns": ["a", "b"]}]}]
    assert found["job"] == {"run": "    SELECT 1\n    FROM t", "words": "one\ntwo"}
    assert {str(one): one.line for one in yaml.scalars(found)}["shop"] == 4


@pytest.mark.parametrize(
    "text", ["", "- - - a", "a: {b", "  x\ny:\n z", "a:\n" * 500, "- " * 500, "\t- a", "a: |", "? b"]
)
def test_what_is_no_yaml_ends_all_the_same(text: str) -> None:
    list(yaml.scalars(yaml.load(text)))


STRINGS = [
    ("java", 'x = "SELECT a " + /* c */ "FROM t";', ["SELECT a FROM t"]),
    ("java", 'x = "SELECT a FROM " + t + " WHERE b";', ["SELECT a FROM {} WHERE b"]),
    ("java", '// "SELECT a FROM t"\nchar c = \'"\'; y("SELECT b FROM t")', ["SELECT b FROM t"]),
    ("kt", 'val q = """\n  SELECT a FROM t\n""".trimIndent()', ["\n  SELECT a FROM t\n"]),
    ("go", "q := `SELECT a FROM t`", ["SELECT a FROM t"]),
    ("ts", "const q = sql`SELECT ${a} FROM t`; const r = 'SELECT it\\'s FROM t'",
     ["SELECT ${a} FROM t", "SELECT it's FROM t"]),
    ("php", '$q = "SELECT a FROM t WHERE b = " . $b . " AND c";', ["SELECT a FROM t WHERE b = {} AND c"]),
    ("cs", 'var q = @"SELECT ""a"" FROM t";', ['SELECT "a" FROM t']),
    ("rs", 'let q = r#"SELECT "a" FROM t"#;', ['SELECT "a" FROM t']),
    ("sh", "psql -c 'DELETE FROM t' # it's\n", ["DELETE FROM t"]),
    ("rb", "q = <<~SQL\n  SELECT a FROM t\nSQL\n", ["\n  SELECT a FROM t\n"]),
    ("js", 'say("select one of them"); say("update")', []),
]  # fmt: skip


@pytest.mark.parametrize(("suffix", "text", "expected"), STRINGS)
def test_strings(suffix: str, text: str, expected: list[str]) -> None:
    assert [one.text for one in strings.snippets(text, suffix)] == expected


PYTHON = [
    ('q = "SELECT a " "FROM t"', ["SELECT a FROM t"]),
    ('q = f"SELECT {a} FROM t"', ["SELECT {} FROM t"]),
    ('T = "t"\nq = f"SELECT a FROM {T}"', ["SELECT a FROM t"]),
    ('q = "SELECT a FROM t WHERE b = " + b', ["SELECT a FROM t WHERE b = {}"]),
    ('q = "SELECT %s FROM t" % a', ["SELECT {} FROM t"]),
    ('q = "SELECT {} FROM t".format(a)', ["SELECT {} FROM t"]),
    ('def f():\n    """Select a from t."""', []),
    ('frame.to_sql("t", engine, schema="s")', ["COPY s.t FROM STDIN"]),
    ('pd.read_sql_table(table_name="t", con=c)', ["SELECT * FROM t"]),
]


@pytest.mark.parametrize(("source", "expected"), PYTHON)
def test_python(source: str, expected: list[str]) -> None:
    assert [one.text for one in python.snippets(ast.parse(source))] == expected


def test_a_broken_dbt_project_costs_no_other_file(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: [a\nmodel-paths: models\nvars: 1\n")
    (models / "one.sql").write_text("select total from {{ ref('two') }} join {{ source('public', 'orders') }} on true")
    (models / "two.sql").write_text("select id from {{ ref('one') }} -- round in circles")
    (models / "three.sql").write_text("select {{ from")
    (models / "four.sql").write_text("{{ the_whole(source('public', 'orders')) }}")
    (models / "odd.yml").write_text("models: {a: 1}\nsources:\n  - 5\n  - name: x\n    tables: none\n")
    (tmp_path / "plain.sql").write_text("SELECT note FROM orders")
    found = scan([tmp_path], ORDERS)
    assert {(one.reader, one.column) for one in found.uses} >= {("script", "note"), ("model one", "total")}
    assert {one.reader for one in found.opaque} >= {"model four"}
    assert not [one for one in found.opaque if "internal" in one.reason]
