"""What `scoresim calibrate` and `scoresim validate` print for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from scenarios import terminal

Rows = Sequence[Mapping[str, Any]]


def show_fit(tables: Mapping[str, Rows], out: Path) -> None:
    """Targets, what the data inform, whether the fit can be trusted, how it moves with assumptions."""
    console = terminal.console()
    grid = Table(title="Targets: published, and mean response before and after the fit")
    for heading in ("target", "published", "error", "prior", "posterior [90 %]", "nearest"):
        grid.add_column(heading, justify="left" if heading == "target" else "right")
    for row in tables["targets"]:
        total = np.hypot(row["error"], np.hypot(row["transport"], row["discrepancy"]))
        grid.add_row(
            row["target"], f"{row['published']:.3g}", f"{total:.2g}", f"{row['prior']:.3g}",
            f"{row['posterior']:.3g} [{row['low']:.3g}, {row['high']:.3g}]", f"{row['nearest']:.1f}",
        )  # fmt: skip
    console.print(grid)
    informed = [row for row in tables["parameters"] if row["informed"]]
    console.print(
        f"{len(informed)} of {len(tables['parameters'])} fitted parameters are informed by the data:"
    )
    for row in sorted(informed, key=lambda row: -row["contraction"]):
        console.print(
            f"  {row['parameter']}: {row['prior_low']:.3g} to {row['prior_high']:.3g} before, "
            f"{row['low']:.3g} to {row['high']:.3g} after ({row['contraction']:.0%} of the variance gone)"
        )
    _show_uninformed(console, tables["parameters"])
    _show_sampler(console, tables["convergence"][0])
    _show_emulator(console, tables.get("emulator", ()))
    for row in tables.get("coverage", ()):
        console.print(
            f"Check over {row['truths']} made-up truths: 50 % intervals hold {row['coverage_50']:.1%} "
            f"(± {row['coverage_50_error']:.1%}), 90 % intervals {row['coverage_90']:.1%} "
            f"(± {row['coverage_90_error']:.1%}); least p of uniform ranks {row['least_p_of_ranks']:.2g}"
        )
    left_out = tables["left_out"]
    console.print(
        f"Each study foretold by the others: {sum(row['inside'] for row in left_out)} of {len(left_out)} "
        f"effects inside; {sum(row['no_effect_inside'] for row in left_out)} intervals hold no effect too"
    )
    _show_sensitivity(console, tables)
    console.print(f"Posterior and tables are in {out}")


def _show_uninformed(console: Console, parameters: Rows) -> None:
    """Every fitted parameter that stays as it was believed, by submodel."""
    rows = [row for row in parameters if not row["informed"]]
    console.print(f"Nothing informs the other {len(rows)}, which stay prior:")
    for submodel in dict.fromkeys(row["submodel"] for row in rows):
        names = ", ".join(row["parameter"] for row in rows if row["submodel"] == submodel)
        console.print(f"  {submodel}: {names}", highlight=False)


def _show_sampler(console: Console, row: Mapping[str, Any]) -> None:
    console.print(
        f"{row['chains']} chains of {row['draws_a_chain']:,} draws: largest R-hat {row['worst_rhat']:.3f} "
        f"({row['worst_rhat_of']}); at least {row['least_effective_draws']:,} independent draws "
        f"({row['least_effective_draws_of']})"
    )


def _show_emulator(console: Console, rows: Rows) -> None:
    """Per target: the error stated and the one found where the posterior is, and what chance is in it."""
    if not rows:
        return
    grid = Table(title="Emulator at posterior draws, against simulations with the bank's seed and others")
    for heading in (
        "target", "error stated", "error found", "bank's seed: error", "of it misfit", "and noise",
        "shift of the bank's seed", "found, % of all errors",
    ):  # fmt: skip
        grid.add_column(heading, justify="left" if heading == "target" else "right")
    for row in rows:
        grid.add_row(
            row["target"], f"{row['stated']:.2g}", f"{row['found']:.2g}" + "*" * row["more_than_stated"],
            f"{row['with_the_banks_seed']:.2g}", f"{row['misfit']:.2g}", f"{row['bank_noise']:.2g}",
            f"{row['shift_of_the_banks_seed']:+.2g}", f"{100.0 * row['found_of_total']:.0f}",
        )  # fmt: skip
    console.print(grid)
    more = sum(row["more_than_stated"] for row in rows)
    console.print(
        f"Emulator at posterior draws: error above the stated one for {more} of {len(rows)} targets (*); "
        f"at worst {max(row['found_of_total'] for row in rows):.0%} of all errors of a target; "
        f"{rows[0]['posterior_beyond_the_bank']:.1%} of posterior draws lie beyond the bank"
    )


def _show_sensitivity(console: Console, tables: Mapping[str, Rows]) -> None:
    """How parameters and fitted effects move with the errors that were assumed."""
    grid = Table(title="Fitted again with other assumed errors (effects of trials that were fitted)")
    for heading in (
        "assumption", "informed", "inside 90 %", "no effect too", "width, x usual", "distance, sd",
    ):  # fmt: skip
        grid.add_column(heading, justify="left" if heading == "assumption" else "right")
    for row in tables["sensitivity"]:
        grid.add_row(
            row["assumption"], f"{row['informed']} of {row['parameters']}",
            f"{row['inside']} of {row['effects']}", str(row["no_effect_inside"]), f"{row['width']:.2f}",
            f"{row['distance']:.2f}",
        )  # fmt: skip
    console.print(grid)
    assumptions = [row["assumption"] for row in tables["sensitivity"]]
    means = Table(title="Posterior mean of parameters informed under any of them (*: there)")
    for heading in ("parameter", "unit", *assumptions):
        means.add_column(heading, justify="left" if heading in ("parameter", "unit") else "right")
    rows = tables["sensitivity_parameters"]
    for name in dict.fromkeys(row["parameter"] for row in rows):
        own = [row for row in rows if row["parameter"] == name]
        means.add_row(name, own[0]["unit"], *(f"{row['mean']:.3g}" + "*" * row["informed"] for row in own))
    console.print(means)


def show_trials(tables: Mapping[str, Rows], out: str | None) -> None:
    """Published beside simulated effects, fitted and held out apart, and take-up by price."""
    console = terminal.console()
    for name, title in (("calibration", "Fitted to"), ("validation", "Held out: never fitted to")):
        rows = [row for row in tables["trials"] if row["set"] == name]
        if not rows:
            continue
        grid = Table(title=title)
        for heading in (
            "study",
            "outcome",
            "published (se)",
            "simulated [90 %]",
            "foretold 90 %",
            "inside",
            "0 too",
        ):
            grid.add_column(heading, justify="left" if heading in ("study", "outcome") else "right")
        for row in rows:
            se = f"{row['published_se']:.2g}" + ("*" if row["se_assumed"] else "")
            grid.add_row(
                row["study"], f"{row['outcome']}, {row['unit']}", f"{row['published']:.3g} ({se})",
                f"{row['simulated']:.3g} [{row['simulated_low']:.3g}, {row['simulated_high']:.3g}]",
                f"{row['low']:.3g} to {row['high']:.3g}", "yes" if row["inside"] else "NO",
                "yes" if row["no_effect_inside"] else "no",
            )  # fmt: skip
        console.print(grid)
    for row in tables["summary"]:
        console.print(
            f"{row['set']}: {row['inside']} of {row['effects']} inside, no effect inside too for "
            f"{row['no_effect_inside']}; score (in standard deviations of the class, less is better) "
            f"{row['score']:.2f}; of no effect {row['score_no_effect']:.2f}, of the other studies' mean "
            f"{row['score_other_studies']:.2f}"
        )
    _show_take_up(console, tables.get("market_facts", ()))
    agree = sum(row["agrees"] for row in tables["directions"])
    console.print(
        f"Directions: {agree} of {len(tables['directions'])} agree in most draws. *: error assumed."
    )
    if out is not None:
        console.print(f"Tables, forest plot and manifest.json are in {out}")


def _show_take_up(console: Console, rows: Rows) -> None:
    if not rows:
        return
    grid = Table(title="Take-up of the first module, % of those offered it (not fitted; see the description)")
    for heading in ("offer", "published", "simulated [90 %]", "inside", "set the defaults"):
        grid.add_column(heading, justify="left" if heading == "offer" else "right")
    for row in rows:
        grid.add_row(
            row["fact"], f"{row['published']:.0f}",
            f"{row['simulated']:.0f} [{row['low']:.0f}, {row['high']:.0f}]",
            "yes" if row["inside"] else "NO", "yes" if row["set_the_defaults"] else "no",
        )  # fmt: skip
    console.print(grid)
