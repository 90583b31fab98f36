"""The command line `scoresim`: thin commands that import what they need only when they run.

Exit status: 0 for success, 2 for wrong input (one message on standard error), 1 for a fault of the software,
130 when interrupted. With `--json` standard output holds one object and nothing else.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli_options import (
    BAD_INPUT,
    FAULT,
    INTERRUPTED,
    SUCCESS,
    AsJson,
    By,
    Enterprises,
    Months,
    Out,
    Posterior,
    Prior,
    Sample,
    ScenarioName,
    Seed,
    Threads,
    give_answer,
    print_json,
)
from scenarios.data_commands import data_app
from scenarios.decisions import allocate_cli, attribute_cli, discover_cli, rank_cli, sweep_cli

if TYPE_CHECKING:
    from simulation.inputs import InputError
    from simulation.programme import Scenario

app = typer.Typer(
    name="scoresim",
    help="Simulate China's manufacturing enterprises and their workers under the SCORE training programme.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
scenario_app = typer.Typer(help="Check, show and list scenarios.", no_args_is_help=True)
app.add_typer(scenario_app, name="scenario")
app.add_typer(data_app, name="data")


@app.callback()
def _scoresim() -> None:
    """Keep `scoresim` a group of commands, whatever their number."""


# scoresim scenario


@scenario_app.command("check")
def scenario_check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files or shipped names.")],
    as_json: AsJson = False,
) -> None:
    """Check scenario files: every field, what they extend, and the names of sectors and provinces."""
    problems = {file: _problem_of(file) for file in files}
    wrong = {file: problem for file, problem in problems.items() if problem is not None}
    if as_json:
        records = [
            {"file": file, "valid": problem is None, "problem": None if problem is None else str(problem)}
            for file, problem in problems.items()
        ]
        print_json("scenario check", {"checks": records})
    else:
        for file in problems:
            if file not in wrong:
                print(f"{file}: valid")
    for problem in wrong.values():
        print(problem, file=sys.stderr)
    if wrong:
        raise typer.Exit(BAD_INPUT)


def _problem_of(file: str) -> InputError | None:
    from simulation.census import load_census
    from simulation.inputs import InputError
    from simulation.scenario_files import load_scenario
    from simulation.schedule import resolve_target

    try:
        scenario = load_scenario(file)
        if scenario.programme is not None:
            resolve_target(scenario.programme, load_census(scenario.population.tables), file)
    except InputError as error:
        return error
    return None


@scenario_app.command("show")
def scenario_show(
    scenario: ScenarioName,
    as_json: AsJson = False,
    as_toml: Annotated[bool, typer.Option("--toml", help="Print a file that stands alone.")] = False,
) -> None:
    """Show a scenario with all that it extends merged in: each field, its value, unit and meaning."""
    from simulation.scenario_files import load_scenario, to_toml

    loaded = load_scenario(scenario)
    if as_toml:
        print(to_toml(loaded), end="")
    elif as_json:
        tables = {"fields": list(_fields(loaded))}
        print_json("scenario show", tables, {"scenario": loaded.model_dump(mode="json")})
    else:
        _print_fields(loaded)


def _fields(scenario: Scenario) -> Iterable[dict[str, Any]]:
    """One record a field: where it stands, its value, unit, default and meaning."""
    from simulation.scenario_files import SETTINGS

    def visit(table: Mapping[str, Any], prefix: str) -> Iterable[dict[str, Any]]:
        inner = [name for name in table if isinstance(table[name], dict) and name != "parameters"]
        for name, value in table.items():
            if name not in inner:
                known = SETTINGS[prefix + name]
                about = {"unit": known.unit, "default": known.default, "description": known.description}
                yield {"field": prefix + name, "value": value, **about}
        for name in inner:
            yield from visit(table[name], f"{prefix}{name}.")

    return visit(scenario.model_dump(mode="json"), "")


def _print_fields(scenario: Scenario) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    console.print(f"[bold]{escape(scenario.title)}[/bold]  ({escape(scenario.name)})")
    if scenario.description:
        console.print(escape(scenario.description))
    grid = Table(box=None, pad_edge=False)
    for heading in ("field", "value", "unit", "meaning"):
        grid.add_column(
            heading,
            no_wrap=heading == "field",
            overflow="fold",
            min_width=18 if heading == "value" else None,  # the longest name of a module
        )
    section = ""
    for record in _fields(scenario):
        table, _, name = record["field"].rpartition(".")
        if name in ("name", "title", "description") and not table:
            continue
        if table != section:
            section = table
            grid.add_row(f"[bold]{escape(f'[{table}]')}[/bold]")
        value = _readable(record["field"], record["value"])
        grid.add_row(
            escape(f"  {name}" if table else name),
            escape(value),
            record["unit"],
            escape(record["description"]),
        )
    console.print(grid)


def _readable(field: str, value: Any) -> str:
    """A value for people: thousands apart, one line a step of a list of steps."""
    if value is None:
        return "-"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "\n".join(_readable_step(step) for step in value)
    if isinstance(value, dict):
        return "\n".join(f"{name} = {number:g}" for name, number in value.items()) or "-"
    if isinstance(value, list):
        return (" to " if field.endswith("employees") else ", ").join(map(str, value)) or "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if field in ("start_year", "price_year") or isinstance(value, str):
        return str(value)
    return f"{value:,.10g}"


def _readable_step(step: Mapping[str, Any]) -> str:
    changes = "; ".join(
        f"{name} {_readable(name, value)}"
        for name, value in step.items()
        if name != "from_month" and value is not None
    )
    return f"from month {step['from_month']}: {changes}"


@scenario_app.command("list")
def scenario_list(as_json: AsJson = False) -> None:
    """List the shipped scenarios."""
    from simulation.scenario_files import load_scenario, shipped_scenarios

    loaded = [load_scenario(name) for name in shipped_scenarios()]
    records = [{"name": each.name, "title": each.title, "description": each.description} for each in loaded]
    if as_json:
        print_json("scenario list", {"scenarios": records})
        return
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False)
    for heading in records[0]:
        grid.add_column(heading, no_wrap=heading == "name")
    for record in records:
        grid.add_row(*record.values())
    Console().print(grid)


# scoresim run, compare, bench


@app.command("run")
def run_command(
    scenario: ScenarioName,
    seed: Seed = 1,
    replicates: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="Parameter draws, each with its own chance; 1: the defaults."),
    ] = 8,
    prior: Prior = False,
    posterior: Posterior = None,
    sample: Sample = None,
    enterprises: Enterprises = None,
    months: Months = None,
    threads: Threads = None,
    by: By = "",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Simulate one scenario: levels year by year with intervals, what the programme does, the population."""
    from scenarios import commands

    drawn = commands.draws_of_run(prior, posterior, replicates)
    options = commands.Options(
        seed, replicates, enterprises, sample, months, threads, drawn, out, by, as_json
    )
    give_answer("run", commands.run(scenario, options), as_json)


@app.command("compare")
def compare_command(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Shipped scenarios' names, or files.")
    ],
    baseline: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="What the scenarios are compared with.")
    ] = "no_programme",
    month: Annotated[
        int | None,
        typer.Option(metavar="N", help="Months since first class (24, or fewer if too few are seen)."),
    ] = None,
    prior: Prior = False,
    posterior: Posterior = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Every parameter at its default: chance alone.")
    ] = False,
    seed: Seed = 1,
    replicates: Annotated[int, typer.Option(metavar="N", help="Replicates of each scenario, even.")] = 48,
    sample: Sample = None,
    enterprises: Enterprises = None,
    months: Months = None,
    threads: Threads = None,
    by: By = "",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Compare scenarios: effect on those trained, reach, cost and benefit, each with its interval."""
    from scenarios import commands

    drawn = commands.which_draws(prior, posterior, defaults)
    options = commands.Options(
        seed, replicates, enterprises, sample, months, threads, drawn, out, by, as_json
    )
    give_answer("compare", commands.compare(scenarios, baseline, month, options), as_json)


# scoresim calibrate, validate


@app.command("calibrate")
def calibrate_command(
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Folder of bank, posterior and tables (results/calibration); a bank there is gone on with. "
            "With --data: new folder for the posterior that the project's data move.",
        ),
    ] = None,
    parts: Annotated[
        int, typer.Option(min=24, metavar="N", help="Parts of the bank, 24 points of the prior each.")
    ] = 60,
    data: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Read the effects in a project's monitoring table instead; with --out, fit to them too.",
        ),
    ] = None,
    posterior: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="With --data: the posterior to be moved; not given: the shipped."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Check coverage and emulator; takes some minutes.")
    ] = True,
    seed: Seed = 1,
    threads: Threads = None,
    as_json: AsJson = False,
) -> None:
    """Fit the free parameters to trials and national levels; goes on where it was interrupted."""
    from pathlib import Path

    from scenarios import fit_commands, project_commands
    from simulation.threads import use_threads

    use_threads(threads)
    if data is not None:
        wanted = project_commands.Asked(data, seed, out, posterior, as_json)
        give_answer("calibrate", project_commands.project_effects(wanted), as_json)
        return
    if posterior is not None:
        raise typer.BadParameter("goes with --data: a fit begins with the priors", param_hint="--posterior")
    asked = fit_commands.Asked(Path(out or "results/calibration"), parts, seed, check, as_json)
    give_answer("calibrate", fit_commands.calibrate(asked), as_json)


@app.command("validate")
def validate_command(
    trials: Annotated[
        str | None, typer.Option(metavar="DIR", help="Folder of trial files; not given: the shipped ones.")
    ] = None,
    posterior: Annotated[
        str | None, typer.Option(metavar="FILE", help="A posterior file; not given: the shipped one.")
    ] = None,
    prior: Annotated[bool, typer.Option("--prior", help="Draws from the priors instead.")] = False,
    draws: Annotated[int, typer.Option(min=10, metavar="N", help="Draws of the parameters.")] = 100,
    seed: Seed = 1,
    threads: Threads = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Repeat published trials in the model: simulated beside published effects, fitted and held out apart."""
    from calibration.belief import usual_draws
    from scenarios import fit_commands
    from simulation.threads import use_threads

    use_threads(threads)
    chosen = "prior" if prior else posterior or usual_draws()
    answer = fit_commands.run_validation(trials, chosen, draws, seed, out, as_json)
    give_answer("validate", answer, as_json)


# the decisions: scoresim rank, attribute, allocate, sweep, discover, information


rank_cli.register(app)
attribute_cli.register(app)
allocate_cli.register(app)
sweep_cli.register(app)
discover_cli.register(app)


@app.command("bench")
def bench_command(
    enterprises: Annotated[
        int | None, typer.Option(min=100, metavar="N", help="Enterprises; not given: 1,000 and 100,000.")
    ] = None,
    months: Annotated[int, typer.Option(min=1, max=600, metavar="N", help="Months simulated.")] = 60,
    threads: Threads = None,
    as_json: AsJson = False,
) -> None:
    """Measure time and memory of the model on this machine."""
    from scenarios import bench

    sizes = None if enterprises is None else [enterprises]
    if as_json:
        print_json("bench", {"bench": bench.measure(sizes or bench.SIZES, months, threads)})
    else:
        bench.main(sizes, months, threads)


# Output and exit status, for every command


def run_command_line(arguments: Sequence[str] | None = None) -> int:
    """Run one command (those of the process when None) and give its exit status; raises nothing."""
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        # not `main`, which would swallow an interruption without a word
        with typer.main.get_command(app).make_context("scoresim", given) as context:
            context.command.invoke(context)
        sys.stdout.flush()
        return SUCCESS
    except typer.Exit as end:  # after --help, and what a command ends with
        sys.stdout.flush()
        return end.exit_code
    except BrokenPipeError:
        # The reader (head, a pager) has had enough; keep Python from complaining when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except (KeyboardInterrupt, typer.Abort) as stop:
        print(f"{str(stop) or 'Interrupted'}.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        return _report(error)


def _report(error: Exception) -> int:
    from simulation.inputs import InputError

    if hasattr(error, "show") and hasattr(error, "exit_code"):  # a wrong option or command
        error.show()
        return int(error.exit_code)
    if os.environ.get("SCORESIM_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    if isinstance(error, InputError):
        print(f"scoresim: {error}", file=sys.stderr)
        return BAD_INPUT
    kind = type(error).__name__
    hint = "Set SCORESIM_DEBUG=1 to see where it arose."
    print(f"scoresim: a fault of the software, not of your input: {kind}: {error}. {hint}", file=sys.stderr)
    return FAULT


def main() -> None:
    """Entry point of the console script `scoresim`."""
    # libraries make objects by the hundred thousand as they load, all to stay: Python need not look through
    # them for garbage at every seven hundredth, which took a tenth of the start
    gc.set_threshold(100_000)
    sys.exit(run_command_line())


if __name__ == "__main__":
    main()
