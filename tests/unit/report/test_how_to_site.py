"""The how-to "choose a site", run as written."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from sampling_sim import cli

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "choose-a-site.md"
BLOCKS = re.findall(r"```(python)?\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if not kind for line in text.splitlines()]
(SCRIPT,) = [text for kind, text in BLOCKS if kind]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_runs(command, tmp_path, monkeypatch, capsys):
    """Exit 0, something on stdout, nothing on stderr, and the map it names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    program, *arguments = shlex.split(command)
    assert program == "sampling-sim"
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr()
    assert (end.value.code or 0, said.err) == (0, "")
    assert "kamooalewa" in said.out or "slope" in said.out
    drawn = [word for word in arguments if word.endswith(".png")]
    assert [path.name for path in tmp_path.iterdir()] == drawn


def test_the_page_shows_commands_and_a_script():
    assert len(COMMANDS) >= 8


def test_the_script_of_the_page_runs(capsys):
    exec(compile(SCRIPT, str(PAGE), "exec"), {})
    assert re.match(r"\d+% of the patch rests; gravity off by \S+ m/s² at most\n",
                    capsys.readouterr().out)  # fmt: skip
