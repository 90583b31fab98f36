"""Submodel 7, hiring: vacant seats are filled from the region's job seekers, surplus posts are shed.

The region's labour balance closes with a lag of one month (:mod:`simulation.ordered`), so that growth here
is poaching there. A hire brings general skill and, at times, a class attended elsewhere.
"""

from simulation import draws
from simulation.compile import submodel
from simulation.people import relative_wage
from simulation.seats import AGE_SHIFT, TAKEN, WOMAN
from simulation.state import AGE_MIDDLE, AGE_OLD, AGE_SHARES, AGE_YOUNG

import numpy as np  # isort: skip

SKILL_SPREAD = 0.2
"""Width of the skill of new hires (uniform about the mean)."""


@submodel
def vacancies(firms, i):
    """Posts that the enterprise wants to fill this month."""
    return max(0.0, firms.desired[i] - firms.headcount[i])


@submodel
def fill_chance(firms, i, p):
    """Chance that a vacancy is filled this month: higher with the wage, lower in a tight market."""
    wage = relative_wage(firms, i)
    chance = p.hire_rate * (1.0 + p.hire_wage * (wage - 1.0)) * firms.filling[i]
    return min(0.98, max(0.02, chance))


@submodel
def hire_chance(firms, i, p):
    """Chance that any one vacant seat is filled: filled vacancies spread over the vacant seats."""
    vacant = firms.seats[i] - firms.headcount[i]
    if vacant <= 0.0:
        return 0.0
    return min(1.0, fill_chance(firms, i, p) * vacancies(firms, i) / vacant)


@submodel
def shed_chance(firms, i, p):
    """Chance that any one worker is laid off: surplus posts (beyond one) are shed slowly."""
    surplus = max(0.0, firms.headcount[i] - firms.desired[i] - 1.0)
    return p.shed_rate * surplus / max(1.0, firms.headcount[i])


@submodel
def is_hired(draw, chance):
    """Whether the seat is filled this month."""
    return draw < chance


@submodel
def person_of_hire(bits, female_share):
    """The word of a hire: seat taken, woman or man, age band, no months of tenure."""
    draw = draws.third(bits, draws.SHIFT_THIRD)
    age = AGE_YOUNG
    if draw >= AGE_SHARES[0]:
        age = AGE_MIDDLE if draw < AGE_SHARES[0] + AGE_SHARES[1] else AGE_OLD
    word = np.int32(TAKEN | np.int32(np.int32(age) << AGE_SHIFT))
    if draws.third(bits, draws.SHIFT_SECOND) < female_share:
        word = np.int32(word | WOMAN)
    return word


@submodel
def skill_of_hire(bits, p_skill_new):
    """General skill of a hire, relative to an experienced worker."""
    return p_skill_new + SKILL_SPREAD * (draws.fifth(draws.mix(bits), 1) - 0.5)
