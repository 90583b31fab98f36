"""Fields laid side by side are copied as doubles, whatever they are: so doubles they must be."""

import numpy as np
import pytest

from simulation.compile import JIT_DISABLED, kernel
from simulation.firms import FIRMS, GIVEN, KEPT, MADE, SIDE_BY_SIDE, TALLY
from simulation.places import from_place, to_place, to_zero
from simulation.state import ENTERPRISE

FIELDS = ("wage", "cash")
lay_down, take_up, empty = to_place(FIELDS), from_place(FIELDS), to_zero(FIELDS, SIDE_BY_SIDE)


@pytest.mark.parametrize("name", [*KEPT, *GIVEN, *MADE])
def test_what_is_copied_is_a_double_in_the_record_and_side_by_side(name):
    assert ENTERPRISE[name] == np.float64
    assert FIRMS[name] == np.dtype((np.float64, SIDE_BY_SIDE))


@pytest.mark.parametrize("name", TALLY)
def test_what_is_emptied_is_doubles(name):
    assert FIRMS[name] == np.dtype((np.float64, SIDE_BY_SIDE))


@kernel
def there_and_back(records, places, i):
    """Record 0 to place i, that place to record 1, then all places emptied."""
    lay_down(records[0], places[0], i)
    take_up(records[1], places[0], i)
    empty(places[0])


@pytest.mark.skipif(JIT_DISABLED, reason="the compiled copies are what is tried")
def test_copies_reach_their_fields_and_no_others():
    records, places = np.zeros(2, ENTERPRISE).view(np.recarray), np.ones(1, FIRMS).view(np.recarray)
    records.wage[0], records.cash[0], records.orders[0] = 3.0, -2.0, 7.0
    there_and_back(records, places, 5)
    assert (records.wage[1], records.cash[1], records.orders[1]) == (3.0, -2.0, 0.0)
    assert not places.wage.any()
    assert not places.cash.any()
    assert (places.orders == 1.0).all()
