"""`scoresim rank sectors` and `scoresim rank regions`: where the next thousand trainings do most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from scenarios.cli_options import (
    AsJson,
    Enterprises,
    Months,
    Out,
    Posterior,
    Prior,
    ScenarioName,
    Seed,
    Threads,
    give_answer,
)

Objective = Annotated[
    str,
    typer.Option(
        metavar="WEIGHTS", help="What counts: an outcome, or weights such as productivity=2,decent_work=1."
    ),
]
ByYuan = Annotated[bool, typer.Option("--by-yuan", help="Rank by the objective per yuan of resources.")]
Top = Annotated[int, typer.Option(min=1, metavar="K", help="Also the probability of the first K places.")]
Month = Annotated[
    int, typer.Option(metavar="N", help="Months since the first class at which effects are read.")
]
AGroup = Annotated[int, typer.Option(min=2, metavar="N", help="Enterprises trained in each group.")]
Replicates = Annotated[int, typer.Option(metavar="N", help="Replicates, even; two share a parameter draw.")]
PriorReplicates = Annotated[
    int, typer.Option(metavar="N", help="Replicates of the ranking under the priors; 0: without it.")
]
Include = Annotated[
    list[str] | None, typer.Option(metavar="SECTOR", help="Rank a sector that is left out by default.")
]
Exclude = Annotated[list[str] | None, typer.Option(metavar="SECTOR", help="Leave a sector out.")]
Everything = Annotated[bool, typer.Option("--all", help="Leave no sector out.")]

DEFAULT = "net_benefit"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``, that of `scoresim rank`."""
    app.command("sectors")(_areas("sectors", SECTORS))
    app.command("regions")(_areas("regions", REGIONS))
    app.command("providers")(rank_providers)


def _areas(kind: str, told: str) -> Callable[..., None]:
    """The command that ranks sectors or regions, and what it tells of itself."""

    def rank(
        scenario: ScenarioName,
        objective: Objective = DEFAULT,
        by_yuan: ByYuan = False,
        top: Top = 5,
        month: Month = 24,
        enterprises_a_group: AGroup = 40,
        include: Include = None,
        exclude: Exclude = None,
        everything: Everything = False,
        replicates: Replicates = 24,
        prior_replicates: PriorReplicates = 12,
        prior: Prior = False,
        posterior: Posterior = None,
        seed: Seed = 1,
        enterprises: Enterprises = None,
        months: Months = None,
        threads: Threads = None,
        out: Out = None,
        as_json: AsJson = False,
    ) -> None:
        from scenarios.commands import which_draws
        from scenarios.compare import Settings
        from scenarios.decisions.areas import Choice
        from scenarios.decisions.areas_answer import Asked, rank_areas
        from scenarios.decisions.areas_tables import Judged
        from scenarios.decisions.objectives import parse_objective

        settings = Settings(
            replicates=replicates, seed=seed, enterprises=enterprises, threads=threads,
            draws=which_draws(prior, posterior),
        )  # fmt: skip
        judged = Judged(parse_objective(objective), by_yuan, top, seed)
        choice = Choice(tuple(include or ()), tuple(exclude or ()), everything)
        asked = Asked(kind, judged, choice, month, enterprises_a_group, prior_replicates, months)
        give_answer(f"rank {kind}", rank_areas(scenario, asked, settings, out, as_json), as_json)

    rank.__doc__ = told
    return rank


SECTORS = """Where do the next thousand trainings do most? Sectors best first, and how sure that is.

Some enterprises of every sector are trained at once and laid beside themselves untrained. The run lasts as
long as the follow-up of 36 months takes, not the scenario's months.
"""

REGIONS = "The same for regions; sectors that are left out are not trained there."


def rank_providers(
    scenario: ScenarioName,
    objective: Objective = "total_net_benefit",
    by_yuan: ByYuan = False,
    top: Top = 2,
    month: Month = 24,
    replicates: Replicates = 12,
    prior_replicates: PriorReplicates = 8,
    prior: Prior = False,
    posterior: Posterior = None,
    seed: Seed = 1,
    enterprises: Enterprises = None,
    months: Months = None,
    threads: Threads = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Which providers should the programme work with? Types of them on the scenario's training market.

    Types are levers of the scenario: the best or the cheapest supported, in-company consultants, more
    supervision, better or more trainers. The run ends when those that the project trained are followed up.
    """
    from scenarios.commands import which_draws
    from scenarios.compare import Settings
    from scenarios.decisions.areas_tables import Judged
    from scenarios.decisions.objectives import parse_objective
    from scenarios.decisions.providers_answer import Asked
    from scenarios.decisions.providers_answer import rank_providers as rank

    drawn = which_draws(prior, posterior)
    settings = Settings(
        replicates=replicates, seed=seed, enterprises=enterprises, threads=threads, draws=drawn
    )
    judged = Judged(parse_objective(objective), by_yuan, top, seed)
    asked = Asked(judged, month, prior_replicates, months)
    give_answer("rank providers", rank(scenario, asked, settings, out, as_json), as_json)
