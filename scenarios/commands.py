"""`scoresim run` and `scoresim compare`: check what is asked, simulate, and have the answer made of it.

Tables, figures and the libraries that make them (:mod:`scenarios.answers`) are loaded when the months are
simulated, so that a simulation starts at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from calibration.belief import belief_of, usual_draws
from scenarios.arms import counterfactual
from scenarios.compare import Settings, sample_size
from scenarios.compare import compare as compare_scenarios
from scenarios.progress import progress_bar, waiting
from scenarios.run import run as run_scenario
from simulation.census import load_census
from simulation.indicators import WINDOW
from simulation.inputs import InputError, check_out_dir, suggestion
from simulation.programme import Scenario
from simulation.scenario_files import adjusted, load_scenario
from simulation.schedule import resolve_target
from simulation.size_distribution import fit_size_distribution
from simulation.warm_up import COMPILING, is_warm, warm_up_apart

if TYPE_CHECKING:
    from scenarios.answers import Answer

FEWEST_ENTERPRISES = 100


@dataclass(frozen=True)
class Options:
    """What every command that simulates is given; ``quiet`` under `--json`.

    ``draws`` as in `Settings`: where parameters come from.
    """

    seed: int
    replicates: int
    enterprises: int | None = None
    sample: float | None = None
    months: int | None = None
    threads: int | None = None
    draws: str = field(default_factory=usual_draws)
    out: str | None = None
    by: str = ""
    quiet: bool = False

    def settings(self) -> Settings:
        """The settings of a simulation (its size is in the scenario, see `adjusted`)."""
        return Settings(
            replicates=self.replicates, seed=self.seed, enterprises=self.enterprises, sample=self.sample,
            threads=self.threads, draws=self.draws,
        )  # fmt: skip


# What is asked


def load(asked: str | Scenario, options: Options) -> Scenario:
    """A scenario with the options in it, its sectors and provinces known; InputError otherwise."""
    loaded = asked if isinstance(asked, Scenario) else load_scenario(asked)
    name = loaded.name if isinstance(asked, Scenario) else asked
    scenario = adjusted(loaded, months=options.months, enterprises=options.enterprises, sample=options.sample)
    tables = load_census(scenario.population.tables)
    if scenario.programme is not None:
        resolve_target(scenario.programme, tables, name)
    count, sample = sample_size(scenario, options.settings())
    nation = fit_size_distribution(tables).sme_enterprises.sum()
    if (count if count is not None else (sample or 0.0) * nation) < FEWEST_ENTERPRISES:
        field, value = ("--enterprises", count) if count is not None else ("--sample", sample)
        least = FEWEST_ENTERPRISES if count is not None else f"{FEWEST_ENTERPRISES / nation:.1e}"
        problem = f"gives fewer than {FEWEST_ENTERPRISES} enterprises"
        raise InputError(None, field, value, problem, f"write at least {least}")
    if scenario.months < WINDOW:
        raise InputError(
            None,
            "--months",
            scenario.months,
            "is less than a year, the window of every indicator",
            "write 12 or more",
        )
    return scenario


def which_draws(prior: bool, posterior: str | None, defaults: bool = False) -> str:
    """Where parameters come from, as `Settings` has it; InputError where two options exclude each other."""
    given = {"--prior": prior, "--posterior": posterior is not None, "--defaults": defaults}
    asked = [option for option, is_given in given.items() if is_given]
    if len(asked) > 1:
        raise InputError(None, asked[1], None, f"is given together with {asked[0]}", "keep one of the two")
    if posterior is not None:
        return str(Path(posterior).absolute())
    return "prior" if prior else "default" if defaults else usual_draws()


def draws_of_run(prior: bool, posterior: str | None, replicates: int) -> str:
    """The same for `run`, of which a single replicate uses the defaults."""
    draws = which_draws(prior, posterior)
    if replicates > 1:
        return draws
    if prior or posterior is not None:
        option = "--prior" if prior else "--posterior"
        problem = f"is a run of the default parameters, not of the draws that {option} asks for"
        raise InputError(None, "--replicates", replicates, problem, "write 2 or more")
    return "default"


def _groups(by: str) -> tuple[str, ...]:
    if not by:
        return ()
    from scenarios.group_figures import GROUPS

    names = tuple(dict.fromkeys(name.strip() for name in by.split(",") if name.strip()))
    for name in names:
        if name not in GROUPS:
            raise InputError(None, "--by", name, "is not a group", suggestion(name, GROUPS, "groups"))
    return names


def _check_out(options: Options) -> None:
    if options.out is not None:
        check_out_dir(options.out)


def compile_once(quiet: bool) -> None:
    """Compile before the clock of the progress bar starts, and say so."""
    if not is_warm():
        with waiting(COMPILING, quiet):
            warm_up_apart()


# The commands


def run(asked: str | Scenario, options: Options) -> Answer:
    """Simulate one scenario: levels year by year, what the programme did, the population."""
    scenario, by = load(asked, options), _groups(options.by)
    _check_out(options)
    belief_of(options.draws)
    compile_once(options.quiet)
    with progress_bar("Simulating", options.quiet) as progress:
        levels = run_scenario(scenario, options.settings(), progress)
    if levels.interrupted:
        tell_what_is_kept(levels.replicates, options.replicates, levels.scenario.months, scenario.months)
    from scenarios.answers import answer_of_run

    return answer_of_run(levels, scenario, by, options.out, options.quiet)


def compare(
    asked: Sequence[str | Scenario], baseline: str | Scenario, month: int | None, options: Options
) -> Answer:
    """Compare scenarios with a baseline, pair by pair; ``month`` is the headline's (None: chosen)."""
    base = load(baseline, options)
    scenarios = [load(each, options) for each in asked]
    _check_names(base, scenarios)
    base = counterfactual(base, scenarios)
    check_month(month, base.months)
    by = _groups(options.by)
    _check_out(options)
    belief_of(options.draws)
    compile_once(options.quiet)
    with progress_bar("Simulating", options.quiet) as progress:
        comparison = compare_scenarios(base, scenarios, options.settings(), progress)
    if comparison.interrupted:
        tell_what_is_kept(len(comparison.replicates), options.replicates, base.months, base.months)
    from scenarios.answers import answer_of_comparison

    return answer_of_comparison(comparison, month, by, options.out, options.quiet)


def tell_what_is_kept(replicates: int, asked: int, months: int, months_asked: int) -> None:
    """One line on standard error of what an interrupted command still shows."""
    kept = f"{replicates} of {asked} replicates"
    if months < months_asked:
        kept = f"the first {months} of {months_asked} months" + (f", {kept}" if asked > 1 else "")
    print(f"Interrupted: results of {kept}. Interrupt again to stop at once.", file=sys.stderr, flush=True)


def _check_names(base: Scenario, scenarios: Sequence[Scenario]) -> None:
    """Scenarios are told apart by name; the baseline may be listed, to see that nothing differs."""
    seen = {base.name: base}
    for number, scenario in enumerate(scenarios):
        again = scenario.name in [other.name for other in scenarios[:number]]
        if again or seen.get(scenario.name, scenario) != scenario:
            remedy = "give each scenario once" if again else "give one of the files another name"
            raise InputError(None, "scenario", scenario.name, "is the name of two scenarios", remedy)


def check_month(month: int | None, months: int) -> None:
    """Raise InputError unless the month is the end of a year of the run (None: not given)."""
    if month is not None and (month % WINDOW or not WINDOW <= month <= months):
        last = months // WINDOW * WINDOW
        raise InputError(
            None, "--month", month, "is not the end of a year of the run", f"write 12, 24, ... up to {last}"
        )
