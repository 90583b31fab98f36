"""The initial state written once more, in whole NumPy arrays, from the model description's section 5.

The standard draws are made here in plain 64- and 32-bit arithmetic; nothing is taken from the compiled passes
but the numbers of the decisions and the sectors' and regions' baselines.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation import draws
from simulation.baseline import region_wage, sector_baseline
from simulation.initial import usual_separations
from simulation.parameters import COOPERATION, HUMAN_RESOURCES, MODULES, QUALITY
from simulation.population import Population
from simulation.production import NOVICES_USUAL, SKILL_USUAL

Columns = dict[str, Any]

WORD = np.uint64
GOLDEN = 0x9E3779B97F4A7C15
N_MODULES = len(MODULES)
SIZES = (20, 50, 250)
SHARES_BY_AGE = (0.446, 0.248)  # to 40, 41 to 50
ONE_YEAR = 12.0


def mixed(x: Any) -> Any:
    """The finaliser of splitmix64 on arrays; products wrap."""
    x = np.asarray(x, WORD)
    x = (x ^ (x >> WORD(30))) * WORD(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> WORD(27))) * WORD(0x94D049BB133111EB)
    return x ^ (x >> WORD(31))


def whole(numbers: Any) -> Any:
    """Whole numbers, which may exceed 64 bits, as 64-bit words."""
    return WORD(numbers & ((1 << 64) - 1)) if isinstance(numbers, int) else np.asarray(numbers).astype(WORD)


def bits(seed: int, decision: int, entities: Any) -> Any:
    """64 bits for each entity."""
    with np.errstate(over="ignore"):
        key = mixed(mixed(mixed(whole(decision * GOLDEN)) ^ whole(seed)))
        return mixed(mixed((whole(entities) + WORD(1)) * WORD(GOLDEN)) ^ key)


def normals(random: Any) -> tuple[Any, Any]:
    """Pairs of standard normal draws: points in a square, drawn again until within the circle."""
    random = random.copy()
    x, y = np.empty(random.shape), np.empty(random.shape)
    outside = np.ones(random.shape, bool)
    while outside.any():
        now = random[outside]
        x[outside] = ((now >> WORD(32)).astype(float) + 0.5) / 2**31 - 1.0
        y[outside] = ((now & WORD(2**32 - 1)).astype(float) + 0.5) / 2**31 - 1.0
        with np.errstate(over="ignore"):
            random[outside] = mixed(now + WORD(GOLDEN))
        outside = x**2 + y**2 >= 1.0
    square = x**2 + y**2
    factor = np.sqrt(-2.0 * np.log(square) / square)
    return x * factor, y * factor


def thirds(random: Any) -> tuple[Any, Any]:
    """Two draws in 0..1 of 21 bits each."""
    mask = WORD(2**21 - 1)
    return (random >> WORD(43)) / 2.0**21, ((random >> WORD(22)) & mask) / 2.0**21


def words(random: Any, place: Any) -> tuple[Any, Any]:
    """Two words of 32 bits for each seat, from its enterprise's 64 bits and its place in the roster."""
    low, high = (random & WORD(2**32 - 1)).astype(np.uint32), (random >> WORD(32)).astype(np.uint32)
    x = place.astype(np.uint32) * np.uint32(0x9E3779B1) + low
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = x ^ high
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    x = x ^ (x >> np.uint32(16))
    y = (x ^ high) * np.uint32(0x9E3779B1)
    return x, y ^ (y >> np.uint32(15))


def start_seed(seed: int) -> int:
    """The word that keys the draws of a population."""
    return int(np.random.SeedSequence([seed, 202]).generate_state(1, np.uint64)[0])


def start_enterprises(population: Population, p: Any, seed: int) -> Columns:
    """Every field of the enterprises' records that is not zero, blank or counted from the workers."""
    seed, everyone = start_seed(seed), np.arange(population.n)
    employees = population.employees.astype(float)
    names = ("sector", "region", "cluster", "weight", "entry_month")
    e: Columns = {name: getattr(population, name) for name in names} | {"employees": employees}
    e["size_class"] = np.searchsorted(SIZES, employees, side="right")
    e["alive"] = population.entry_month == 0
    e["seats"] = 8 * np.ceil((np.ceil(1.25 * employees) + 2) / 8)
    e["first_seat"] = np.cumsum(e["seats"]) - e["seats"]
    e |= character(p, seed, everyone)
    common, outlook = normals(bits(seed, draws.START_OUTLOOK, everyone))
    e |= practices(p, seed, common)
    e |= production(e, p, seed, population)
    e |= money(e, p, seed, population)
    e |= people(e, p)
    e["belief"] = belief(e, p, outlook)
    return e


def character(p: Any, seed: int, everyone: Any) -> Columns:
    ability, longer = normals(bits(seed, draws.START_CHARACTER, everyone))
    piece, pressure = thirds(bits(seed, draws.START_CONDITIONS, everyone))
    hours = np.clip(p["hours_usual"] + p["hours_spread"] * longer, 30.0, 70.0)
    return {
        "ability": ability, "hours": hours, "hours_at_start": hours,
        "piece_rate": piece < p["piece_rate_share"],
        "buyer_pressure": np.minimum(1.0, 2.0 * p["buyer_pressure"] * pressure),
    }  # fmt: skip


def practices(p: Any, seed: int, common: Any) -> Columns:
    place = np.arange(N_MODULES * len(common)).reshape(-1, N_MODULES)
    own, passing = normals(bits(seed, draws.START_MODULE, place))
    share = p["practice_common"]
    factor = np.sqrt(share) * common[:, np.newaxis] + np.sqrt(1.0 - share) * own
    lasting = np.clip(p["practice_mean"] + p["practice_spread"] * factor, 0.02, 0.98)
    monthly = p["practice_drift"] * 4.0 * lasting * (1.0 - lasting)
    stationary = monthly / np.sqrt(1.0 - (1.0 - p["practice_reversion"]) ** 2)
    usual = np.clip(lasting + stationary * passing, 0.0, 1.0)
    return {"lasting": lasting, "usual": usual, "practice": usual}


def production(e: Columns, p: Any, seed: int, population: Population) -> Columns:
    everyone, sectors = np.arange(population.n), sector_baseline(population.tables)
    lasting, passing = normals(bits(seed, draws.START_PRODUCTIVITY, everyone))
    own, _ = normals(bits(seed, draws.START_ECONOMY, everyone))
    by_practice = p["productivity_practice"] * (e["lasting"].mean(axis=1) - p["practice_mean"].mean())
    spread = p["productivity_level_spread"]
    drawn = np.sqrt(spread**2 - by_practice.var()) * lasting
    level = by_practice + drawn - spread**2 / 2.0 + p["productivity_size"] * np.log(e["employees"] / 150.0)
    value = sectors.value_added[population.sector] * p["value_added_per_worker"]
    per_worker = value / ONE_YEAR * np.exp(level)
    scale = np.exp(p["defect_spread"] * own - p["defect_spread"] ** 2 / 2.0)
    better = e["lasting"][:, QUALITY] - p["practice_mean"][QUALITY]
    defects = np.clip(p["defect_rate"] * scale * np.exp(-p["defect_quality"] * better), 0.0005, 0.5)
    output = e["employees"] * per_worker
    return {
        "level": level, "output_at_start": output, "output": output, "value_added": output,
        "shock": p["productivity_shock"] / np.sqrt(1.0 - p["productivity_persistence"] ** 2) * passing,
        "value_per_worker": per_worker, "log_value_at_start": np.log(per_worker),
        "defect_scale": scale, "defect_at_start": defects, "defect_rate": defects,
        "quality_at_start": 1.0 - defects * (1.0 + p["rework_cost"]),
        "energy_at_start": sectors.energy[population.sector] / value,
        "labour_at_start": e["employees"] * SKILL_USUAL * (1.0 - p["absence_rate"]),
    }  # fmt: skip


def money(e: Columns, p: Any, seed: int, population: Population) -> Columns:
    everyone = np.arange(population.n)
    value = sector_baseline(population.tables).value_added[population.sector]
    going = p["wage_mean"] * value ** p["wage_sector"] * region_wage(population.tables)[population.region]
    above = e["level"] - np.average(e["level"], weights=e["employees"])
    contributions = 1.0 + p["social_insurance"]
    wage = np.minimum(
        going * np.exp(p["wage_productivity"] * above), 0.75 * e["value_per_worker"] / contributions
    )
    bill = e["employees"] * wage * contributions
    paid = bill / e["output"]
    _, own = normals(bits(seed, draws.START_ECONOMY, everyone))
    margin = np.minimum(np.clip(p["margin_mean"] + p["margin_spread"] * own, 0.0, 0.6), 0.95 - paid)
    credit, reserve = thirds(bits(seed, draws.START_RESERVES, everyone))
    return {
        "wage": wage, "wage_at_start": wage, "wage_bill_at_start": bill, "margin": margin,
        "other_cost": e["output"] * (1.0 - paid - margin), "credit": 2.0 * p["credit_months"] * credit,
        "cash": p["cash_months"] * bill * (0.4 + 0.6 * reserve),
    }  # fmt: skip


def people(e: Columns, p: Any) -> Columns:
    separations = usual_separations(p)
    vacancies = separations / p["hire_rate"]  # per worker
    vacant = vacancies / (1.0 + vacancies)
    desired = np.minimum(e["seats"], e["employees"] * (1.0 + vacancies))
    n = len(desired)
    recent = [
        e["log_value_at_start"], e["defect_rate"] * p["recording_defects"],
        np.full(n, p["injury_rate"] * p["recording_injuries"]), np.full(n, 1_200.0 * separations),
        np.full(n, p["absence_rate"]),
    ]  # fmt: skip
    return {
        "headcount": e["employees"], "desired": desired, "desired_at_start": desired,
        "vacancy_share": vacant, "vacancy_share_at_start": vacant,
        "injuries_seen": p["injury_rate"] / 12_000.0, "novices": NOVICES_USUAL, "skill": SKILL_USUAL,
        "recent": np.stack(recent, axis=1), "capital": 1.0, "orders": 1.0,
    }  # fmt: skip


def potential(e: Columns, p: Any) -> Any:
    """What it lacks in practices, and its managers' ability, weighted as adoption does, over its spread."""
    usual = p["practice_mean"].mean()
    by_ability = p["readiness_ability"] / p["readiness_base"]
    lacks = (usual - e["lasting"].mean(axis=1)) / (1.0 - usual)
    of_mean = p["practice_common"] + (1.0 - p["practice_common"]) / N_MODULES
    spread = p["practice_spread"] * np.sqrt(of_mean) / (1.0 - usual)
    return (lacks + by_ability * e["ability"]) / np.hypot(spread, by_ability)


def belief(e: Columns, p: Any, own: Any) -> Any:
    rho = p["belief_truth"]
    seen = rho * potential(e, p) + np.sqrt(1.0 - rho**2) * own
    return p["belief_start"] * np.exp(p["belief_spread"] * seen)


def tenure_shares(p: Any) -> Any:
    """Share of workers with at most 0, 1, ... 360 months of tenure: who was hired each month and stayed."""
    months = np.arange(360)
    quits = np.minimum(0.9, p["quit_rate"] * (1.0 + p["quit_novice"] / (1.0 + months / 3.0)))
    staying = np.append(1.0, np.cumprod(1.0 - quits))
    return np.cumsum(staying) / staying.sum()


def start_workers(e: Columns, p: Any, seed: int) -> Columns:
    """The workers, enterprise by enterprise: seat, months of tenure, gender, age band, skill, engagement."""
    seed, size = start_seed(seed), e["employees"].astype(int)
    owner = np.repeat(np.arange(len(size)), size)
    place = np.arange(len(owner)) - (np.cumsum(size) - size)[owner]
    x, y = words(bits(seed, draws.START_WORKER, owner), place)
    general, _ = words(bits(seed, draws.START_SKILL, owner), place)
    rest = ((x & np.uint32(2047)) << np.uint32(10) | y & np.uint32(1023)) / 2.0**21
    tenure = np.searchsorted(tenure_shares(p)[:-1], (x >> np.uint32(11)) / 2.0**21)
    tenure[e["entry_month"][owner] > 0] = 0
    cooperation = e["usual"][:, COOPERATION] - p["practice_mean"][COOPERATION]
    human_resources = e["usual"][:, HUMAN_RESOURCES] - p["practice_mean"][HUMAN_RESOURCES]
    ceiling = (1.0 + p["skill_human_resources"] * human_resources)[owner]
    at_hiring = p["skill_new"] + 0.2 * (general / 2.0**32 - 0.5)
    engagement = (
        p["engagement_base"]
        + p["engagement_cooperation"] * cooperation
        + p["engagement_human_resources"] * human_resources
        - p["engagement_injuries"] * e["injuries_seen"]
    )
    return {
        "owner": owner, "seat": (e["first_seat"][owner] + place).astype(int), "tenure": tenure,
        "woman": (y >> np.uint32(11)) / 2.0**21 < p["female_share"],
        "age": np.searchsorted(np.cumsum(SHARES_BY_AGE), rest, side="right"),
        "skill": ceiling - (ceiling - at_hiring) * (1.0 - p["skill_learning"]) ** tenure,
        "engagement": np.clip(engagement, 0.05, 0.95)[owner],
    }  # fmt: skip
