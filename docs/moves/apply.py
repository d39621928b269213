"""Move modules as `moves.txt` says, and rewrite whatever names them; for branches begun before the move, too.

`python docs/moves/apply.py` needs libcst (`pip install libcst`). A row is `old/path.py new/path.py`, or
`old/path.py:Name new/path.py` for a class or function whose definition somebody moves by hand. A row whose old file is
gone only rewrites names, so the command can be run again: after a merge, it brings what came in up to date.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import libcst as cst
from libcst.helpers import get_full_name_for_node

ROOT: Final = Path(__file__).resolve().parents[2]
_TABLES: Final = ("docs/moves/moves.txt", "docs/moves/names.txt")
_ATTRIBUTE: Final = r"|[.]\w"
_FORMATTER: Final = (("check", "--select", "I", "--fix", "--quiet", "."), ("format", "--quiet", "."))


def dotted(path: str) -> str:
    """The module name of a path."""
    return path.removesuffix(".py").replace("/", ".")


class _Imports(cst.CSTTransformer):
    """Rewrites the `from … import` statements of one file."""

    def __init__(self, modules: dict[str, str], names: dict[tuple[str, str], str]) -> None:
        self._modules = modules
        self._names = names

    def leave_SimpleStatementLine(  # noqa: N802 - libcst's name
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        """Split an import whose names now live in several modules."""
        del original_node
        (statement, *rest) = updated_node.body
        if rest or not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
            return updated_node
        module = get_full_name_for_node(statement.module) if statement.module else None
        if module is None or module.partition(".")[0] != "server":
            return updated_node
        places: dict[str, list[cst.ImportAlias]] = {}
        for alias in statement.names:
            place, moved = self._placed(module, alias)
            places.setdefault(place, []).append(moved)
        if list(places) == [module]:
            return updated_node
        made = [self._line(place, aliases) for place, aliases in places.items()]
        first = made[0].with_changes(
            leading_lines=updated_node.leading_lines, trailing_whitespace=updated_node.trailing_whitespace
        )
        return cst.FlattenSentinel(
            [first, *(line.with_changes(trailing_whitespace=updated_node.trailing_whitespace) for line in made[1:])]
        )

    def _placed(self, module: str, alias: cst.ImportAlias) -> tuple[str, cst.ImportAlias]:
        name = alias.evaluated_name
        plain = alias.with_changes(comma=cst.MaybeSentinel.DEFAULT)
        if (module, name) in self._names:
            return self._names[module, name], plain
        if f"{module}.{name}" in self._modules.values():  # a module that has moved already
            return module, plain
        if (new := self._modules.get(f"{module}.{name}")) is not None:  # a module out of its package
            package, _, last = new.rpartition(".")
            asname = alias.asname or (cst.AsName(name=cst.Name(name)) if last != name else None)
            return package, plain.with_changes(name=cst.Name(last), asname=asname)
        return self._modules.get(module, module), plain

    def _line(self, module: str, aliases: Sequence[cst.ImportAlias]) -> cst.SimpleStatementLine:
        node = cst.parse_expression(module)
        assert isinstance(node, cst.Name | cst.Attribute)  # noqa: S101 - a dotted name
        one = len(aliases) > 1
        return cst.SimpleStatementLine(
            body=[
                cst.ImportFrom(
                    module=node,
                    names=list(aliases),
                    lpar=cst.LeftParen() if one else None,
                    rpar=cst.RightParen() if one else None,
                )
            ]
        )


def main() -> None:
    """Move, rewrite, and sort the imports."""
    rows = [tuple(line.split()) for table in _TABLES for line in (ROOT / table).read_text().splitlines() if line]
    files = {old: new for old, new in rows if ":" not in old}
    names = {tuple(old.split(":")): new for old, new in rows if ":" in old}
    for old, new in files.items():
        if (ROOT / old).exists():
            (ROOT / new).parent.mkdir(parents=True, exist_ok=True)
            _git("mv", old, new)
    modules = {dotted(old): dotted(new) for old, new in files.items()}
    moved = {(dotted(path), name): dotted(new) for (path, name), new in names.items()}
    # A name may be imported from where its module stood, or from where it stands now.
    moved |= {(modules.get(module, module), name): new for (module, name), new in moved.items()}
    # Longest first, whole names only. Where an old module's name is now a package's, a dot after it leads into that.
    packages = {new.rpartition(".")[0] for new in modules.values()}
    words = re.compile(
        "|".join(
            rf"(?<!from )\b{re.escape(old)}(?!\w{_ATTRIBUTE if old in packages else ''})"
            for old in sorted(modules, key=len, reverse=True)
        )
    )
    paths = re.compile("|".join(rf"(?<!\w)(?<!\w/){re.escape(old)}\b" for old in sorted(files, key=len, reverse=True)))
    for name in _git("ls-files").splitlines():
        path = ROOT / name
        if (
            name.startswith("docs/moves/")
            or path.suffix in {".png", ".jpg", ".pdf", ".safetensors"}
            or not path.exists()
        ):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        new = text
        if path.suffix == ".py" and "server" in text:
            new = cst.parse_module(text).visit(_Imports(modules, moved)).code
        new = words.sub(lambda found: modules[found[0]], new)
        new = paths.sub(lambda found: files[found[0]], new)
        if new != text:
            path.write_text(new)
    for command in _FORMATTER:
        subprocess.run((sys.executable, "-m", "ruff", *command), cwd=ROOT, check=False)  # noqa: S603


def _git(*arguments: str) -> str:
    return subprocess.run(("git", *arguments), cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603,S607


if __name__ == "__main__":
    main()
