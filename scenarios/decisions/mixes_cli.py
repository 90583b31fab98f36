"""`scoresim rank mixes`."""

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
    """Add `mixes` to ``app``."""
    app.command("mixes")(rank_mixes_command)


def rank_mixes_command(
    scenario: ScenarioName,
    objective: Annotated[
        str,
        typer.Option(
            metavar="NAME[=WEIGHT],...", help="An outcome, or productivity=2,decent_work=1,environment=1."
        ),
    ] = "net_benefit",
    any_first: Annotated[
        bool, typer.Option("--any-first", help="Waive the rule that cooperation comes first.")
    ] = False,
    month: Annotated[int, typer.Option(metavar="N", help="Months since first class of effects.")] = 24,
    deliveries: Annotated[
        str, typer.Option(metavar="MODES", help="Also these delivery modes (with commas), times each mix.")
    ] = "",
    subsidies: Annotated[
        str,
        typer.Option(
            metavar="PATHS", help="Times these subsidies: shares, or scenarios whose subsidy is taken."
        ),
    ] = "",
    replicates: Annotated[
        int, typer.Option(metavar="N", help="Replicates of all options in the first round, even.")
    ] = 8,
    prior_replicates: Annotated[
        int, typer.Option(metavar="N", help="Replicates of all options under the prior; 0: skip.")
    ] = 8,
    eligible: Annotated[
        int | None,
        typer.Option(
            min=100, metavar="N", help="Most enterprises that the programme may enrol in the simulation."
        ),
    ] = None,
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
    """Rank the mixes of modules of a scenario: effect, cost, how sure, and what the prior alone would say."""
    from scenarios import commands
    from scenarios.decisions.evaluate import MOST_ELIGIBLE
    from scenarios.decisions.mixes_run import Asked, rank_mixes

    drawn = commands.which_draws(prior, posterior)
    options = commands.Options(
        seed, replicates, enterprises, sample, months, threads, drawn, out, quiet=as_json
    )
    asked = Asked(
        scenario, objective, any_first, month, deliveries, subsidies, prior_replicates,
        eligible or MOST_ELIGIBLE,
    )  # fmt: skip
    give_answer("rank mixes", rank_mixes(asked, options), as_json)
