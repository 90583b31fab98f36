"""Firms side by side: the enterprises that make their month together, an array a field.

What a month is made of is the same arithmetic for every enterprise. So sixteen enterprises are laid side by
side, each submodel runs over all sixteen before the next one begins, and one instruction serves as many of
them as the machine has room for. Between months enterprises are kept as records, one after another, because
the training market looks at one here and one there.
"""

import numpy as np

from simulation.accounts import N_ACCOUNTS, N_REGULAR
from simulation.compile import submodel
from simulation.parameters import QUALITY, SAFETY
from simulation.places import from_place, to_place, to_zero
from simulation.seats import OCTET_SEATS
from simulation.state import N_MODULES, N_OBSERVED

SIDE_BY_SIDE = 16
"""Few enough to stay in the innermost cache."""

KEPT = (
    "wage", "injuries_seen", "attended_workers", "headcount", "women", "desired", "vacancy_share", "capital",
    "cash", "orders", "value_per_worker", "year_value", "year_workers",
)  # fmt: skip
"""Fields of an enterprise that its month reads and changes."""

GIVEN = (
    "hours_at_start", "vacancy_share_at_start", "labour_at_start", "output_at_start", "shock",
    "defect_scale", "defect_at_start", "quality_at_start", "energy_at_start", "other_cost", "margin",
    "wage_bill_at_start", "fee_today", "wage_at_start", "log_value_at_start", "buyer_pressure",
    "desired_at_start", "credit", "credit_line",
)  # fmt: skip
"""Fields of an enterprise that its month reads alone."""

MADE = (
    "hours", "attended_lost", "novices", "skill", "defect_rate", "output", "value_added", "profit",
)  # fmt: skip
"""Fields of an enterprise that its month makes anew."""

SHARED = (
    "mean_wage", "quitting", "filling", "tightness", "low_pay", "trained",  # of its region
    "price", "sector_orders", "injury_relative", "energy_share",  # of its sector
)  # fmt: skip
"""What the month of an enterprise reads of its region and its sector."""

WORKPLACE = (
    "engagement_level",  # towards which engagement moves
    "skill_ceiling", "learning",  # towards which skill moves, and the share of the way a month
    "quit", "shed", "injury",  # monthly chances of a worker of usual engagement, tenure and age
    "hire",  # chance that an empty seat is filled
    "newly_used",  # practice share put to use this month, summed over modules
    "days_in_class",  # person-days
    "direct",  # log output above the usual that practices bring by themselves
    "closure", "most_debt",  # chance that it closes without need; debt beyond which it must, yuan
)  # fmt: skip
"""What a month in an enterprise means for each of its workers."""

TALLY = (
    "novices_now", "low_paid", "attended", "absent",  # counts
    "skills", "skills_women", "engagement", "skills_absent",  # sums
    "lost", "skills_lost",  # presence lost to injuries, in workers and weighted by skill
    "injuries", "injuries_women", "quits", "separations", "separations_women", "left_attended",
    "hires", "hires_women", "in_class", "women_in_class",
)  # fmt: skip
"""What the roster of an enterprise adds up to in a month."""

ODDS = ("leaving", "shedding", "level", "level_attended", "ceiling", "ceiling_attended", "learning_share")
LIMITS = ("injury_novices", "injury_others", "hiring", "low_skill")
"""The workplace once more, for watching eight seats at a time (:class:`simulation.workforce.Odds`)."""

SEAT = ("skill", "engagement", "person")
LANES = ("counts", "skills_lane", "skills_women_lane", "skills_absent_lane", "engagement_lane")
"""What a roster adds up to, by place in the octet."""

ROSTER_AT_ONCE = 16
"""Octets that are watched before any is looked at closer."""

NOWHERE = -1
"""Block of a place where nobody has sat this month."""

_ONE, _EIGHT = (SIDE_BY_SIDE,), (OCTET_SEATS,)

FIRMS = np.dtype(
    [(name, "f8", _ONE) for name in (*KEPT, *GIVEN, *MADE, *SHARED, *WORKPLACE, *TALLY)]
    + [(name, "f8", (N_MODULES, SIDE_BY_SIDE)) for name in ("practice", "lasting", "gain")]
    + [("enterprise", "i8", _ONE), ("block", "i8", _ONE)]  # its place, and that of its block
    + [("seats", "f8", _ONE)]
    + [("occasion", "u1", _ONE)]  # whether any of its occasional accounts may not be zero
    + [(name, "f4", _ONE) for name in ODDS]
    + [(name, "i4", _ONE) for name in LIMITS]
    + [(f"{name}_{when}", "i4", _EIGHT) for name in SEAT for when in ("before", "after")]
    + [(f"{name}_called", "i4", (ROSTER_AT_ONCE + 1, OCTET_SEATS)) for name in SEAT]
    + [(name, "i4", ROSTER_AT_ONCE + 1) for name in ("called", "octet_called")]
    + [(name, "i4", _EIGHT) for name in LANES]
    + [("recent", "f8", (N_OBSERVED, SIDE_BY_SIDE)), ("account", "f8", (N_ACCOUNTS, SIDE_BY_SIDE))]
)


lay_down, take_up = to_place((*KEPT, *GIVEN)), from_place((*KEPT, *MADE))
clear_tally = to_zero(TALLY, SIDE_BY_SIDE)


@submodel
def leave_places(firms):
    """Nobody sits anywhere: what regions and sectors show is read anew."""
    for i in range(SIDE_BY_SIDE):
        firms.block[i] = NOWHERE


@submodel
def clear_occasional_accounts(firms, i):
    """The occasional accounts of place ``i`` are zero until somebody there has cause to set them."""
    for account in range(N_REGULAR, N_ACCOUNTS):
        firms.account[account, i] = 0.0
    firms.occasion[i] = 0


@submodel
def in_fours(number):
    """``number`` of places, rounded up to whole fours: what stands at the last ones is computed and not kept.

    The bound of a loop over places is a variable, since LLVM unrolls short loops of a fixed length before it
    thinks of vectors.
    """
    return (number + 3) & ~3


@submodel
def seat_side_by_side(ent, place, block, region, sector, firms, i):
    """Lay the enterprise ``place`` of ``block``, and what it reads of its region and sector, at ``i``."""
    if firms.block[i] != block:
        look_about(region, sector, firms, i)
    firms.enterprise[i], firms.block[i] = place, block
    lay_down(ent, firms, i)
    firms.seats[i] = ent.seats
    for k in range(N_MODULES):
        firms.practice[k, i] = ent.practice[k]
        firms.lasting[k, i] = ent.lasting[k]
    firms.gain[QUALITY, i], firms.gain[SAFETY, i] = ent.gain[QUALITY], ent.gain[SAFETY]
    for k in range(N_OBSERVED):
        firms.recent[k, i] = ent.recent[k]


@submodel
def look_about(region, sector, firms, i):
    """What the enterprise at ``i`` reads of its region and sector, the same as all of its block."""
    firms.mean_wage[i], firms.quitting[i] = region.mean_wage, region.quitting
    firms.filling[i] = region.filling
    firms.tightness[i], firms.low_pay[i], firms.trained[i] = region.tightness, region.low_pay, region.trained
    firms.price[i], firms.sector_orders[i] = sector.price, sector.orders
    firms.injury_relative[i], firms.energy_share[i] = sector.injury_relative, sector.energy_share


@submodel
def back_to_records(firms, i, ent):
    """Keep what the month changed or made of the enterprise at place ``i``."""
    take_up(ent, firms, i)
    for k in range(N_OBSERVED):
        ent.recent[k] = firms.recent[k, i]
