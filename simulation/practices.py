"""Submodel 5, practices: what is known is slowly adopted, gains erode, better peers are copied.

The practice share in use is ``usual + gain``. The usual share drifts about the enterprise's own long-run
share, so that without a programme its distribution is stationary in mean and spread; the gain is what
training, visits and peers added, and is zero without a programme.
"""

from simulation import draws
from simulation.compile import submodel
from simulation.parameters import CLEANER_PRODUCTION, COOPERATION, HUMAN_RESOURCES, QUALITY
from simulation.state import N_MODULES

MANAGERS_BASE, MANAGERS_PER_WORKER = 1.0, 0.04
"""An owner and one hired manager per 25 workers (assumed): what one of them carries is a share of all."""


@submodel
def drift(ent, p, bits):
    """The usual practice shares move about the lasting ones; ``bits`` are 64 random bits."""
    for k in range(N_MODULES):
        lasting = ent.lasting[k]
        shock = (draws.fifth(bits, k) - 0.5) * 3.4641016151377544  # mean 0, standard deviation 1
        size = p.practice_drift * 4.0 * lasting * (1.0 - lasting)
        moved = ent.usual[k] + p.practice_reversion * (lasting - ent.usual[k]) + size * shock
        ent.usual[k] = min(1.0, max(0.0, moved))


@submodel
def ease_of_adoption(ent, p, k):
    """Complementarity and the gate: how easily module k's practices are adopted; 1 is neutral.

    Gained cooperation practices ease the adoption of the other four. Where workers are paid by the piece,
    quality and cleaner production stall unless cooperation or human-resource practices share the gain.
    """
    ease = 1.0
    if k != COOPERATION:
        ease += p.complementarity * ent.gain[COOPERATION]
    if ent.piece_rate and (k in (QUALITY, CLEANER_PRODUCTION)):
        sharing = max(ent.practice[COOPERATION], ent.practice[HUMAN_RESOURCES])
        ease *= 1.0 - p.gate_strength * (1.0 - sharing)
    return max(0.0, ease)


@submodel
def share_of_managers_leaving(ent, p, bits):
    """Share of the managers' memory lost this month: none, or what one leaving manager carried."""
    managers = MANAGERS_BASE + MANAGERS_PER_WORKER * ent.headcount
    chance = min(0.9, p.manager_quit_rate / 12.0 * (managers - MANAGERS_BASE))
    return p.manager_memory / managers if draws.uniform(bits) < chance else 0.0


@submodel
def nothing_to_change(ent, cluster_gain, class_gain):
    """Whether it knows nothing beyond what it always knew, and nobody about it gained anything."""
    known = 0.0
    for k in range(N_MODULES):
        known += ent.knowhow[k] + cluster_gain[k] + class_gain[k]
    return known == 0.0


@submodel
def change(ent, p, manager_bits, cluster_gain, class_gain):
    """Adoption, erosion and spread of one month; returns the practice share newly put to use, summed.

    ``cluster_gain`` and ``class_gain`` are last month's mean gains of neighbours and classmates, by module.
    """
    attention = ent.attention
    ent.attention = attention * (1.0 - p.attention_decay)
    if nothing_to_change(ent, cluster_gain, class_gain):
        return 0.0
    managers_left = share_of_managers_leaving(ent, p, manager_bits)
    attendees_left = ent.attended_lost / max(1.0, ent.attended_workers)
    protection = 1.0 - p.team_protection * min(1.0, ent.practice[COOPERATION])
    inattention = p.erosion_attention * (1.0 - attention)
    erosion = min(1.0, managers_left + (inattention + p.erosion_attendee * attendees_left) * protection)
    newly_used = 0.0
    for k in range(N_MODULES):
        gain, knowhow = ent.gain[k], ent.knowhow[k]
        unused = max(0.0, knowhow - gain)
        adopted = min(1.0, p.unaided_adoption * ease_of_adoption(ent, p, k)) * unused
        lead = p.spread_cluster * max(0.0, cluster_gain[k] - gain) + p.spread_class * max(
            0.0, class_gain[k] - gain
        )
        copied = lead * max(0.0, 1.0 - ent.usual[k] - gain)
        gain += adopted + copied - erosion * gain
        knowhow += copied - managers_left * knowhow - p.knowhow_forgetting * max(0.0, knowhow - gain)
        ent.gain[k] = min(max(0.0, gain), 1.0 - ent.usual[k])
        ent.knowhow[k] = max(ent.gain[k], knowhow)
        newly_used += adopted + copied
    return newly_used


@submodel
def put_to_use(ent):
    """The practice share in use, by module: the usual one plus the gain."""
    for k in range(N_MODULES):
        ent.practice[k] = min(1.0, ent.usual[k] + ent.gain[k])
