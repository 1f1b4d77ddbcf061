"""The size budget: no file over 500 lines, no function over 80. Prints each breach; exit status 1 if any."""

import ast
import sys
from pathlib import Path

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 80


def breaches(path: Path) -> list[str]:
    source = path.read_text(encoding="utf-8")
    found = []
    lines = source.count("\n")
    if lines > MAX_FILE_LINES:
        found.append(f"{path}: {lines} lines, {MAX_FILE_LINES} are allowed")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                found.append(
                    f"{path}:{node.lineno}: {node.name} has {length} lines, {MAX_FUNCTION_LINES} are allowed"
                )
    return found


def main() -> int:
    folders = ("src", "scripts", "benchmarks", "training")
    files = sorted(f for folder in folders if Path(folder).is_dir() for f in Path(folder).rglob("*.py"))
    found = [line for file in files for line in breaches(file)]
    print("\n".join(found) or f"size budget kept by {len(files)} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
