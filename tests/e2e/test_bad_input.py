"""Bad plans and configurations: exit 2, one line, naming the file, the key and what was expected."""

from pathlib import Path

import pytest
from tests.command import lintel
from tests.priority import PLAN

BAD = {
    "no such plan": (("--plan", "{dir}/none.toml"), {}, ("none.toml",)),
    "plan without a type": (("--plan", "{dir}/typeless.toml"), {}, ("typeless.toml", "add.type")),
    "plan with an unknown key": (("--plan", "{dir}/odd.toml"), {}, ("odd.toml", "shield.star", "stars")),
    "plan that is no TOML": (("--plan", "{dir}/broken.toml"), {}, ("broken.toml", "TOML")),
    "volatile default": (("--plan", "{dir}/volatile.toml"), {}, ("volatile.toml", "add.default", "immutable")),
    "no such configuration": (("-c", "{dir}/nowhere.toml"), {}, ("nowhere.toml",)),
    "unknown key": (("-c", "{dir}/lintel.toml"), {}, ("lintel.toml", "listen.adress", "listen.address")),
    "bad address": (("--listen", "nonsense"), {}, ("--listen", "HOST:PORT")),
    "bad variable": ((), {"LINTEL_RECORD__FLUSH_INTERVAL": "soon"}, ("LINTEL_RECORD__FLUSH_INTERVAL", "duration")),
}
FILES = {
    "typeless.toml": PLAN.replace('type = "smallint"', ""),
    "odd.toml": PLAN + '[shield]\nstar = "pin"\n',
    "broken.toml": "id = = 1",
    "volatile.toml": PLAN.replace('"smallint"', '"timestamptz"').replace('"0"', '"now()"'),
    "lintel.toml": '[listen]\nadress = "127.0.0.1:0"\n',
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_names_the_file_the_key_and_what_was_expected(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags, environment, words = BAD[case]
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    given = [flag.format(dir=tmp_path) for flag in flags]
    done = lintel("serve", "--server", "postgresql://postgres@127.0.0.1:1/x", *given)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr
