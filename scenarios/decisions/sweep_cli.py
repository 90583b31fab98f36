"""`scoresim sweep`: which parameters move an effect or a level, by how much, and how much is chance."""

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

Method = Annotated[str, typer.Argument(metavar="METHOD", help="sobol, morris, fast, pawn or delta.")]
Of = Annotated[
    str, typer.Option("--of", metavar="WHAT", help="effect (against no programme, on the trained) or level.")
]
Indicators = Annotated[
    str, typer.Option(metavar="NAMES", help="Indicators, with commas; for effect also net_benefit.")
]
Parameters = Annotated[
    str, typer.Option(metavar="NAMES", help="Parameters or submodels, with commas; not given: all free ones.")
]
Range = Annotated[
    list[str] | None,
    typer.Option(
        "--range", metavar="NAME=LOW:HIGH", help="Spread a parameter evenly over a range; repeatable."
    ),
]
Groups = Annotated[bool, typer.Option("--groups", help="Submodels as wholes (sobol, morris).")]
SecondOrder = Annotated[bool, typer.Option("--second-order", help="Also the pairs of factors (sobol).")]
N = Annotated[
    int | None,
    typer.Option(
        "--n",
        min=1,
        metavar="N",
        help="Base points (sobol), trajectories (morris), points of a curve (fast), points.",
    ),
]
Replicates = Annotated[
    int, typer.Option(min=2, metavar="N", help="Runs of each point, from which chance is told.")
]
Month = Annotated[int, typer.Option(metavar="N", help="Months since first class (level: of the run).")]
Trained = Annotated[int, typer.Option(min=10, metavar="N", help="Enterprises trained at once (effect).")]
Rollout = Annotated[
    bool, typer.Option("--rollout", help="The effect as the scenario is rolled out and bought: far slower.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the sweep that was interrupted in --out.")]


def register(app: typer.Typer) -> None:
    """Add `sweep` to ``app``."""
    app.command("sweep")(sweep_command)


def sweep_command(
    method: Method,
    scenario: ScenarioName,
    indicators: Indicators = "",
    of: Of = "effect",
    parameters: Parameters = "",
    groups: Groups = False,
    second_order: SecondOrder = False,
    ranges: Range = None,
    n: N = None,
    replicates: Replicates = 2,
    month: Month = 24,
    trained: Trained = 60,
    rollout: Rollout = False,
    prior: Prior = False,
    posterior: Posterior = None,
    seed: Seed = 1,
    sample: Sample = None,
    enterprises: Enterprises = None,
    months: Months = None,
    threads: Threads = None,
    out: Out = None,
    resume: Resume = False,
    as_json: AsJson = False,
) -> None:
    """Sensitivity: what each parameter contributes to an effect's uncertainty, with chance taken out."""
    from scenarios.commands import which_draws
    from scenarios.decisions import sweep_answer
    from scenarios.decisions.indices import USUAL_N
    from scenarios.decisions.parameter_space import parse_ranges
    from scenarios.decisions.sweep import Asked

    def listed(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))

    usual = ("productivity", "net_benefit") if of == "effect" else ("productivity", "injury_rate")
    size = 200 if enterprises is None and sample is None else enterprises
    asked = Asked(
        method, listed(indicators) or usual, of, month, listed(parameters), parse_ranges(ranges or []),
        groups, second_order, USUAL_N.get(method, 1) if n is None else n, replicates, seed, size, sample,
        trained, rollout, threads,
    )  # fmt: skip
    give_answer(
        "sweep",
        sweep_answer.sweep(asked, scenario, which_draws(prior, posterior), months, out, resume, as_json),
        as_json,
    )
