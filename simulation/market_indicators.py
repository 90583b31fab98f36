"""What the training market's accounts say: one name, unit and definition each, as sums and ratios of sums.

Flows are added up over a window of months; stocks, which are levels at the end of each month, are averaged
over it. A ratio is one of sums over the window, and is undefined (NaN) where its base is nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation import market_accounts as ma
from simulation.indicators import WINDOW
from simulation.programme import Programme

FloatArray = NDArray[np.float64]

WAITING_AT_END = ma.N_MARKET_ACCOUNTS
"""Account of a window beside the market accounts: enterprises that wait at the end of its last month."""


@dataclass(frozen=True)
class MarketSums:
    """The market accounts of one run; the last axis holds the accounts and ``WAITING_AT_END``.

    ``years`` (years, 1 + regions, accounts) are those of each full year, ``whole`` (1 + regions, accounts)
    of all months; the first level is the nation.
    """

    years: FloatArray
    whole: FloatArray


def market_sums(market: FloatArray) -> MarketSums:
    """Reduce the market accounts of every month (months, 1 + regions, accounts) to years and whole run."""
    full = [market[end - WINDOW : end] for end in range(WINDOW, len(market) + 1, WINDOW)]
    years = np.array([_window(months) for months in full])
    return MarketSums(years.reshape(len(full), market.shape[1], WAITING_AT_END + 1), _window(market))


def _window(market: FloatArray) -> FloatArray:
    """Flows added up over the months, stocks averaged, and who waits at the end of the last month."""
    sums = market.sum(axis=0)
    sums[:, ma.STOCKS] /= len(market)
    return np.concatenate([sums, market[-1, :, [ma.WAITING]].T], axis=1)


@dataclass(frozen=True)
class TrainerTime:
    """Trainers' time in a run: ``days_per_module`` that one module takes for one enterprise, ``days`` a month
    that an active trainer has.
    """

    days_per_module: float
    days: float


def trainer_time(programme: Programme | None, p: Any) -> TrainerTime:
    """The trainers' time of a programme under one parameter record; no module takes any without one."""
    module = 0.0 if programme is None else programme.delivery.trainer_days_per_module(float(p["visit_days"]))
    return TrainerTime(module, float(p["trainer_days"]))


@dataclass(frozen=True)
class MarketIndicator:
    """One indicator of the market: ``value(sums, time)`` of an array whose last axis is that of MarketSums.

    ``flow`` is True where it adds up over months; over a year its unit is then ``unit`` a year.
    """

    name: str
    label: str
    unit: str
    definition: str
    value: Callable[[FloatArray, TrainerTime], FloatArray]
    flow: bool = False

    @property
    def unit_of_year(self) -> str:
        """The unit of its value over a year."""
        return f"{self.unit} a year" if self.flow else self.unit


def _sum(*parts: int) -> Callable[[FloatArray, TrainerTime], FloatArray]:
    return lambda sums, time: np.sum([sums[..., part] for part in parts], axis=0)


def _ratio(
    top: tuple[int, ...], bottom: tuple[int, ...], factor: float = 1.0
) -> Callable[[FloatArray, TrainerTime], FloatArray]:
    return lambda sums, time: _divided(factor * _sum(*top)(sums, time), _sum(*bottom)(sums, time))


def _divided(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """``top / bottom``, NaN where the bottom is nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0.0, top / bottom, np.nan)


def _trainer_days_needed(sums: FloatArray, time: TrainerTime) -> FloatArray:
    return sums[..., ma.DAYS_DELIVERED] + sums[..., WAITING_AT_END] * time.days_per_module


def _trainers_needed(sums: FloatArray, time: TrainerTime) -> FloatArray:
    return _trainer_days_needed(sums, time) / (WINDOW * time.days)


def _cost_recovery(sums: FloatArray, time: TrainerTime) -> FloatArray:
    delivery = _sum(ma.TRAINER_PAY, ma.FIXED_COSTS, ma.GROWTH_COSTS)(sums, time)
    programme = _sum(ma.OVERHEAD, ma.TRAINING_OF_TRAINERS, ma.AWARENESS)(sums, time)
    return _divided(100.0 * _sum(ma.FEES, ma.BUYER_PAYMENTS)(sums, time), delivery + programme)


_DEMAND = (
    MarketIndicator(
        "informed", "Enterprises informed", "enterprises", "Enterprises that hear of the training",
        _sum(ma.INFORMED), flow=True,
    ),
    MarketIndicator(
        "aware", "Enterprises that know of it", "enterprises",
        "Enterprises alive that know of the training, mean of the months", _sum(ma.AWARE),
    ),
    MarketIndicator(
        "requests", "Requests", "modules", "Modules that enterprises ask a provider for",
        _sum(ma.REQUESTS), flow=True,
    ),
    MarketIndicator(
        "queue", "Enterprises waiting", "enterprises",
        "Enterprises that wait for a class, mean of the months", _sum(ma.WAITING),
    ),
    MarketIndicator(
        "modules_taken", "Modules taken", "modules", "Modules begun, one for each enterprise in a class",
        _sum(ma.MODULES), flow=True,
    ),
    MarketIndicator(
        "commercial_volume", "Modules sold without subsidy", "modules",
        "Modules begun for which the programme pays no subsidy", _sum(ma.COMMERCIAL_MODULES), flow=True,
    ),
    MarketIndicator(
        "commercial_share", "Sold without subsidy", "% of modules", "Share of modules without subsidy",
        _ratio((ma.COMMERCIAL_MODULES,), (ma.MODULES,), 100.0),
    ),
)  # fmt: skip

_TRAINERS = (
    MarketIndicator(
        "trainers_graduated", "Trainers graduated", "trainers", "Graduates of trainings of trainers",
        _sum(ma.GRADUATES), flow=True,
    ),
    MarketIndicator(
        "trainers_certified", "Trainers certified", "trainers", "Graduates who become active trainers",
        _sum(ma.CERTIFIED), flow=True,
    ),
    MarketIndicator(
        "trainers_left", "Trainers who left", "trainers",
        "Trainers who stop, graduates who are not certified among them", _sum(ma.TRAINERS_LEFT), flow=True,
    ),
    MarketIndicator(
        "active_trainers", "Active trainers", "trainers", "Certified trainers at work, mean of the months",
        _sum(ma.ACTIVE_TRAINERS),
    ),
    MarketIndicator(
        "trainer_quality", "Quality of trainers", "0..1",
        "Mean quality of active trainers in the modules that they may teach, 1 is perfect",
        _ratio((ma.QUALITY_SUM,), (ma.ACTIVE_TRAINERS,)),
    ),
    MarketIndicator(
        "trainer_days_needed", "Trainer days needed", "days",
        "Days given, and the days of the modules waited for at the end", _trainer_days_needed, flow=True,
    ),
    MarketIndicator(
        "trainer_days_available", "Trainer days available", "days", "Days that active trainers have",
        _sum(ma.DAYS_AVAILABLE), flow=True,
    ),
    MarketIndicator(
        "utilisation", "Trainer days given", "% of days available", "Days given over days available",
        _ratio((ma.DAYS_DELIVERED,), (ma.DAYS_AVAILABLE,), 100.0),
    ),
    MarketIndicator(
        "trainers_needed", "Trainers needed", "trainers",
        "Trainer days needed in a year over the days that one trainer has in it", _trainers_needed,
    ),
)  # fmt: skip

_PROVIDERS = (
    MarketIndicator(
        "providers", "Providers", "providers", "Providers that offer the training, mean of the months",
        _sum(ma.PROVIDERS),
    ),
    MarketIndicator(
        "providers_entered", "Providers that entered", "providers", "Providers that begin to offer it",
        _sum(ma.PROVIDERS_ENTERED), flow=True,
    ),
    MarketIndicator(
        "providers_left", "Providers that left", "providers", "Providers that stop to offer it",
        _sum(ma.PROVIDERS_LEFT), flow=True,
    ),
    MarketIndicator(
        "price", "Price of a module", "yuan a module", "Mean price of providers, by their active trainers",
        _ratio((ma.PRICE_SUM,), (ma.ACTIVE_TRAINERS,)),
    ),
    MarketIndicator(
        "provider_margin", "Margin of providers", "% of revenue",
        "Result of providers over what enterprises, buyers and the programme pay them",
        _ratio((ma.RESULT,), (ma.FEES, ma.BUYER_PAYMENTS, ma.SUBSIDIES), 100.0),
    ),
)  # fmt: skip

_MONEY = (
    MarketIndicator(
        "fees", "Fees of enterprises", "yuan", "Paid by enterprises to providers", _sum(ma.FEES), flow=True
    ),
    MarketIndicator(
        "buyer_payments", "Payments of buyers", "yuan", "Paid by buyers to providers",
        _sum(ma.BUYER_PAYMENTS), flow=True,
    ),
    MarketIndicator(
        "subsidies", "Subsidies", "yuan", "Paid by the programme to providers", _sum(ma.SUBSIDIES), flow=True
    ),
    MarketIndicator(
        "overhead", "Overhead and supervision", "yuan",
        "Paid by the programme for assessment, supervision and monitoring", _sum(ma.OVERHEAD), flow=True,
    ),
    MarketIndicator(
        "training_of_trainers", "Trainings of trainers", "yuan", "Paid by the programme for courses",
        _sum(ma.TRAINING_OF_TRAINERS), flow=True,
    ),
    MarketIndicator(
        "awareness", "Campaigns and social dialogue", "yuan", "Paid by the programme to inform enterprises",
        _sum(ma.AWARENESS), flow=True,
    ),
    MarketIndicator(
        "guarantees", "Credit guarantees", "yuan", "Losses on credit that the programme pays to lenders",
        _sum(ma.GUARANTEES), flow=True,
    ),
    MarketIndicator(
        "programme_cost", "Programme cost", "yuan",
        "Subsidies, overhead, trainings of trainers, campaigns and social dialogue, guarantees",
        _sum(ma.SUBSIDIES, ma.OVERHEAD, ma.TRAINING_OF_TRAINERS, ma.AWARENESS, ma.GUARANTEES), flow=True,
    ),
    MarketIndicator(
        "cost_recovery", "Cost recovery", "% of full cost",
        "What enterprises and buyers pay over what it all costs: providers' costs, overhead and supervision, "
        "trainings of trainers, campaigns and social dialogue",
        _cost_recovery,
    ),
)  # fmt: skip

MARKET_INDICATORS: dict[str, MarketIndicator] = {
    indicator.name: indicator for indicator in (*_DEMAND, *_TRAINERS, *_PROVIDERS, *_MONEY)
}
"""Indicators of the training market by name: demand, trainers, providers, money."""
