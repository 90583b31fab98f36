"""Programmes of any shape, for tests that must hold for all of them."""

from typing import get_args

from hypothesis import strategies as st

from simulation.programme import Programme
from simulation.programme_parts import (
    DELIVERY_MODES,
    Delivery,
    ModuleName,
    OutreachStep,
    RolloutStep,
    SubsidyStep,
    TrainerCourse,
)

LATEST_STEP = 20
"""No step begins later, so that every step comes before any closing."""

_months = st.integers(0, LATEST_STEP)
_modules = st.lists(st.sampled_from(get_args(ModuleName)), min_size=1, unique=True)
_deliveries = st.builds(Delivery, mode=st.sampled_from(list(DELIVERY_MODES))) | st.builds(
    Delivery,
    mode=st.sampled_from(list(DELIVERY_MODES)),
    class_days=st.floats(0.1, 10),
    visits=st.integers(0, 20),
    enterprises_per_class=st.integers(1, 10),
    enterprises_per_visit=st.integers(1, 10),
)
_subsidy_steps = st.builds(
    SubsidyStep,
    from_month=_months,
    share=st.floats(0, 1),
    employees=st.tuples(st.integers(1, 50), st.integers(50, 999)),
    modules=st.none() | _modules,
)
_courses = st.builds(
    TrainerCourse,
    from_month=_months,
    to_month=st.none() | st.integers(LATEST_STEP + 1, 70),
    places_per_month=st.floats(0, 5),
)
_outreach_steps = st.builds(
    OutreachStep,
    from_month=_months,
    campaign=st.floats(0, 1000),
    dialogue=st.none() | st.floats(0, 1000),
    buyers=st.none() | st.floats(0, 1000),
    authority=st.none() | st.floats(0, 1000),
)
_rollout_steps = st.builds(RolloutStep, from_month=_months, enterprises_per_month=st.floats(0, 1000))


def _in_order(steps, most=3):
    """Lists of steps with rising months."""
    lists = st.lists(steps, max_size=most, unique_by=lambda step: step.from_month)
    return lists.map(lambda chosen: tuple(sorted(chosen, key=lambda step: step.from_month)))


programmes = st.builds(
    Programme,
    first_month=_months,
    closing_month=st.none() | st.integers(LATEST_STEP + 1, 60),
    enrolment=st.sampled_from(["market", "assigned"]),
    enterprises_per_month=st.floats(0, 1000),
    continuation=st.floats(0, 1),
    trainers=st.floats(0, 1000),
    training_of_trainers=st.lists(_courses, max_size=3).map(tuple),
    outreach=_in_order(_outreach_steps),
    modules=st.permutations(get_args(ModuleName)),
    delivery=_deliveries,
    subsidy=st.floats(0, 1) | _in_order(_subsidy_steps).filter(bool),
    budget=st.none() | st.floats(0, 1e9),
    rollout=_in_order(_rollout_steps),
    credit_line=st.floats(0.1, 24),
    credit_guarantee=st.floats(0, 1),
    supervision=st.floats(0, 1),
    provider_selection=st.sampled_from(["open", "quality", "price"]),
    providers_selected=st.floats(0.01, 1),
)
