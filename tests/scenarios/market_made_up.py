"""A training market made up for tests: tables with known numbers, as `run` and `compare` would give them."""

import numpy as np
import polars as pl

from scenarios.market_tables import market_levels
from simulation import market_accounts as ma
from simulation.market_indicators import MarketSums, TrainerTime, market_sums

TIME = TrainerTime(days_per_module=2.5, days=8.0)
LEVELS = [("total", "all"), ("sector", "C18"), ("region", "North"), ("region", "South"), ("size", "50-249")]
"""Levels of sums in the order of the engine; the market has those of the nation and of the two regions."""


def monthly(years=5, scale=1.0, closing=3):
    """Accounts by month (months, nation and two regions): a market that is subsidised until ``closing``.

    All is in the North; nothing is taught in the first year; nobody is left in the last.
    """
    market = np.zeros((12 * years, 3, ma.N_MARKET_ACCOUNTS))
    for year in range(years):
        span = slice(12 * year, 12 * (year + 1))
        open_ = year < closing
        trainers, modules = (2.0, 0.0) if year == 0 else (4.0, 10.0) if year < years - 1 else (0.0, 0.0)
        values = {
            ma.ACTIVE_TRAINERS: trainers, ma.WAITING: 3.0 * trainers, ma.MODULES: modules,
            ma.COMMERCIAL_MODULES: 0.0 if open_ else modules, ma.FEES: 4_000.0 * modules,
            ma.BUYER_PAYMENTS: 1_000.0 * modules, ma.SUBSIDIES: 5_000.0 * modules * open_,
            ma.OVERHEAD: 8_000.0 * modules * open_, ma.TRAINING_OF_TRAINERS: 20_000.0 * open_,
            ma.AWARENESS: 2_000.0 * open_, ma.PRICE_SUM: 10_000.0 * trainers, ma.RESULT: -500.0 * modules,
            ma.DAYS_AVAILABLE: 8.0 * trainers, ma.DAYS_DELIVERED: 2.5 * modules, ma.GRADUATES: 1.0 * open_,
            ma.TRAINER_PAY: 7_000.0 * modules, ma.FIXED_COSTS: 1_000.0 * trainers,
        }  # fmt: skip
        for account, value in values.items():
            market[span, :2, account] = scale * value
    return market


def replicates(scales=(1.0, 2.0), **options) -> list[MarketSums]:
    """The sums of several replicates, each ``monthly`` at another scale."""
    return [market_sums(monthly(scale=scale, **options)) for scale in scales]


def market_table(scenario="a", scales=(1.0, 2.0), **options) -> pl.DataFrame:
    """The table ``market`` of a scenario."""
    sums = replicates(scales, **options)
    return market_levels(scenario, sums, [TIME] * len(sums), LEVELS)
