"""Submodel 8, production: effective labour and capital make output; defects, energy and waste cost value.

The direct effect of practices on output is the residual after the channels (skill, presence, defects,
energy, waste, injuries), so that a trial's total is not counted twice.
"""

from simulation import accounts as a
from simulation.compile import submodel
from simulation.elementary import exp, log
from simulation.parameters import CLEANER_PRODUCTION, HUMAN_RESOURCES, QUALITY
from simulation.state import N_MODULES, WORKING_DAYS

LEAST_LABOUR = 1e-300
"""Stands for no labour in a logarithm; without labour there is no output."""
NOVICES_USUAL = 0.131
"""Share of novices at which the defect rate is the average one: at rest, 26 % turnover a year (simulated)."""
SKILL_USUAL = 0.959
"""Mean skill at which the defect rate is the average one: at rest (simulated)."""


@submodel
def shock(ent, p, bell):
    """The passing productivity shock fades and is renewed; ``bell`` has mean 0 and variance 1."""
    ent.shock = p.productivity_persistence * ent.shock + p.productivity_shock * bell


@submodel
def set_hours(firms, i, p):
    """Weekly hours fall with human-resource practices and rise where posts are vacant."""
    from_practices = p.hours_human_resources * (
        firms.practice[HUMAN_RESOURCES, i] - firms.lasting[HUMAN_RESOURCES, i]
    )
    from_vacancies = p.hours_overtime * (firms.vacancy_share[i] - firms.vacancy_share_at_start[i])
    firms.hours[i] = min(84.0, max(20.0, firms.hours_at_start[i] - from_practices + from_vacancies))


@submodel
def work(firms, i, p):
    """Labour of the month in experienced full-time workers: skill x presence x hours, less stoppages."""
    longer = firms.hours[i] / firms.hours_at_start[i] - 1.0
    present = firms.skills[i] - p.absence_spell * firms.skills_absent[i] - firms.skills_lost[i]
    stopped = p.injury_stoppage * firms.injuries[i] + firms.days_in_class[i] / WORKING_DAYS
    labour = max(0.0, present - stopped) * (1.0 + p.hours_output * longer)
    firms.account[a.EFFECTIVE_LABOUR, i] = labour


@submodel
def add_up_practices(firms, places, p):
    """The direct effect of practices on log output: what is left of a trial's total after the channels."""
    for i in range(places):
        firms.direct[i] = 0.0
    for k in range(N_MODULES):
        gain = p.productivity_gain[k]
        for i in range(places):
            firms.direct[i] += gain * (firms.practice[k, i] - firms.lasting[k, i])


@submodel
def gross_output(firms, i, p, labour):
    """Gross output, yuan a month: the start's output, scaled by capital, labour, shock and practices."""
    by_labour = p.labour_share_exponent * log(max(LEAST_LABOUR, labour / firms.labour_at_start[i]))
    by_capital = (1.0 - p.labour_share_exponent) * log(firms.capital[i])
    output = firms.output_at_start[i] * exp(by_labour + by_capital + firms.shock[i] + firms.direct[i])
    return output if labour > 0.0 else 0.0


@submodel
def defect_rate(firms, i, p):
    """True share of output that is defective: falls with quality practices and skill, rises with novices."""
    by_practice = exp(-p.defect_quality * (firms.practice[QUALITY, i] - p.practice_mean[QUALITY]))
    by_novices = max(0.2, 1.0 + p.defect_novice * (firms.novices[i] - NOVICES_USUAL))
    by_skill = max(0.2, 1.0 - p.defect_skill * (firms.skill[i] - SKILL_USUAL))
    return min(0.5, max(0.0005, p.defect_rate * firms.defect_scale[i] * by_practice * by_novices * by_skill))


@submodel
def quality_factor(p, defects):
    """Value of a yuan of gross output after defects and their rework."""
    return 1.0 - defects * (1.0 + p.rework_cost)


@submodel
def energy_intensity(firms, i, p):
    """Energy per unit of gross output, 1 = at usual practices; savings are partly used again (rebound)."""
    cleaner = firms.practice[CLEANER_PRODUCTION, i] - firms.lasting[CLEANER_PRODUCTION, i]
    return max(0.1, 1.0 - p.energy_saving * (1.0 - p.rebound) * cleaner)


@submodel
def waste_intensity(firms, i, p, defects):
    """Wasted material per unit of gross output, 1 = at usual practices and the start's defects."""
    cleaner = firms.practice[CLEANER_PRODUCTION, i] - firms.lasting[CLEANER_PRODUCTION, i]
    return max(0.05, 1.0 - p.waste_saving * cleaner + p.waste_defects * (defects - firms.defect_at_start[i]))


@submodel
def produce(firms, i, p):
    """The month's output, defects, energy, waste and value added, from its effective labour."""
    output = gross_output(firms, i, p, firms.account[a.EFFECTIVE_LABOUR, i])
    defects = defect_rate(firms, i, p)
    energy, waste = energy_intensity(firms, i, p), waste_intensity(firms, i, p, defects)
    firms.defect_rate[i], firms.output[i] = defects, output
    firms.value_added[i] = output * (
        quality_factor(p, defects) / firms.quality_at_start[i]
        - firms.energy_share[i] * (energy - 1.0)
        - p.waste_share * (waste - 1.0)
    )
    usual_gross = output * (1.0 - defects) / (1.0 - firms.defect_at_start[i])
    firms.account[a.GROSS_OUTPUT, i] = output
    firms.account[a.GOOD_OUTPUT, i] = output * (1.0 - defects)
    firms.account[a.DEFECTS, i] = output * defects
    firms.account[a.VALUE_ADDED, i] = firms.value_added[i]
    firms.account[a.ENERGY, i] = firms.energy_at_start[i] * output * energy
    firms.account[a.ENERGY_AT_BASE, i] = firms.energy_at_start[i] * usual_gross
    firms.account[a.WASTE, i] = output * waste
    firms.account[a.WASTE_AT_BASE, i] = usual_gross
