"""`scoresim allocate`: where a budget goes, over sectors, macro-regions, mixes and years."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli_options import (
    AsJson,
    Enterprises,
    Out,
    Posterior,
    Prior,
    ScenarioName,
    Seed,
    Threads,
    give_answer,
)


def register(app: typer.Typer) -> None:
    """Add `allocate` to ``app``."""
    app.command("allocate")(allocate_command)


def allocate_command(
    scenario: ScenarioName,
    budget: Annotated[
        float, typer.Option(metavar="YUAN", help="Money of the programme over all years, such as 50e6.")
    ],
    years: Annotated[int, typer.Option(min=1, max=10, help="Years in which enterprises may begin.")] = 3,
    mixes: Annotated[
        str | None,
        typer.Option(
            metavar="MIXES", help="Short list, such as cooperation,cooperation+safety,all; not given: five."
        ),
    ] = None,
    objective: Annotated[
        str,
        typer.Option(help="What to maximise: net_benefit, or weights such as productivity=2,decent_work=1."),
    ] = "net_benefit",
    least: Annotated[
        float, typer.Option(min=0, metavar="N", help="Enterprises of the smallest batch; 0: any number.")
    ] = 25.0,
    most: Annotated[
        float, typer.Option(min=0.001, max=1, metavar="F", help="Share of a cell that may begin in one year.")
    ] = 0.05,
    month: Annotated[
        int, typer.Option(metavar="N", help="Months since first class at which effects are read.")
    ] = 24,
    replicates: Annotated[int, typer.Option(metavar="N", help="Replicates, even; two share a draw.")] = 24,
    enterprises_a_group: Annotated[
        int, typer.Option(min=1, metavar="N", help="Enterprises of each cell trained in the experiment.")
    ] = 12,
    robust: Annotated[
        bool,
        typer.Option(
            "--robust/--no-robust", help="Also the plan that does best in the worst fifth of the draws."
        ),
    ] = True,
    prior: Prior = False,
    posterior: Posterior = None,
    seed: Seed = 1,
    enterprises: Enterprises = None,
    threads: Threads = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Allocate a budget over sectors, macro-regions, mixes and years, and simulate the plan again."""
    from scenarios.decisions import allocation_answer

    asked = allocation_answer.Asked(
        scenario, budget, years, mixes, objective, least, most, month, replicates, enterprises_a_group,
        robust, prior, posterior, seed, enterprises, threads, out, as_json,
    )  # fmt: skip
    give_answer("allocate", allocation_answer.answer(asked), as_json)
