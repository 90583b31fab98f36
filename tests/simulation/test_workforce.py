"""Seats are called whenever something happens there: watching never decides, and never misses."""

import numba
import numpy as np
import pytest

from simulation import draws, people, workforce
from simulation.firms import FIRMS, ROSTER_AT_ONCE
from simulation.parameters import PARAMETER_RECORD, PARAMETERS, parameter_record
from simulation.seats import ATTENDED, AWAY_SHIFT, OCTET_SEATS, STEP, TAKEN, TENURE_SHIFT, WOMAN, in_steps


@numba.njit
def called_and_happening(firms, p, first, second, engagement, tenure, age):
    """Whether watching calls each worker's seat, and whether the worker leaves (row 0) or is hurt (row 1)."""
    workforce.set_odds(firms, 1, p)
    habit, odd = workforce.habits(p), workforce.odds(firms, 0)
    called = np.empty((2, len(first)), np.bool_)
    happens = np.empty((2, len(first)), np.bool_)
    for j in range(len(first)):
        months = np.int32(tenure[j])
        called[0, j] = workforce.may_leave(habit, odd, first[j], engagement[j], months)
        called[1, j] = workforce.may_be_injured(odd, second[j], months)
        own, months_worked = engagement[j] * STEP, np.float64(tenure[j])
        leaves = people.separation(firms, 0, p, first[j] / draws.THIRDS, own, months_worked, age[j])
        happens[0, j] = leaves != people.STAYS
        happens[1, j] = people.injury(firms, 0, p, second[j] / draws.THIRDS, own, months_worked) > 0
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
    n, in_all, happening = 40_000, np.zeros(2), np.zeros(2)
    for firms, p in workplaces(random, 8):
        # draws close to the chances, where single and double precision could part
        first = (random.random(n) ** 3 * 2**21).astype(np.int32)
        second = (random.random(n) ** 6 * 2**21).astype(np.int32)
        engagement = np.round(random.uniform(0.0, 1.0, n) * 2**20).astype(np.int32)
        tenure, age = random.integers(0, 400, n), random.integers(0, 3, n)
        called, happens = called_and_happening(firms, p, first, second, engagement, tenure, age)
        assert not (happens & ~called).any()
        in_all, happening = in_all + called.sum(axis=1), happening + happens.sum(axis=1)
    assert (happening > 1_000).all()
    assert (in_all < np.array([1.5, 3.0]) * happening).all()  # and not many seats in vain


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
def watched(firms, p, bits, start):
    workforce.set_odds(firms, 1, p)
    return workforce.watch(firms, bits, start, workforce.habits(p), workforce.odds(firms, 0))


def desk(persons):
    """Firms with an octet of these eight on the desk, each of skill 0.5 and engagement 0.5."""
    firms = np.zeros(1, FIRMS).view(np.recarray)
    firms["wage"], firms["skill_ceiling"], firms["learning"], firms["engagement_level"] = 1.0, 1.0, 0.25, 0.6
    firms["person_before"][0] = persons
    firms["skill_before"][0] = firms["engagement_before"][0] = in_steps(0.5)
    return firms


def test_all_learn_and_are_a_month_older():
    p = parameter_record().astype(PARAMETER_RECORD).view(np.recarray)[0]
    firms = desk([TAKEN, TAKEN | 7 << TENURE_SHIFT, 0, TAKEN | ATTENDED, 0, 0, 0, 0])
    watched(firms[0], p, np.uint64(5), np.uint32(0))
    skill, own = firms["skill_after"][0] * STEP, firms["engagement_after"][0] * STEP
    assert skill[0] == skill[1] == 0.625
    assert skill[3] == pytest.approx(0.625 + 0.25 * p.skill_attended, abs=STEP)
    assert own[:2] == pytest.approx(0.5 + p.engagement_speed * 0.1, abs=STEP)
    assert own[3] == pytest.approx(0.5 + p.engagement_speed * (0.1 + p.engagement_attended), abs=STEP)
    months = firms["person_after"][0] >> TENURE_SHIFT
    assert months.tolist() == [1, 8, 0, 1, 0, 0, 0, 0]


def test_lanes_add_up_who_is_there():
    p = parameter_record().astype(PARAMETER_RECORD).view(np.recarray)[0]
    old = 60 << TENURE_SHIFT
    firms = desk([TAKEN, TAKEN | WOMAN | old, 0, TAKEN | ATTENDED | old, 0, TAKEN | 1 << AWAY_SHIFT, 0, 0])
    called = watched(firms[0], p, np.uint64(5), np.uint32(0))
    half = int(in_steps(0.5))
    assert firms["skills_lane"][0].tolist() == [half, half, 0, half, 0, half, 0, 0]
    assert firms["skills_women_lane"][0].tolist() == [0, half, 0, 0, 0, 0, 0, 0]
    assert firms["engagement_lane"][0].tolist() == [half, half, 0, half, 0, half, 0, 0]
    counts = firms["counts"][0].astype(np.uint32)
    assert (counts & 255).tolist() == [1, 0, 0, 0, 0, 1, 0, 0]  # novices
    assert ((counts >> 16) & 255).tolist() == [0, 0, 0, 1, 0, 0, 0, 0]  # attended a class
    assert called & 255 == 1 << 5  # only who is away is certain to be called


@numba.njit
def tallied(firms):
    workforce.add_up_lanes(firms, 0)


def test_counts_of_a_full_part_of_a_roster_fit_their_bits():
    firms = np.zeros(1, FIRMS).view(np.recarray)
    each = ROSTER_AT_ONCE
    firms["counts"][0] = np.int32(np.uint32(each * (1 + (1 << 8) + (1 << 16) + (1 << 24))))
    firms["skills_lane"][0] = each * int(in_steps(3.9))
    tallied(firms[0])
    for name in ("novices_now", "low_paid", "attended", "absent"):
        assert firms[name][0, 0] == OCTET_SEATS * each, name
    assert firms["skills"][0, 0] == pytest.approx(OCTET_SEATS * each * 3.9)
