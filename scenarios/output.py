"""Results on disk and as JSON: Parquet tables, figures, and a manifest that tells how to repeat them.

The same inputs give the same bytes in every table and figure; the manifest alone carries the time.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from calibration.belief import Belief
from scenarios.compare import Settings
from scenarios.drawing import save
from simulation import parameters
from simulation.inputs import atomic_directory
from simulation.programme import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PACKAGES = ("scoresim", "numpy", "numba", "polars", "matplotlib")
HERE = Path(__file__).parent


def write(
    folder: Path,
    tables: Mapping[str, pl.DataFrame],
    figures: Mapping[str, Figure],
    manifest: Mapping[str, Any],
) -> None:
    """Write everything into the new ``folder``, or leave nothing behind."""
    with atomic_directory(folder) as part:
        for name, table in tables.items():
            table.write_parquet(part / f"{name}.parquet", compression="zstd")
        if figures:
            (part / "figures").mkdir()
        for name, figure in figures.items():
            save(figure, part / "figures" / f"{name}.png")
        text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
        (part / "manifest.json").write_text(text + "\n", encoding="utf-8")


def records(table: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table for JSON: numbers that are not finite become null."""
    floats = [name for name, kind in table.schema.items() if kind.is_float()]
    return table.with_columns(
        pl.when(pl.col(name).is_finite()).then(pl.col(name)) for name in floats
    ).to_dicts()


def manifest(
    command: str,
    scenarios: Sequence[Scenario],
    settings: Settings,
    belief: Belief,
    simulated: Mapping[str, int],
    **more: Any,
) -> dict[str, Any]:
    """What was done, complete enough to repeat it: scenarios with all they extend, settings, versions.

    ``belief`` is where the parameters came from; ``simulated`` counts the enterprises and workers of a
    replicate; ``more`` is the command's own.
    """
    return {
        "command": command,
        **more,
        "scenarios": [scenario.model_dump(mode="json") for scenario in scenarios],
        "settings": asdict(settings),
        "seed": settings.seed,
        "parameters": _parameters(belief, settings.seed),
        "simulated": dict(simulated),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "code_revision": code_revision(),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _parameters(belief: Belief, seed: int) -> dict[str, Any]:
    """Which parameter values were used: the registry (by its hash) and how they were drawn."""
    registry = (Path(parameters.__file__).parent / "data" / "parameters.csv").read_bytes()
    return {
        **belief.record(),
        "seed": seed,
        "registry_sha256": hashlib.sha256(registry).hexdigest(),
    }


def code_revision() -> str | None:
    """The git revision of this code, with "+changes" if tracked files differ from it; None outside git."""
    try:
        _git("ls-files", "--error-unmatch", "cli.py")  # not another project's repository
        changed = _git("status", "--porcelain", "--untracked-files=no")
        return _git("rev-parse", "HEAD") + ("+changes" if changed else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=HERE, capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()
