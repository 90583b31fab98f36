"""`scoresim discover` and `scoresim information`: when the preferred option loses, and what to measure
next.
"""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli_options import AsJson, Out, Seed, give_answer

Folder = Annotated[str, typer.Argument(metavar="DIR", help="Folder of `rank mixes --out` or `sweep --out`.")]
Outcome = Annotated[
    str | None, typer.Option(metavar="NAME", help="Outcome that options are judged by (net_benefit).")
]


def _discover(
    folder: Folder,
    option: Annotated[
        str | None, typer.Option(metavar="NAME", help="The preferred option; not given: the best on average.")
    ] = None,
    rival: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What it is laid beside; not given: the best of the others."),
    ] = None,
    outcome: Outcome = None,
    objective: Annotated[
        str | None,
        typer.Option(metavar="WEIGHTS", help="Instead, weights such as productivity=2,decent_work=1."),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(metavar="X", help="It loses below this value, instead of below a rival.")
    ] = None,
    density: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, metavar="F", help="Share of losing draws asked of the region."),
    ] = None,
    seed: Seed = 1,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """When does the preferred option lose? The region of the parameters, in words."""
    from scenarios.decisions import learn_commands

    answer = learn_commands.discover(
        folder, option=option, rival=rival, outcome=outcome, objective=objective, threshold=threshold,
        density=density, seed=seed, out=out, quiet=as_json,
    )  # fmt: skip
    give_answer("discover", answer, as_json)


def _information(
    folder: Folder,
    outcome: Outcome = None,
    groups: Annotated[bool, typer.Option("--groups", help="Also by submodel.")] = False,
    seed: Seed = 1,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """What should the next survey measure? The value of knowing each parameter before choosing."""
    from scenarios.decisions import learn_commands

    answer = learn_commands.information(
        folder, outcome=outcome, groups=groups, seed=seed, out=out, quiet=as_json
    )
    give_answer("information", answer, as_json)


def register(app: typer.Typer) -> None:
    """Add `discover` and `information` to ``app``."""
    app.command("discover")(_discover)
    app.command("information")(_information)
