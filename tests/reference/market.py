"""What enterprises share, from last month's totals: a sector's price and orders, a region's labour market."""

from __future__ import annotations

import math
from types import SimpleNamespace

from tests.reference.practice import within

Totals = dict[str, float]


def trade(sector: SimpleNamespace, p: SimpleNamespace, first: Totals, last: Totals) -> None:
    """More output than at the start sells at a lower price, by the elasticity of demand."""
    if not (first["gross_output"] > 0.0 and last["gross_output"] > 0.0):
        return
    growth = last["gross_output"] / first["gross_output"] - 1.0
    sector.price = within(1.0 - sector.reliability * growth / p.demand_elasticity, 0.7, 1.3)
    sector.orders = last["orders"] / last["gross_output"]


def settle_labour(region: SimpleNamespace, p: SimpleNamespace, last: Totals) -> None:
    """Who left or lost a job seeks one; who was hired or joined an entrant does not."""
    if not (last["headcount"] > 0.0 and region.seekers_at_start > 0.0):
        return
    before, at_start = region.seekers, region.seekers_at_start
    usual = last["headcount"] * at_start / region.workers_at_start
    seekers = before + last["separations"] + last["jobs_closed"] - last["hires"]
    seekers += p.pool_return * (usual - before) - last["jobs_entered"]
    region.seekers = max(at_start / 10.0, seekers)
    trained = region.trained * max(0.0, before - last["hires"]) + last["separated_trained"]
    region.trained = min(1.0, trained / region.seekers)
    vacancies = last["vacancies"] / region.vacancies_at_start
    relative = vacancies * at_start / region.seekers
    region.tightness = within(1.0 + region.reliability * (relative - 1.0), 0.3, 3.0)
    region.quitting = math.pow(region.tightness, p.quit_tightness)
    region.filling = math.pow(region.tightness, -p.hire_tightness)
    region.mean_wage = last["wages"] / last["headcount"]
    region.low_pay = 2.0 / 3.0 * region.median_ratio * region.mean_wage
