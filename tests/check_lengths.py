"""Fail where a file or a function outgrows the house's limits (docs/architecture.md)."""

import ast
import sys
from pathlib import Path

FILE_LINES, FUNCTION_LINES = 400, 80
EXCEPTIONS: dict[str, str] = {}  # path or path:function -> reason; ideally empty


def offences(root: Path) -> list[str]:
    """Name every file and function of the package and its tests that is too long."""
    found = []
    for path in sorted([*root.glob("sampling_sim/**/*.py"), *root.glob("tests/**/*.py")]):
        name, text = str(path.relative_to(root)), path.read_text()
        limit = FILE_LINES if name.startswith("sampling_sim") else 600
        if text.count("\n") > limit and name not in EXCEPTIONS:
            found.append(f"{name}: {text.count(chr(10))} lines, limit {limit}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES and f"{name}:{node.name}" not in EXCEPTIONS:
                    found.append(f"{name}:{node.name}: {length} lines, limit {FUNCTION_LINES}")
    return found


if __name__ == "__main__":
    problems = offences(Path(__file__).parent.parent)
    sys.stdout.write("\n".join(problems) + ("\n" if problems else ""))
    sys.exit(bool(problems))
