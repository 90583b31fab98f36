"""An environment apart from the project for each peer, made from its pinned requirements."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

FOLDER = HERE.parent / ".venvs"
"""Where the environments are kept, out of sight of version control; delete it to make them anew."""

VERSION = "3.12"
"""Python of all peers: the oldest for Mesa 3.5, the newest for the NumPy that mesa-frames asks for."""


class NotRun(Exception):
    """A peer cannot be run here; the message says why."""


def peer_python(group: str) -> Path:
    """The interpreter of the peer's environment, made now unless it is there with the same requirements.

    Raises:
        NotRun: no suitable Python, or the requirements cannot be installed.

    """
    requirements = HERE / f"{group}.txt"
    folder = FOLDER / group
    python, stamp = folder / "bin" / "python", folder / "made-from"
    base = find_python()
    made_from = hashlib.sha256(requirements.read_bytes() + str(base).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == made_from:
        return python
    print(f"setting up {folder.relative_to(HERE.parents[1])} ...", file=sys.stderr, flush=True)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n")
    shutil.rmtree(folder, ignore_errors=True)
    _run([str(base), "-m", "venv", str(folder)])
    _run([str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", str(requirements)])
    stamp.write_text(made_from)
    return python


def find_python() -> Path:
    """A Python of :data:`VERSION`: this one, one on the path, or one of pyenv's.

    Raises:
        NotRun: there is none.

    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    on_path = shutil.which(f"python{VERSION}")
    candidates = [
        Path(sys.base_prefix) / "bin" / f"python{VERSION}",
        *sorted(pyenv.glob(f"versions/{VERSION}.*/bin/python")),
        *([Path(on_path)] if on_path else []),  # last, since it may be a stand-in that finds no version
    ]
    for candidate in candidates:
        if _version(candidate) == VERSION:
            return candidate
    raise NotRun(f"needs Python {VERSION}, which was not found")


def _version(python: Path) -> str | None:
    """Major and minor version that an interpreter says it is; None if it does not run."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        told = subprocess.run([str(python), "-c", code], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() if told.returncode == 0 else None


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit status {done.returncode}"]
        raise NotRun(f"could not be installed ({lines[-1]})")
