"""The accounts of the training market: what is counted each month, in the nation and in each region.

They are additive over regions and months but for the stocks, which are counts at the end of the month. All
are national quantities: an enterprise counts with its weight, a trainer as one.
"""

MARKET_ACCOUNTS = (
    "informed", "aware", "requests", "waiting",
    "graduates", "certified", "trainers_left", "candidates", "active_trainers",
    "providers", "providers_entered", "providers_left",
    "days_available", "days_delivered", "order_book",
    "modules", "commercial_modules", "fees", "buyer_payments", "subsidies",
    "trainer_pay", "fixed_costs", "growth_costs", "result",
    "price_sum", "quality_sum",
    "overhead", "training_of_trainers", "awareness", "guarantees",
)  # fmt: skip

(
    INFORMED, AWARE, REQUESTS, WAITING,
    GRADUATES, CERTIFIED, TRAINERS_LEFT, CANDIDATES, ACTIVE_TRAINERS,
    PROVIDERS, PROVIDERS_ENTERED, PROVIDERS_LEFT,
    DAYS_AVAILABLE, DAYS_DELIVERED, ORDER_BOOK,
    MODULES, COMMERCIAL_MODULES, FEES, BUYER_PAYMENTS, SUBSIDIES,
    TRAINER_PAY, FIXED_COSTS, GROWTH_COSTS, RESULT,
    PRICE_SUM, QUALITY_SUM,
    OVERHEAD, TRAINING_OF_TRAINERS, AWARENESS, GUARANTEES,
) = range(len(MARKET_ACCOUNTS))  # fmt: skip

N_MARKET_ACCOUNTS = len(MARKET_ACCOUNTS)

STOCKS = (AWARE, WAITING, CANDIDATES, ACTIVE_TRAINERS, PROVIDERS, ORDER_BOOK, PRICE_SUM, QUALITY_SUM)
"""Accounts that are a level at the end of the month, not a flow."""
