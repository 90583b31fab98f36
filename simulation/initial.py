"""The initial state: every enterprise and worker of a population before the first month.

Standard draws are made first, from the population's seed alone, and then shaped by the parameters: two runs
of one seed and other parameters hold the same enterprises. The state is placed at the model's resting
point, so that without a programme means and spreads do not move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.baseline import region_wage, sector_baseline
from simulation.ordered import LOW_PAY
from simulation.parameters import MODULES, QUALITY
from simulation.population import Population
from simulation.production import NOVICES_USUAL, SKILL_USUAL
from simulation.roster import fill_rosters
from simulation.seats import OCTET_SEATS, octets_of
from simulation.state import (
    AGE_SHARES,
    CLUSTER,
    ENTERPRISE,
    NEVER,
    NO_MODULE,
    REGION,
    SECTOR,
)

SIZE_REFERENCE = 150.0
"""Employees at which value added per worker is the sector's mean (employment-weighted middle)."""
SPARE_SEATS = 0.25
"""Seats for growth, per employee at the start (two more for every enterprise, and up to a whole octet)."""
NOVELTY_USUAL = 0.146
"""Mean of 1 / (1 + tenure / 3 months) where tenure is exponential with 2 % separations a month (exact)."""
HALF_KNOWN = 200.0
"""Sampled enterprises at which a sector's or region's monthly total is half noise, half news (assumed)."""


@dataclass
class InitialState:
    """Enterprises, clusters, regions, sectors and the octets of seats of one population."""

    enterprises: NDArray[Any]
    clusters: NDArray[Any]
    regions: NDArray[Any]
    sectors: NDArray[Any]
    octets: NDArray[Any]


def initial_state(population: Population, parameters: NDArray[Any], seed: int) -> InitialState:
    """Place ``population`` at rest under ``parameters`` (a record array of one), drawn from ``seed``."""
    p = parameters[0]
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 202])))
    ent = np.zeros(population.n, ENTERPRISE)
    _identity(ent, population)
    _character(ent, p, random)
    _practices(ent, p, random)
    _production(ent, p, population, random)
    _money(ent, p, population, random)
    _people(ent, p)
    octets = fill_rosters(ent, p, random)
    _beliefs(ent, p, random)
    regions = _regions(ent, p, len(population.tables.regions))
    sectors = _sectors(ent, p, population)
    clusters = np.zeros(int(population.cluster.max()) + 1, CLUSTER)
    return InitialState(ent, clusters, regions, sectors, octets)


def _identity(ent: NDArray[Any], population: Population) -> None:
    for name in ("sector", "region", "cluster", "size_class", "weight", "employees", "entry_month"):
        ent[name] = getattr(population, name)
    wanted = np.ceil(population.employees * (1.0 + SPARE_SEATS)).astype(np.int64) + 2
    ent["seats"] = OCTET_SEATS * octets_of(wanted)
    ent["first_seat"] = np.concatenate([[0], np.cumsum(ent["seats"][:-1], dtype=np.int64)])
    ent["alive"] = population.entry_month == 0
    for name in (
        "exit_month",
        "panel_row",
        "enrolled_month",
        "waiting_since",
        "first_class_month",
        "class_id",
        "informed_month",
        "channel",
        "provider",
        "trainer",
    ):
        ent[name] = NEVER
    ent["module"] = ent["wanted"] = NO_MODULE
    ent["capital"] = ent["orders"] = 1.0


def _character(ent: NDArray[Any], p: Any, random: np.random.Generator) -> None:
    n = len(ent)
    ent["ability"] = random.standard_normal(n)
    ent["piece_rate"] = random.random(n) < p["piece_rate_share"]
    ent["buyer_pressure"] = np.minimum(1.0, 2.0 * p["buyer_pressure"] * random.random(n))
    ent["hours_at_start"] = np.clip(
        p["hours_usual"] + p["hours_spread"] * random.standard_normal(n), 30.0, 70.0
    )
    ent["hours"] = ent["hours_at_start"]


def _practices(ent: NDArray[Any], p: Any, random: np.random.Generator) -> None:
    """Long-run shares load on one common factor; usual shares start at their stationary spread about them."""
    shape = (len(ent), len(MODULES))
    common = random.standard_normal((len(ent), 1))
    own, passing = random.standard_normal(shape), random.standard_normal(shape)
    weight = p["practice_common"]
    lasting = p["practice_mean"] + p["practice_spread"] * (
        np.sqrt(weight) * common + np.sqrt(1 - weight) * own
    )
    ent["lasting"] = lasting = np.clip(lasting, 0.02, 0.98)
    monthly = p["practice_drift"] * 4.0 * lasting * (1.0 - lasting)
    keep = 1.0 - p["practice_reversion"]
    ent["usual"] = np.clip(lasting + monthly / np.sqrt(1.0 - keep**2) * passing, 0.0, 1.0)
    ent["practice"] = ent["usual"]


def _beliefs(ent: NDArray[Any], p: Any, random: np.random.Generator) -> None:
    """Belief in the training's gain, correlated with the potential to gain: what it lacks, and ability."""
    lacking = 1.0 - p["practice_mean"].mean()
    by_practice = (p["practice_mean"].mean() - ent["lasting"].mean(axis=1)) / lacking
    by_ability = p["readiness_ability"] / p["readiness_base"]
    common = p["practice_common"] + (1.0 - p["practice_common"]) / len(MODULES)
    scale = np.hypot(p["practice_spread"] * np.sqrt(common) / lacking, by_ability)
    potential = (by_practice + by_ability * ent["ability"]) / scale
    rho = p["belief_truth"]
    own = random.standard_normal(len(ent))
    ent["belief"] = p["belief_start"] * np.exp(
        p["belief_spread"] * (rho * potential + np.sqrt(1.0 - rho**2) * own)
    )


def _production(ent: NDArray[Any], p: Any, population: Population, random: np.random.Generator) -> None:
    sectors = sector_baseline(population.tables)
    n = len(ent)
    management = ent["lasting"].mean(axis=1) - p["practice_mean"].mean()
    explained = p["productivity_practice"] * management
    spread = np.sqrt(max(0.0, p["productivity_level_spread"] ** 2 - np.var(explained)))
    # the spread is centred so that the mean of the level, not of its log, is the sector's
    ent["level"] = explained + spread * random.standard_normal(n) - 0.5 * p["productivity_level_spread"] ** 2
    ent["level"] += p["productivity_size"] * np.log(ent["employees"] / SIZE_REFERENCE)
    passing = p["productivity_shock"] / np.sqrt(1.0 - p["productivity_persistence"] ** 2)
    ent["shock"] = passing * random.standard_normal(n)
    sector = ent["sector"]
    per_worker = p["value_added_per_worker"] / 12.0 * sectors.value_added[sector] * np.exp(ent["level"])
    ent["output_at_start"] = ent["employees"] * per_worker
    ent["defect_scale"] = np.exp(
        p["defect_spread"] * random.standard_normal(n) - 0.5 * p["defect_spread"] ** 2
    )
    by_practice = np.exp(-p["defect_quality"] * (ent["lasting"][:, QUALITY] - p["practice_mean"][QUALITY]))
    ent["defect_at_start"] = np.clip(p["defect_rate"] * ent["defect_scale"] * by_practice, 0.0005, 0.5)
    ent["defect_rate"] = ent["defect_at_start"]
    ent["quality_at_start"] = 1.0 - ent["defect_at_start"] * (1.0 + p["rework_cost"])
    ent["energy_at_start"] = sectors.energy[sector] / (
        p["value_added_per_worker"] * sectors.value_added[sector]
    )
    ent["value_added"] = ent["output"] = ent["output_at_start"]
    ent["value_per_worker"] = per_worker
    ent["log_value_at_start"] = np.log(per_worker)
    ent["recent"][:, 0] = np.log(per_worker)


def _money(ent: NDArray[Any], p: Any, population: Population, random: np.random.Generator) -> None:
    n = len(ent)
    value = sector_baseline(population.tables).value_added[ent["sector"]]
    wage = p["wage_mean"] * value ** p["wage_sector"] * region_wage(population.tables)[ent["region"]]
    wage *= np.exp(
        p["wage_productivity"] * (ent["level"] - np.average(ent["level"], weights=ent["employees"]))
    )
    affordable = 0.75 * ent["value_per_worker"] / (1.0 + p["social_insurance"])
    ent["wage"] = ent["wage_at_start"] = np.minimum(wage, affordable)
    ent["wage_bill_at_start"] = ent["employees"] * ent["wage"] * (1.0 + p["social_insurance"])
    margin = np.clip(p["margin_mean"] + p["margin_spread"] * random.standard_normal(n), 0.0, 0.6)
    paid = ent["wage_bill_at_start"] / ent["output_at_start"]
    ent["margin"] = np.minimum(margin, 0.95 - paid)
    ent["other_cost"] = ent["output_at_start"] * (1.0 - paid - ent["margin"])
    ent["credit"] = 2.0 * p["credit_months"] * random.random(n)
    ent["cash"] = p["cash_months"] * ent["wage_bill_at_start"] * (0.4 + 0.6 * random.random(n))


def _people(ent: NDArray[Any], p: Any) -> None:
    usual_vacancies = usual_separations(p) / p["hire_rate"]
    ent["desired"] = np.minimum(ent["seats"], ent["employees"] * (1.0 + usual_vacancies))
    ent["desired_at_start"] = ent["desired"]
    ent["headcount"] = ent["employees"]
    ent["vacancy_share"] = ent["vacancy_share_at_start"] = usual_vacancies / (1.0 + usual_vacancies)
    ent["injuries_seen"] = p["injury_rate"] / 12_000.0
    ent["labour_at_start"] = ent["employees"] * SKILL_USUAL * (1.0 - p["absence_rate"])
    ent["novices"], ent["skill"] = NOVICES_USUAL, SKILL_USUAL
    ent["recent"][:, 1] = ent["defect_at_start"] * p["recording_defects"]
    ent["recent"][:, 2] = p["injury_rate"] * p["recording_injuries"]
    ent["recent"][:, 3] = 1_200.0 * usual_separations(p)
    ent["recent"][:, 4] = p["absence_rate"]


def usual_separations(p: Any) -> float:
    """Monthly separations per worker at rest: the experienced worker's rate, with newcomers and the young."""
    by_tenure = 1.0 + p["quit_novice"] * NOVELTY_USUAL
    return float(p["quit_rate"] * by_tenure * (1.0 + p["quit_young"] * (AGE_SHARES[0] - AGE_SHARES[2])))


def _regions(ent: NDArray[Any], p: Any, n: int) -> NDArray[Any]:
    regions = np.zeros(n, REGION)
    here = ent[ent["alive"] == 1]
    heads = here["weight"] * here["employees"]

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(here["region"], weights=values, minlength=n).astype(np.float64)

    workers = total(heads)
    paid = 1.0 + p["wage_skill"] * (SKILL_USUAL - 1.0)
    regions["workers_at_start"] = workers
    regions["mean_wage"] = paid * total(heads * here["wage"]) / np.maximum(workers, 1.0)
    regions["vacancies_at_start"] = total(here["weight"] * (here["desired"] - here["employees"]))
    regions["seekers"] = regions["seekers_at_start"] = p["pool_months"] * usual_separations(p) * workers
    count = np.bincount(here["region"], minlength=n)
    regions["reliability"] = count / (count + HALF_KNOWN)
    regions["tightness"] = regions["quitting"] = regions["filling"] = 1.0
    for r in np.flatnonzero(count):
        mine = here["region"] == r
        order = np.argsort(here["wage"][mine])
        share = np.cumsum(heads[mine][order])
        median = paid * here["wage"][mine][order][np.searchsorted(share, 0.5 * share[-1])]
        regions["median_ratio"][r] = median / regions["mean_wage"][r]
    regions["low_pay"] = LOW_PAY * regions["median_ratio"] * regions["mean_wage"]
    return regions


def _sectors(ent: NDArray[Any], p: Any, population: Population) -> NDArray[Any]:
    baseline = sector_baseline(population.tables)
    sectors = np.zeros(len(population.tables.sectors), SECTOR)
    count = np.bincount(ent["sector"][ent["alive"] == 1], minlength=len(sectors))
    sectors["price"] = sectors["orders"] = 1.0
    sectors["reliability"] = count / (count + HALF_KNOWN)
    sectors["enterprises_at_start"] = count
    sectors["injury_relative"] = baseline.injury
    sectors["energy_share"] = np.minimum(0.6, p["energy_share"] * baseline.energy_bill)
    return sectors
