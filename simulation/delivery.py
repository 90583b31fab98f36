"""Submodel 4, delivery: a class raises know-how, on-site visits turn know-how into practices.

A class alone does little (about 5 points of practice share within a year in the literature), visits do
most: a saturating dose-response, since each visit works on the part that is known but not yet in use.
"""

import math

from simulation.compile import submodel
from simulation.parameters import COOPERATION
from simulation.practices import ease_of_adoption


@submodel
def teach(ent, p, class_days):
    """A class of ``class_days`` days in the enterprise's open module raises its know-how."""
    k = ent.module
    taught = p.class_knowhow * ent.trainer_quality * (1.0 - math.exp(-class_days / p.class_days_scale))
    ent.knowhow[k] += taught * unknown_share(ent, p, k)
    ent.attention = 1.0


@submodel
def counsel(ent, p, enterprises_per_visit):
    """One on-site visit: some know-how is added, and part of what is known but unused is put to use.

    A visit shared by a group does less than one of its own. Returns the practice share newly put to use.
    """
    k = ent.module
    ent.knowhow[k] += p.visit_knowhow * ent.trainer_quality * unknown_share(ent, p, k)
    unused = max(0.0, ent.knowhow[k] - ent.gain[k])
    share = p.visit_adoption * ent.trainer_quality * readiness(ent, p) * ease_of_adoption(ent, p, k)
    if enterprises_per_visit > 1:
        share *= p.group_counselling
    adopted = min(1.0, share) * unused
    ent.gain[k] += adopted
    ent.attention = 1.0
    return adopted


@submodel
def unknown_share(ent, p, k):
    """Share of module k's practices that the managers do not know how to run."""
    known_at_start = ent.usual[k] + p.knowhow_margin * (1.0 - ent.usual[k])
    return max(0.0, 1.0 - known_at_start - ent.knowhow[k])


@submodel
def readiness(ent, p):
    """How ready the enterprise is to change: cooperation, manager ability and attention; 0.1..1."""
    cooperation = ent.practice[COOPERATION] - p.practice_mean[COOPERATION]
    ready = (
        p.readiness_base
        + p.readiness_cooperation * cooperation
        + p.readiness_ability * ent.ability
        + p.readiness_attention * (ent.attention - 0.5)
    )
    return min(1.0, max(0.1, ready))
