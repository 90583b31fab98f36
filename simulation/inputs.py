"""Reading what a user gives (files, folders, names) and refusing what is wrong with one clear message.

Everything here happens before a simulation starts, so that a mistake costs seconds and leaves nothing behind.
"""

from __future__ import annotations

import difflib
import errno
import os
import re
import shutil
import stat
import tomllib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_FILE_BYTES = 1_000_000
"""Largest scenario file that is read, in bytes. A scenario is a page of text; a larger file is a mistake."""

MAX_SHOWN = 60
"""Longest value quoted in a message, in characters."""

OWN_FIELDS = ("extends", "name", "title", "description")
"""Fields that describe one file and are never taken over from the file it extends."""


class InputError(ValueError):
    """Wrong input from the user: one message that names file, field, value, problem and remedy.

    Each part may be None or empty and is then left out. The command line prints the message and ends with
    status 2; no traceback is shown, because the fault is in the input.
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | None,
        field: str | None,
        value: Any,
        problem: str | None,
        remedy: str | None = None,
    ) -> None:
        self.file = None if file is None else os.fspath(file)
        self.field = field
        self.value = value
        self.problem = problem
        self.remedy = remedy
        super().__init__(self._message())

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions with several arguments need this to travel between worker processes.
        return type(self), (self.file, self.field, self.value, self.problem, self.remedy)

    def _message(self) -> str:
        what = self.field or ""
        if self.value is not None and self.value != "":
            what = f"{what} = {shown(self.value)}" if what else shown(self.value)
        sentence = ": ".join(part for part in (self.file, what, self.problem) if part)
        sentence = sentence.rstrip(".")
        if not self.remedy:
            return f"{sentence}."
        remedy = self.remedy[0].upper() + self.remedy[1:]
        return f"{sentence}. {remedy}" + ("" if remedy[-1] in ".?!" else ".")


def shown(value: Any) -> str:
    """A value as a user would write it in a scenario file, cut to `MAX_SHOWN` characters."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, os.PathLike):
        text = os.fspath(value)
    elif isinstance(value, str):
        text = '"' + value.replace("\n", "\\n") + '"'
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(shown(item) for item in value) + "]"
    elif isinstance(value, Mapping):
        text = "{" + ", ".join(f"{key} = {shown(item)}" for key, item in value.items()) + "}"
    else:
        text = str(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name` (capitals ignored), or None when none is alike."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    if not close and len(name) >= 3:  # the beginning of a long name, such as pilot
        close = [folded for folded in by_folded if folded.startswith(name.casefold())]
    return by_folded[close[0]] if close else None


def suggestion(name: str, known: Iterable[str], noun: str = "names", most: int = 12) -> str:
    """A remedy for an unknown name: the nearest known one, or the list of those that exist."""
    known = list(known)
    close = nearest(name, known)
    if close is not None:
        return f'did you mean "{close}"?'
    listed = ", ".join(known[:most]) + (", ..." if len(known) > most else "")
    return f"known {noun}: {listed}" if known else ""


# Reading TOML files


def read_toml(path: str | os.PathLike[str], max_bytes: int = MAX_FILE_BYTES) -> dict[str, Any]:
    """The tables of a TOML file of at most `max_bytes` bytes.

    Raises InputError when the file is missing, a folder or another thing than a file, unreadable, too large,
    not UTF-8 text, or not TOML (with line and column).
    """
    text = _read_text(Path(path), max_bytes)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError(path, None, None, "is nested too deeply", "use a few levels of tables") from None
    except ValueError as error:
        # Also plain ValueError: a number of thousands of digits is refused by Python, not by the TOML reader.
        raise InputError(path, None, None, f"is not valid TOML: {error}", _toml_remedy(text, error)) from None


def _read_text(path: Path, max_bytes: int) -> str:
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise InputError(path, None, None, "is a folder", "name a .toml file inside it")
        if not stat.S_ISREG(kind):
            # A pipe or a device may never end.
            raise InputError(path, None, None, "is not an ordinary file", "name a .toml file on disk")
        with path.open("rb") as stream:
            content = stream.read(max_bytes + 1)
    except FileNotFoundError:
        raise InputError(path, None, None, "does not exist", "check the name and the folder") from None
    except PermissionError:
        raise InputError(path, None, None, "may not be read", "ask its owner for permission") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise InputError(path, None, None, f"cannot be read ({_reason(error)})", "check the name") from None
    if len(content) > max_bytes:
        problem = f"is larger than {max_bytes:,} bytes, far too large for a scenario"
        raise InputError(path, None, None, problem, "check that this is the file you meant")
    try:
        return content.decode("utf-8-sig")  # some editors put a byte-order mark first
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"is not UTF-8 text (byte {error.start + 1}, line {line})"
        raise InputError(path, None, None, problem, "save it as plain text in UTF-8") from None


def _toml_remedy(text: str, error: ValueError) -> str:
    found = re.search(r"\(at line (\d+),", str(error))
    lines = text.splitlines()
    if found is None or int(found[1]) > len(lines):
        return "correct the file"
    line = lines[int(found[1]) - 1].strip()
    if "%" in line and '"' not in line:
        return f"write a share as a number from 0 to 1, not with %, in line {found[1]}: {shown(line)}"
    return f"correct line {found[1]}: {shown(line)}"


def _reason(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


# `extends`: a file that changes only a part of another


@dataclass(frozen=True)
class ExtendedTable:
    """A file with everything it extends merged in, and which file gave which field."""

    table: dict[str, Any]
    chain: tuple[tuple[Path, dict[str, Any]], ...]
    """The file itself first, then the one it extends, and so on, each with its own unmerged table."""

    def file_of(self, location: Iterable[str | int]) -> Path:
        """The file that set the field at `location`: the first of the chain that has it."""
        path = tuple(location)
        # An unset field is blamed on the file that wrote the nearest table around it.
        for depth in range(len(path), 0, -1):
            for file, table in self.chain:
                if has_field(table, path[:depth]):
                    return file
        return self.chain[0][0]


def has_field(table: Any, location: Iterable[str | int]) -> bool:
    """True when nested tables and lists hold something at `location`."""
    for key in location:
        inside = isinstance(table, Mapping) and key in table
        if not inside and not (isinstance(table, list) and isinstance(key, int) and key < len(table)):
            return False
        table = table[key]
    return True


def read_extended(path: str | os.PathLike[str], shipped: Mapping[str, Path]) -> ExtendedTable:
    """Read a TOML file and merge it over the file that its `extends` names, and over what that one extends.

    `extends` is the name of a shipped scenario or a path relative to the file that holds it. Tables are
    merged field by field; numbers, texts and lists are replaced as a whole. Raises InputError for a missing
    or cyclic `extends`, showing the chain of files.
    """
    chain: list[tuple[Path, dict[str, Any]]] = []
    file: Path | None = Path(path)
    while file is not None:
        if any(_same_file(file, seen) for seen, _ in chain):
            links = " -> ".join(seen.name for seen, _ in chain) + f" -> {file.name}"
            last, own = chain[-1]
            problem = f"goes round in a circle: {links}"
            raise InputError(last, "extends", own["extends"], problem, "remove one of these `extends`")
        chain.append((file, read_toml(file)))
        file = _extended_file(chain, shipped)
    merged: dict[str, Any] = {}
    for _, table in reversed(chain):
        merged = merge({key: merged[key] for key in merged if key not in OWN_FIELDS}, table)
    return ExtendedTable(merged, tuple(chain))


def _extended_file(chain: list[tuple[Path, dict[str, Any]]], shipped: Mapping[str, Path]) -> Path | None:
    file, table = chain[-1]
    name = table.get("extends")
    if name is None:
        return None
    if not isinstance(name, str) or not name.strip():
        remedy = 'write the name of a shipped scenario or a path, such as extends = "national_base"'
        raise InputError(file, "extends", name, "must be one name in quotes", remedy)
    if name in shipped:
        return shipped[name]
    candidate = file.parent / name
    with suppress(OSError, ValueError):
        if candidate.exists():
            return candidate
    problem = "is neither a shipped scenario nor a file in the folder of this one"
    if len(chain) > 1:
        problem += f" (read by way of {' -> '.join(seen.name for seen, _ in chain)})"
    raise InputError(file, "extends", name, problem, suggestion(name, shipped, "shipped scenarios"))


def _same_file(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except (OSError, ValueError):
        return False


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid upon `base`: tables are merged field by field, everything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both_tables = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[key] = merge(below, value) if both_tables else value  # type: ignore[arg-type]
    return merged


# Folders for results


def check_out_dir(path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """The folder for results as an absolute path, checked before anything is simulated.

    It must be new or empty, and it must be possible to write there (tried out, not guessed from permissions).
    With `overwrite`, a folder with results of an earlier run (it holds a manifest.json) may be replaced.
    Raises InputError otherwise.
    """
    try:
        folder = Path(path).expanduser().resolve()
        if any(place.is_symlink() for place in (folder, *folder.parents)):
            raise OSError(
                errno.ELOOP, os.strerror(errno.ELOOP)
            )  # Python 3.13 resolves such links to themselves
        if folder.exists():
            _check_existing(folder, overwrite)
        parent = folder.parent
        while not parent.exists():
            parent = parent.parent
        if not parent.is_dir():
            problem = f"cannot be made, because {parent} is a file"
            raise InputError(None, "--out", os.fspath(path), problem, "choose another folder")
        probe = parent / f".scoresim-{uuid.uuid4().hex}"
        probe.mkdir()
        probe.rmdir()
    except InputError:
        raise
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links in a circle, no home folder
        problem = f"cannot be written ({_reason(error)})"
        remedy = "choose a folder you may write to"
        raise InputError(None, "--out", os.fspath(path), problem, remedy) from None
    return folder


def _check_existing(folder: Path, overwrite: bool) -> None:
    def refuse(problem: str, remedy: str) -> InputError:
        return InputError(None, "--out", folder, problem, remedy)

    if not folder.is_dir():
        raise refuse("is a file", "name a folder that does not exist yet")
    if folder == Path.cwd() or folder in Path.cwd().parents:
        raise refuse("holds the folder you work in", "name a new folder inside it, such as results/run1")
    if os.path.ismount(folder):
        raise refuse("is the top of a disk", "name a new folder inside it")
    if not any(folder.iterdir()):
        return
    if not overwrite:
        raise refuse("exists and is not empty", "name a new folder, or move the old results away")
    if not (folder / "manifest.json").is_file():
        # Overwriting deletes the whole folder: never one that this software did not write.
        raise refuse("holds files that are not results (no manifest.json)", "name another folder")


@contextmanager
def atomic_directory(path: str | os.PathLike[str], overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary folder beside `path` to write into, and rename it to `path` at the end.

    When the body fails or is interrupted, everything is removed and `path` is as it was, so that a folder
    with results is always a whole one. `overwrite` as in `check_out_dir`, which is called first.
    """
    folder = check_out_dir(path, overwrite)
    made = [parent for parent in folder.parents if not parent.exists()]  # nearest first
    part = folder.parent / f".{folder.name}.part-{uuid.uuid4().hex[:8]}"
    try:
        part.mkdir(parents=True)
        yield part
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        with suppress(OSError):
            for parent in made:
                parent.rmdir()
        raise
    _move_into_place(part, folder, overwrite)


def _move_into_place(part: Path, folder: Path, overwrite: bool) -> None:
    try:
        if folder.exists():
            _check_existing(folder, overwrite)
            old = part.with_name(part.name + "-old")
            folder.rename(old)
            part.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            part.rename(folder)
    except (OSError, InputError) as error:
        # The work is done and complete: say where it is rather than throw it away.
        problem = f"could not be put in place at the end ({error})"
        raise InputError(None, "--out", folder, problem, f"the finished results are in {part}") from None
