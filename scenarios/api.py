"""The Python face: scenario in, data frames and figures out; what a notebook needs.

    from scenarios import api

    half = api.scenario("tapered_subsidy", {"programme.subsidy": 0.5}, name="half")
    result = api.compare(["tapered_subsidy", half], replicates=8)
    result.effects                  # a polars data frame
    result.figure("effects")        # shown by a notebook

Every function takes names, files or scenarios, checks them as the command line does (wrong input raises one
InputError that says what to do), and gives a :class:`Result`.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import ValidationError
from typer.main import get_command

from calibration.belief import usual_draws
from scenarios import commands, fit_commands
from scenarios.answers import Answer
from scenarios.cli_options import TAKEN
from scenarios.drawing import save
from simulation.field_errors import wrong_field
from simulation.inputs import ExtendedTable
from simulation.programme import Scenario
from simulation.scenario_files import SETTINGS, load_scenario, shipped_scenarios, to_toml

# Mesa loads a progress bar that asks for Jupyter's widgets, and does without where there are none.
warnings.filterwarnings("ignore", message="IProgress not found")

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOTEBOOK_DPI = 72
"""Dots per inch of a figure shown in a notebook: 960 points wide."""


# Scenarios


def scenarios() -> pl.DataFrame:
    """The shipped scenarios: name, title, description."""
    loaded = [load_scenario(name) for name in shipped_scenarios()]
    return pl.DataFrame(
        {field: [getattr(each, field) for each in loaded] for field in ("name", "title", "description")}
    )


def scenario(
    asked: str | Scenario, changes: Mapping[str, Any] | None = None, name: str | None = None
) -> Scenario:
    """The scenario of that name or file with some fields changed, such as ``{"programme.subsidy": 0.5}``.

    Fields are written with dots, as ``scoresim scenario show`` lists them, and their values as in a scenario
    file. A changed scenario needs a ``name`` of its own to be compared with the one it comes from. Raises
    InputError naming the field.
    """
    loaded = asked if isinstance(asked, Scenario) else load_scenario(asked)
    if not changes and name is None:
        return loaded
    table = loaded.model_dump(mode="json", exclude_none=True)
    if name is not None:
        table |= {"name": name, "title": name}
    for field, value in (changes or {}).items():
        _put(table, field.split("."), value)
    try:
        return Scenario.model_validate(table)
    except ValidationError as error:
        read = ExtendedTable(table, ((Path(f"changes of {loaded.name}"), table),))
        raise wrong_field(error.errors(include_url=False), read, SETTINGS) from None


def _put(table: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set a field in nested tables; the names of parameters hold dots of their own."""
    first, *rest = path
    if not rest or first == "parameters":
        target = table.setdefault(first, {}) if rest else table
        target[".".join(rest) if rest else first] = value
        return
    _put(table.setdefault(first, {}), rest, value)


# Answers


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure that a notebook shows by itself."""

    figure: Figure

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        save(self.figure, stream, NOTEBOOK_DPI)
        return stream.getvalue()


class Result:
    """What a command found: its tables as attributes (polars data frames), and its figures by name."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._figures: dict[str, Figure] | None = None

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        return self._answer.tables

    @property
    def manifest(self) -> dict[str, Any]:
        """What was done, complete enough to repeat it: scenarios, settings, parameters, versions."""
        return self._answer.manifest

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of the figures."""
        return tuple(self._drawn())

    def figure(self, name: str) -> Picture:
        """A figure; its ``figure`` is Matplotlib's. Raises KeyError naming those that there are."""
        drawn = self._drawn()
        if name not in drawn:
            raise KeyError(f"no figure {name}; there are {', '.join(drawn) or 'none'}")
        return Picture(drawn[name])

    def show(self) -> None:
        """Print the answer as the command does."""
        self._answer.show()

    def _drawn(self) -> dict[str, Figure]:
        if self._figures is None:
            self._figures = self._answer.draw()
        return self._figures

    def __getattr__(self, name: str) -> pl.DataFrame:
        tables = self.__dict__["_answer"].tables
        if name in tables:
            return tables[name]
        raise AttributeError(f"no table {name}; there are {', '.join(tables)}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.tables]

    def __repr__(self) -> str:
        lines = [f"Result of {self.manifest.get('command', 'a command')}"]
        tables = [
            f"{name} ({len(table):,} rows: {', '.join(table.columns)})" for name, table in self.tables.items()
        ]
        lines += [f"{'└' if last else '├'}── {text}" for text, last in _with_last(tables)]
        return "\n".join(lines)


def _with_last(items: Sequence[str]) -> list[tuple[str, bool]]:
    return [(item, number == len(items) - 1) for number, item in enumerate(items)]


def run(asked: str | Scenario, *, replicates: int = 8, seed: int = 1, **options: Any) -> Result:
    """Simulate one scenario: tables `indicators`, `programme`, `market`, ... (`scoresim run`).

    ``options`` are those of :class:`scenarios.commands.Options`: enterprises, sample, months, threads, draws.
    """
    if "draws" not in options and replicates == 1:
        options["draws"] = "default"
    return Result(commands.run(asked, commands.Options(seed, replicates, **options)))


def compare(
    asked: Sequence[str | Scenario],
    *,
    baseline: str | Scenario = "no_programme",
    month: int | None = None,
    replicates: int = 48,
    seed: int = 1,
    **options: Any,
) -> Result:
    """Compare scenarios with a baseline: tables `effects`, `programme`, `market`, ... (`scoresim compare`).

    ``month`` is that of the headline; ``options`` as in :func:`run`.
    """
    return Result(commands.compare(asked, baseline, month, commands.Options(seed, replicates, **options)))


def validate(
    trials: str | None = None, *, draws: int = 100, source: str | None = None, seed: int = 1
) -> Result:
    """Repeat published trials in the model: tables `trials`, `directions`, `summary` (`scoresim validate`).

    ``trials`` is a folder of trial files (not given: the shipped ones), ``draws`` the number of parameter
    draws, ``source`` where they come from: "posterior", "prior" or a posterior's file.
    """
    return Result(fit_commands.run_validation(trials, source or usual_draws(), draws, seed, None, True))


def ask(command: str, *arguments: str | Scenario, **options: Any) -> Result:
    """Any other command of `scoresim`, by its name and with its options: what it would answer.

        api.ask("rank mixes", "five_modules", replicates=8, enterprises=300)

    ``scoresim COMMAND --help`` lists the options; hyphens are written as underscores, a switch is True (or
    False, where it has a "--no-" form), several values are a list. Raises what the command raises.
    """
    from scenarios.cli import app

    taken: list[Answer] = []
    token = TAKEN.set(taken)
    try:
        with TemporaryDirectory() as folder:
            given = [
                *command.split(),
                *(_argument(each, Path(folder)) for each in arguments),
                *_written(options),
            ]
            with get_command(app).make_context("scoresim", [*given, "--json"]) as context:
                context.command.invoke(context)
    finally:
        TAKEN.reset(token)
    return Result(taken[0])


def _argument(given: str | Scenario, folder: Path) -> str:
    """A name or file as it is; a scenario as a file in ``folder``."""
    if not isinstance(given, Scenario):
        return given
    file = folder / f"{given.name}.toml"
    file.write_text(to_toml(given), encoding="utf-8")
    return str(file)


def _written(options: Mapping[str, Any]) -> Iterator[str]:
    """Options as they are written on the command line."""
    for name, value in options.items():
        option = name.replace("_", "-")
        if isinstance(value, bool):
            yield f"--{option}" if value else f"--no-{option}"
        else:
            for each in value if isinstance(value, list | tuple) else [value]:
                yield f"--{option}"
                yield str(each)
