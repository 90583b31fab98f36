"""Submodel 8, production: effective labour and capital make output; defects, energy and waste cost value.

The direct effect of practices on output is the residual after the channels (skill, presence, defects,
energy, waste, injuries), so that a trial's total is not counted twice.
"""

import math

from simulation import accounts as a
from simulation.compile import submodel
from simulation.parameters import CLEANER_PRODUCTION, QUALITY
from simulation.state import N_MODULES, WORKING_DAYS

NOVICES_USUAL = 0.131
"""Share of novices at which the defect rate is the average one: at rest, 26 % turnover a year (simulated)."""
SKILL_USUAL = 0.959
"""Mean skill at which the defect rate is the average one: at rest (simulated)."""


@submodel
def shock(ent, p, bell):
    """The passing productivity shock fades and is renewed; ``bell`` has mean 0 and variance 1."""
    ent.shock = p.productivity_persistence * ent.shock + p.productivity_shock * bell


@submodel
def weekly_hours(ent, p):
    """Hours fall with human-resource practices and rise where posts are vacant."""
    from_practices = p.hours_human_resources * (ent.practice[4] - ent.lasting[4])
    from_vacancies = p.hours_overtime * (ent.vacancy_share - ent.vacancy_share_at_start)
    return min(84.0, max(20.0, ent.hours_at_start - from_practices + from_vacancies))


@submodel
def effective_labour(ent, p, present_skill, injuries, class_person_days):
    """Labour of the month in experienced full-time workers: skill x presence x hours, less stoppages."""
    longer = ent.hours / ent.hours_at_start - 1.0
    lost = p.injury_stoppage * injuries + class_person_days / WORKING_DAYS
    return max(0.0, present_skill - lost) * (1.0 + p.hours_output * longer)


@submodel
def gross_output(ent, p, labour):
    """Gross output, yuan a month: the start's output, scaled by capital, labour, shock and practices."""
    if labour <= 0.0:
        return 0.0
    practices = 0.0
    for k in range(N_MODULES):
        practices += p.productivity_gain[k] * (ent.practice[k] - ent.lasting[k])
    by_labour = p.labour_share_exponent * math.log(labour / ent.labour_at_start)
    by_capital = (1.0 - p.labour_share_exponent) * math.log(ent.capital)
    return ent.output_at_start * math.exp(by_labour + by_capital + ent.shock + practices)


@submodel
def defect_rate(ent, p):
    """True share of output that is defective: falls with quality practices and skill, rises with novices."""
    by_practice = math.exp(-p.defect_quality * (ent.practice[QUALITY] - p.practice_mean[QUALITY]))
    by_novices = max(0.2, 1.0 + p.defect_novice * (ent.novices - NOVICES_USUAL))
    by_skill = max(0.2, 1.0 - p.defect_skill * (ent.skill - SKILL_USUAL))
    return min(0.5, max(0.0005, p.defect_rate * ent.defect_scale * by_practice * by_novices * by_skill))


@submodel
def quality_factor(p, defects):
    """Value of a yuan of gross output after defects and their rework."""
    return 1.0 - defects * (1.0 + p.rework_cost)


@submodel
def energy_intensity(ent, p):
    """Energy per unit of gross output, 1 = at usual practices; savings are partly used again (rebound)."""
    cleaner = ent.practice[CLEANER_PRODUCTION] - ent.lasting[CLEANER_PRODUCTION]
    return max(0.1, 1.0 - p.energy_saving * (1.0 - p.rebound) * cleaner)


@submodel
def waste_intensity(ent, p, defects):
    """Wasted material per unit of gross output, 1 = at usual practices and the start's defects."""
    cleaner = ent.practice[CLEANER_PRODUCTION] - ent.lasting[CLEANER_PRODUCTION]
    return max(0.05, 1.0 - p.waste_saving * cleaner + p.waste_defects * (defects - ent.defect_at_start))


@submodel
def produce(ent, p, energy_share, row):
    """The month's output, defects, energy, waste and value added, from the labour in ``row``."""
    output = gross_output(ent, p, row[a.EFFECTIVE_LABOUR])
    defects = defect_rate(ent, p)
    energy, waste = energy_intensity(ent, p), waste_intensity(ent, p, defects)
    ent.defect_rate, ent.output = defects, output
    ent.value_added = output * (
        quality_factor(p, defects) / ent.quality_at_start
        - energy_share * (energy - 1.0)
        - p.waste_share * (waste - 1.0)
    )
    usual_gross = output * (1.0 - defects) / (1.0 - ent.defect_at_start)
    row[a.GROSS_OUTPUT] = output
    row[a.GOOD_OUTPUT] = output * (1.0 - defects)
    row[a.DEFECTS] = output * defects
    row[a.VALUE_ADDED] = ent.value_added
    row[a.ENERGY] = ent.energy_at_start * output * energy
    row[a.ENERGY_AT_BASE] = ent.energy_at_start * usual_gross
    row[a.WASTE] = output * waste
    row[a.WASTE_AT_BASE] = usual_gross
