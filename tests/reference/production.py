"""Production, in plain words: labour and capital make output; defects, energy and waste cost value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.parameters import CLEANER_PRODUCTION, HUMAN_RESOURCES, QUALITY
from tests.reference import chance
from tests.reference.practice import EVERY_MODULE, within

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise

DAYS_A_MONTH = 21.75
USUAL_NOVICES, USUAL_SKILL = 0.131, 0.959


def passing_shock(firm: Enterprise) -> None:
    """Yesterday's luck fades, today's is added."""
    p = firm.model.p
    luck = chance.bell(chance.bits(firm.model.keys["productivity shock"], firm.identity))
    firm.shock = p.productivity_persistence * firm.shock + p.productivity_shock * luck


def set_hours(firm: Enterprise) -> None:
    """Good planning shortens the week, vacant posts lengthen it."""
    p = firm.model.p
    planned = p.hours_human_resources * above_usual(firm, HUMAN_RESOURCES)
    overtime = p.hours_overtime * (firm.vacancy_share - firm.vacancy_share_at_start)
    firm.hours = within(firm.hours_at_start - planned + overtime, 20.0, 84.0)


def above_usual(firm: Enterprise, k: int) -> float:
    """Practices in use above the enterprise's own long-run share."""
    return firm.practice[k] - firm.lasting[k]


def labour(firm: Enterprise, present_skill: float, injuries: float, class_days: float) -> float:
    """Experienced full-time workers of the month, less stoppages and time in class, more in long weeks."""
    p = firm.model.p
    worked = present_skill - p.injury_stoppage * injuries - class_days / DAYS_A_MONTH
    return max(0.0, worked) * (1.0 + p.hours_output * (firm.hours / firm.hours_at_start - 1.0))


def make_output(firm: Enterprise, effective_labour: float) -> float:
    """Cobb and Douglas about the start, times the passing shock and the direct effect of practices."""
    if effective_labour <= 0.0:
        return 0.0
    p = firm.model.p
    direct = sum(p.productivity_gain[k] * above_usual(firm, k) for k in EVERY_MODULE)
    inputs = (effective_labour / firm.labour_at_start) ** p.labour_share_exponent
    inputs *= firm.capital ** (1.0 - p.labour_share_exponent)
    return firm.output_at_start * inputs * math.exp(firm.shock + direct)


def share_defective(firm: Enterprise) -> float:
    """Quality practices and skill lower defects, newcomers raise them."""
    p = firm.model.p
    rate = p.defect_rate * firm.defect_scale
    rate *= math.exp(p.defect_quality * (p.practice_mean[QUALITY] - firm.practice[QUALITY]))
    rate *= max(0.2, 1.0 + p.defect_novice * (firm.novices - USUAL_NOVICES))
    rate *= max(0.2, 1.0 - p.defect_skill * (firm.skill - USUAL_SKILL))
    return within(rate, 0.0005, 0.5)


def produce(firm: Enterprise, effective_labour: float) -> None:
    """Output, defects, energy, waste and value added of the month."""
    p, account = firm.model.p, firm.account
    output = make_output(firm, effective_labour)
    defective = share_defective(firm)
    cleaner = above_usual(firm, CLEANER_PRODUCTION)
    energy = max(0.1, 1.0 - p.energy_saving * (1.0 - p.rebound) * cleaner)
    more_defects = defective - firm.defect_at_start
    waste = max(0.05, 1.0 - p.waste_saving * cleaner + p.waste_defects * more_defects)
    value = (1.0 - defective * (1.0 + p.rework_cost)) / firm.quality_at_start
    value -= firm.sector_now.energy_share * (energy - 1.0) + p.waste_share * (waste - 1.0)
    firm.output, firm.defect_rate, firm.value_added = output, defective, output * value
    # what the enterprise would have had to make, with its first defect rate, for as many good pieces
    same_good_output = output * (1.0 - defective) / (1.0 - firm.defect_at_start)
    account["effective_labour"] = effective_labour
    account["gross_output"] = output
    account["good_output"] = output - output * defective
    account["defects"] = output * defective
    account["value_added"] = output * value
    account["energy"] = firm.energy_at_start * energy * output
    account["energy_at_base"] = firm.energy_at_start * same_good_output
    account["waste"] = waste * output
    account["waste_at_base"] = same_good_output
