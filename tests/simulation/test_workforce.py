"""Seats are called whenever something happens there: watching never decides, and never misses."""

import numba
import numpy as np
import pytest

from simulation import draws, people, workforce
from simulation.firms import FIRMS
from simulation.parameters import PARAMETER_RECORD, PARAMETERS, parameter_record
from simulation.seats import OCTET, SEATED, STEP, TAKEN, on_grid


@numba.njit
def called_and_happening(firms, p, first, second, engagement, tenure, age):
    """Of each worker, whether watching calls the seat, and whether it is left or its holder injured."""
    odds = workforce.odds(firms, 0, p)
    called = np.empty(len(first), np.bool_)
    happens = np.empty(len(first), np.bool_)
    for j in range(len(first)):
        called[j] = workforce.may_happen(
            odds, first[j], second[j], engagement[j], np.int32(tenure[j]), np.int32(age[j])
        )
        own, months = np.float64(engagement[j]), np.float64(tenure[j])
        leaves = people.separation(firms, 0, p, first[j] / draws.THIRDS, own, months, age[j])
        injured = people.injury(firms, 0, p, second[j] / draws.THIRDS, own, months)
        happens[j] = leaves != people.STAYS or injured > 0
    return called, happens


def workplaces(random, number):
    """Workplaces under parameters drawn from their priors, each with chances of its own."""
    for _ in range(number):
        values = {name: float(x.quantile(random.random())) for name, x in PARAMETERS.items() if x.is_free}
        p = parameter_record(values).astype(PARAMETER_RECORD).view(np.recarray)[0]
        firms = np.zeros(1, FIRMS).view(np.recarray)
        firms["quit"], firms["shed"] = 10.0 ** random.uniform(-3, -0.5), random.choice([0.0, 0.02])
        firms["injury"], firms["wage"] = 10.0 ** random.uniform(-4, -1), 1.0
        yield firms[0], p


def test_nothing_happens_where_no_seat_was_called():
    random = np.random.default_rng(3)
    n, called_in_all, happening = 40_000, 0, 0
    for firms, p in workplaces(random, 8):
        # draws close to the chances, where single and double precision could part
        first = (random.random(n) ** 3 * 2**21).astype(np.int32)
        second = (random.random(n) ** 6 * 2**21).astype(np.int32)
        engagement = (np.round(random.uniform(0.0, 1.0, n) * 2**20) * STEP).astype(np.float32)
        tenure, age = random.integers(0, 400, n), random.integers(0, 3, n)
        called, happens = called_and_happening(firms, p, first, second, engagement, tenure, age)
        assert not (happens & ~called).any()
        called_in_all, happening = called_in_all + called.sum(), happening + happens.sum()
    assert happening > 1_000
    assert called_in_all < 1.05 * happening  # and hardly a seat in vain


@numba.njit
def low(wage_skill, low_pay):
    return workforce.low_skill(wage_skill, low_pay)


@pytest.mark.parametrize("wage_skill", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("low_pay", [0.5, 0.93, 1.0, 1.2])
def test_low_pay_in_steps_of_skill_is_low_pay(wage_skill, low_pay):
    steps = np.arange(0, 3 * 2**20, 997)
    relative_pay = 1.0 + wage_skill * (steps / 2**20 - 1.0)
    assert ((steps < low(wage_skill, low_pay)) == (relative_pay < low_pay)).all()


@numba.njit
def learnt(octets, firms, p):
    workforce.learn(octets[0], workforce.odds(firms, 0, p))


def test_all_learn_but_who_was_seated_just_now():
    p = parameter_record().astype(PARAMETER_RECORD).view(np.recarray)[0]
    firms = np.zeros(1, FIRMS).view(np.recarray)
    firms["wage"], firms["skill_ceiling"], firms["learning"], firms["engagement_level"] = 1.0, 1.0, 0.25, 0.6
    octets = np.zeros(1, OCTET).view(np.recarray)
    octets["person"][0, :3] = [TAKEN, TAKEN | SEATED, 0]
    octets["skill"][0], octets["engagement"][0] = 0.5, 0.5
    learnt(octets, firms[0], p)
    expected = on_grid(0.5 + p.engagement_speed * 0.1)
    assert octets["skill"][0, :2].tolist() == [0.625, 0.5]
    assert octets["engagement"][0, :2] == pytest.approx([expected, 0.5], abs=1e-6)
    assert octets["person"][0, :3].tolist() == [1 | 1 << 16, 1, 0]  # a month older; new; empty
