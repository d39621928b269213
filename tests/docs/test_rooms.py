"""The house: folders that stay small, and arrows between files and folders that never turn back."""

import ast
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[2] / "server"
MODULES = {".".join(file.relative_to(SERVER.parent).with_suffix("").parts): file for file in SERVER.rglob("*.py")}


def imported(name: str, file: Path) -> set[str]:
    """The modules of the project that a file imports, wherever in it the statement stands."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "server":
            assert node.level == 0
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.partition(".")[0] == "server"}
    return found - {name}


ARROWS = {name.removesuffix(".__init__"): imported(name, file) for name, file in MODULES.items()}


def wings(parent: str) -> dict[str, set[str]]:
    """The arrows between the folders and files right under `parent`; what stands in a folder counts as that folder."""
    depth = parent.count(".") + 2
    arrows = defaultdict(set)
    for name, targets in ARROWS.items():
        if name.startswith(f"{parent}."):
            side = ".".join(name.split(".")[:depth])
            inside = {target for target in targets if target.startswith(f"{parent}.")}
            arrows[side] |= {".".join(target.split(".")[:depth]) for target in inside} - {side}
    return arrows


FOLDERS = [
    "server",
    *sorted(name.removesuffix(".__init__") for name in MODULES if name.count(".") > 1 and "__init__" in name),
]


def test_files_import_in_no_circle():
    try:
        TopologicalSorter(ARROWS).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of files: {' → '.join(error.args[1])}")


@pytest.mark.parametrize("parent", ["server"])
def test_rooms_import_in_no_circle(parent):
    try:
        TopologicalSorter(wings(parent)).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of rooms: {' → '.join(error.args[1])}")


@pytest.mark.parametrize("parent", FOLDERS)
def test_the_folders_of_a_room_import_in_no_circle(parent):
    folders = {name for name in FOLDERS if name.rpartition(".")[0] == parent}
    arrows = {side: targets & folders for side, targets in wings(parent).items() if side in folders}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of folders: {' → '.join(error.args[1])}")


def test_the_check_sees_a_circle():
    with pytest.raises(CycleError):
        TopologicalSorter({**wings("server"), "server.errors": {"server.app"}}).prepare()


def test_no_folder_holds_more_than_twenty_files():
    files = defaultdict(int)
    for file in MODULES.values():
        files[file.parent] += 1
    assert {str(folder.relative_to(SERVER)): count for folder, count in files.items() if count > 20} == {}


def test_no_file_only_hands_on_what_others_have():
    """A file of imports alone, or of imports and `__all__`, is a second address for one thing."""
    empty = []
    for name, file in MODULES.items():
        body = ast.parse(file.read_text()).body
        imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
        own = [
            node
            for node in body
            if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)
            and not (isinstance(node, ast.Assign) and "__all__" in ast.unparse(node.targets[0]))
        ]
        if imports and not own and not name.endswith("__main__"):
            empty.append(name)
    assert empty == []
