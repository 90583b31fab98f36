"""Whether a sampled run and a larger one, up to one to one, agree on all indicators within sampling error.

    python benchmarks/sample_sizes.py [--samples 0.01 0.1 1.0] [--seeds 6] [--months 24]
                                      [--scenario no_programme tapered_subsidy]

The smallest sample is run with several seeds, whose spread is its sampling error; every larger one once. The
difference between a larger run and the mean of the small ones, over its standard error, follows Student's t.
Compared are all indicators of every full year, for the total, women and men, sizes, and the sectors and
regions with enough enterprises; with a programme also what it reached. `agreement` states the bound. Exit
status 1 where it is exceeded.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks import measuring
from scenarios.compare import Settings, level_names
from scenarios.run import run
from simulation.indicators import BY_GENDER, INDICATORS, PROGRAMME_TOTALS, WINDOW, of_gender
from simulation.programme import Scenario
from simulation.scenario_files import adjusted, load_scenario
from simulation.warm_up import warm_up

ENOUGH = 1_000
"""Enterprises of a sector, region or size in the smallest sample from which it is compared."""

FALSE_ALARMS = 0.01
"""Chance that runs that agree are said not to: of a whole family of comparisons together."""

ROUNDING = 1e-9
"""Relative difference that is none."""

FAMILY_OF_ONE = "total"
"""Group whose levels are one: compared one by one alone, as are women and men, who overlap with it."""

Key = tuple[str, str, int, str]
"""Group, level, last month of the year, indicator."""

Values = dict[Key, float]


@dataclass(frozen=True)
class Agreement:
    """How a larger run compares with several small ones.

    Attributes:
        z: by comparison, standard normal where the runs agree (from Student's t).
        small, large: the mean of the small runs and the large run's value.
        together: by group, month and indicator, the p-value of chi-square: the sum of z^2 over its levels.

    """

    z: dict[Key, float]
    small: Values
    large: Values
    together: dict[tuple[str, int, str], float]

    @property
    def indicators(self) -> float:
        """The smallest p-value of all indicators, times their number (Bonferroni)."""
        alone = [_p_value(z) for key, z in self.z.items() if key[3] not in PROGRAMME_TOTALS]
        return _least([*alone, *self.together.values()])

    @property
    def reach(self) -> float:
        """The same of what a programme reached; 1 without one."""
        return _least([_p_value(z) for key, z in self.z.items() if key[3] in PROGRAMME_TOTALS])

    @property
    def agrees(self) -> bool:
        """Whether nothing differs by more than chance allows."""
        return min(self.indicators, self.reach) >= FALSE_ALARMS

    def worst(self, number: int) -> list[Key]:
        """The comparisons that differ most, the worst first."""
        return sorted(self.z, key=lambda key: -abs(self.z[key]))[:number]


def _p_value(z: float) -> float:
    return float(2.0 * stats.norm.sf(abs(z)))


def _least(p_values: Sequence[float]) -> float:
    return min(1.0, len(p_values) * min(p_values)) if p_values else 1.0


@dataclass(frozen=True)
class Sampled:
    """One run: its values, what it simulated, and what that stands for.

    Attributes:
        values: by group, level, month and indicator.
        counts: simulated enterprises at the start by (group, level).
        enrolled_weight: national enterprises that one stands for which the programme may enrol. A programme
            too small for the sample has enterprises of its own (:mod:`simulation.targets`), so that its
            sampling error does not follow the sample's size.

    """

    values: Values
    counts: dict[tuple[str, str], int]
    enrolled_weight: float


def measured(scenario: Scenario, sample: float, seed: int) -> Sampled:
    """One run of ``scenario`` with all parameters at their defaults."""
    levels = run(scenario, Settings(replicates=1, seed=seed, sample=sample))
    names, sums = level_names(levels.tables), levels.national[0]
    years = len(sums) // WINDOW
    yearly = sums[: years * WINDOW].reshape(years, WINDOW, *sums.shape[1:]).sum(axis=1)
    found: Values = {}
    for year in range(years):
        month = WINDOW * (year + 1)
        for name, indicator in INDICATORS.items():
            values = indicator.value(yearly[year])
            found |= {(*level, month, name): float(v) for level, v in zip(names, values, strict=True)}
        for name in BY_GENDER:
            for level in ("women", "men"):
                value = INDICATORS[name].value(of_gender(yearly[year, 0], level == "women"))
                found["gender", level, month, name] = float(value)
    if scenario.programme is not None:
        total = sums[:, 0].sum(axis=0)
        for name, (_, _, accounts) in PROGRAMME_TOTALS.items():
            found["total", "all", len(sums), name] = float(total[list(accounts)].sum())
    people = levels.population
    start = people.incumbent
    columns = {"sector": people.sector, "region": people.region, "size": people.size_class}
    counts = [np.array([start.sum()])]
    for kind, column in columns.items():
        counts.append(np.bincount(column[start], minlength=sum(group == kind for group, _ in names)))
    own = people.programme[0].weight if people.programme else float(people.weight[start].mean())
    return Sampled(found, dict(zip(names, np.concatenate(counts).tolist(), strict=True)), own)


def agreement(small: Sequence[Sampled], large: Sampled, larger: float) -> Agreement:
    """Compare the ``large`` run, ``larger`` times the sample of the ``small`` ones, with these.

    With K small runs of standard deviation s, and the large run's variance s^2 / larger, the difference from
    their mean has the standard error s sqrt(1/K + 1/larger) and follows Student's t of K - 1 degrees of
    freedom; its p-value, as a normal deviate, is z. The levels of a group are disjoint samples, so that the
    sum of their z^2 is chi-square, nearly. Of all these p-values the smallest is held against FALSE_ALARMS
    over their number (Bonferroni, which holds however they depend on each other). What a programme reached
    is a family of its own, lest a handful of totals hide among a thousand indicators.
    """
    counts = small[0].counts
    keys = [key for key in large.values if counts.get(key[:2], ENOUGH) >= ENOUGH]
    values = np.array([[one.values[key] for key in keys] for one in small])
    mean, spread = values.mean(axis=0), values.std(axis=0, ddof=1)
    theirs = np.array([large.values[key] for key in keys])
    of_programme = small[0].enrolled_weight / large.enrolled_weight
    times = np.array([of_programme if key[3] in PROGRAMME_TOTALS else larger for key in keys])
    # what is the same in every run (an account that nothing moves) agrees if it is the same in the large one
    same = (spread <= ROUNDING * np.abs(mean)) & np.isclose(mean, theirs, rtol=ROUNDING)
    z = _normal(theirs - mean, spread * np.sqrt(1.0 / len(small) + 1.0 / times), len(small) - 1)
    compared = np.isfinite(theirs) & np.isfinite(spread) & ~same
    kept = {key: float(z[i]) for i, key in enumerate(keys) if compared[i]}
    return Agreement(kept, dict(zip(keys, mean.tolist(), strict=True)), large.values, _together(kept))


def _normal(difference: NDArray[Any], error: NDArray[Any], freedom: int) -> NDArray[Any]:
    """Differences over their estimated errors, as normal deviates of the same p-values."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = difference / error
    return np.sign(t) * stats.norm.isf(stats.t.sf(np.abs(t), freedom))


def _together(z: Mapping[Key, float]) -> dict[tuple[str, int, str], float]:
    squares: dict[tuple[str, int, str], list[float]] = {}
    for (group, _, month, name), deviate in z.items():
        if group not in (FAMILY_OF_ONE, "gender"):
            squares.setdefault((group, month, name), []).append(deviate**2)
    return {key: float(stats.chi2.sf(sum(each), len(each))) for key, each in squares.items()}


def main() -> int:
    """Run all samples, print each comparison; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=float, nargs="+", default=[0.01, 0.1, 1.0])
    parser.add_argument("--seeds", type=int, default=6, help="runs of the smallest sample")
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--scenario", nargs="+", default=["no_programme", "tapered_subsidy"])
    options = parser.parse_args()
    if len(options.samples) < 2 or options.seeds < 2:
        parser.error("give two samples or more, and two seeds or more")
    warm_up()
    smallest, *others = sorted(options.samples)
    differs = False
    for name in options.scenario:
        _say(f"{name}, sample {smallest:g} ...")
        small = measuring.apart(several, name, smallest, options.months, range(options.seeds))
        for number, sample in enumerate(others, start=options.seeds):
            _say(f"{name}, sample {sample:g} ...")
            (large,) = measuring.apart(several, name, sample, options.months, [number])
            found = agreement(small, large, sample / smallest)
            _show(name, smallest, sample, found)
            differs |= not found.agrees
    return int(differs)


def several(name: str, sample: float, months: int, seeds: Sequence[int]) -> list[Sampled]:
    """One run a seed of the scenario called ``name``."""
    scenario = adjusted(load_scenario(name), months=months, sample=sample)
    return [measured(scenario, sample, seed) for seed in seeds]


def _show(name: str, smallest: float, sample: float, found: Agreement) -> None:
    last = max(month for _, _, month, _ in found.z)
    national = [key for key in found.z if key[0] == FAMILY_OF_ONE and key[2] == last]
    rows = [
        (key[3] if key in national else f"worst: {key[3]}, {key[1]}, month {key[2]}",
         f"{found.small[key]:,.6g}", f"{found.large[key]:,.6g}", f"{found.z[key]:+.2f}")
        for key in (*national, *found.worst(5))
    ]  # fmt: skip
    spread = float(np.sqrt(np.mean(np.square(list(found.z.values())))))
    measuring.show(
        f"{name}: sample {smallest:g} and {sample:g}, {'agree' if found.agrees else 'DIFFER'}",
        ("indicator, total of the last year", f"{smallest:g}, mean", f"{sample:g}", "z"),
        rows,
        f"{len(found.z):,} comparisons, root mean square of z {spread:.2f}. Smallest p-value times their "
        f"number (differs below {FALSE_ALARMS}): indicators {found.indicators:.2g}, reach {found.reach:.2g}.",
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
