"""Programmes of any shape, for tests that must hold for all of them."""

from typing import get_args

from hypothesis import strategies as st

from simulation.programme import ModuleName, Programme

programmes = st.builds(
    Programme,
    first_month=st.integers(0, 20),
    closing_month=st.none() | st.integers(21, 60),
    enterprises_per_month=st.floats(0, 1000),
    subsidy=st.floats(0, 1),
    continuation=st.floats(0, 1),
    modules=st.permutations(get_args(ModuleName)),
    budget=st.none() | st.floats(0, 1e9),
)
