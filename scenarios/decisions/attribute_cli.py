"""`scoresim attribute`."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli_options import (
    AsJson,
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
)


def register(app: typer.Typer) -> None:
    """Add `attribute` to ``app``."""
    app.command("attribute")(attribute_command)


def attribute_command(
    scenario: ScenarioName,
    outcome: Annotated[
        str, typer.Option(metavar="NAMES", help="Outcomes to attribute (with commas).")
    ] = "productivity",
    any_first: Annotated[
        bool, typer.Option("--any-first", help="Waive the rule that cooperation comes first.")
    ] = False,
    month: Annotated[int, typer.Option(metavar="N", help="Months since first class of effects.")] = 24,
    as_sold: Annotated[
        bool, typer.Option("--as-sold", help="As the market sells each subset, instead of taught whole.")
    ] = False,
    taught: Annotated[
        int | None, typer.Option(min=20, metavar="N", help="Enterprises taught each subset (300).")
    ] = None,
    replicates: Annotated[int, typer.Option(metavar="N", help="Replicates of each subset, even.")] = 16,
    prior: Prior = False,
    posterior: Posterior = None,
    seed: Seed = 1,
    sample: Sample = None,
    enterprises: Enterprises = None,
    months: Months = None,
    threads: Threads = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Attribute a scenario's effect to its modules: Shapley values, interactions, best next module."""
    from scenarios import commands
    from scenarios.decisions.attribute import TAUGHT, Asked, attribute

    drawn = commands.which_draws(prior, posterior)
    options = commands.Options(
        seed, replicates, enterprises, sample, months, threads, drawn, out, quiet=as_json
    )
    asked = Asked(scenario, outcome, any_first, month, as_sold, taught or TAUGHT)
    give_answer("attribute", attribute(asked, options), as_json)
