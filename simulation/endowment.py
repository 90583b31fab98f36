"""What one enterprise starts with: character, practices, production, money, people and beliefs.

Each draw is keyed by the population's seed, the decision and the enterprise, and is then shaped by the
parameters: two runs of one seed and other parameters hold the same enterprises. The state is placed at the
model's resting point, so that without a programme means and spreads do not move.
"""

import math

from simulation import draws
from simulation.compile import submodel
from simulation.parameters import QUALITY
from simulation.production import NOVICES_USUAL, SKILL_USUAL
from simulation.seats import OCTET_SEATS
from simulation.state import LOG_VALUE, N_MODULES, NEVER, NO_MODULE

SIZE_REFERENCE = 150.0
"""Employees at which value added per worker is the sector's mean (employment-weighted middle)."""
AFFORDABLE = 0.75
"""Most that wages and contributions take of value added at the start."""
RETAINED = 0.05
"""Least that other costs take of value added at the start, whatever the margin."""


@submodel
def identity(ent, sector, region, cluster, weight, entry_month):
    """Where it belongs, how many enterprises it stands for, and whether it is there from the start."""
    ent.sector, ent.region, ent.cluster, ent.weight = sector, region, cluster, weight
    ent.entry_month = entry_month
    ent.alive = 1 if entry_month == 0 else 0


@submodel
def size(ent, employees, edges, first_octet, last_octet):
    """Employees, size class (``edges``: where the second and later ones begin) and seats, by their octets."""
    ent.employees = employees
    ent.size_class = 0
    for edge in edges:
        ent.size_class += 1 if employees >= edge else 0
    ent.first_seat = OCTET_SEATS * first_octet
    ent.seats = OCTET_SEATS * (last_octet - first_octet)


@submodel
def blank_history(ent):
    """Nothing has happened yet: no training, no class, no module; full capital and usual orders."""
    ent.exit_month = ent.panel_row = ent.class_id = NEVER
    ent.enrolled_month = ent.waiting_since = ent.first_class_month = ent.informed_month = NEVER
    ent.channel = ent.provider = ent.trainer = NEVER
    ent.module = ent.wanted = NO_MODULE
    ent.capital = ent.orders = 1.0


@submodel
def character(ent, p, standard, conditions):
    """Managers' ability and weekly hours; pay by the piece and pressure of buyers.

    The first two from two ``standard`` normal draws, the others from 64 bits for ``conditions``.
    """
    ent.ability, longer = standard
    ent.piece_rate = 1 if draws.third(conditions, draws.SHIFT_FIRST) < p.piece_rate_share else 0
    ent.buyer_pressure = min(1.0, 2.0 * p.buyer_pressure * draws.third(conditions, draws.SHIFT_SECOND))
    ent.hours = ent.hours_at_start = min(70.0, max(30.0, p.hours_usual + p.hours_spread * longer))


@submodel
def practices(ent, p, common, key, place):
    """Long-run shares load on one common factor; usual shares start at their stationary spread about them."""
    shared, alone = math.sqrt(p.practice_common), math.sqrt(1.0 - p.practice_common)
    persistence = 1.0 - p.practice_reversion
    stationary = p.practice_drift / math.sqrt(1.0 - persistence * persistence)
    for k in range(N_MODULES):
        own, passing = draws.normal_pair(draws.block(key, place * N_MODULES + k))
        lasting = p.practice_mean[k] + p.practice_spread * (shared * common + alone * own)
        lasting = min(0.98, max(0.02, lasting))
        usual = lasting + stationary * 4.0 * lasting * (1.0 - lasting) * passing
        ent.lasting[k] = lasting
        ent.usual[k] = ent.practice[k] = min(1.0, max(0.0, usual))


@submodel
def usual_practice(p):
    """Mean of the long-run practice shares over modules in the average enterprise."""
    total = 0.0
    for k in range(N_MODULES):
        total += p.practice_mean[k]
    return total / N_MODULES


@submodel
def management(ent, p):
    """Long-run practice share, mean over modules, above the average enterprise's."""
    total = 0.0
    for k in range(N_MODULES):
        total += ent.lasting[k]
    return total / N_MODULES - usual_practice(p)


@submodel
def log_size(ent):
    """Log of the employees at the start, relative to the size of reference."""
    return math.log(ent.employees / SIZE_REFERENCE)


@submodel
def productivity(ent, p, drawn):
    """Lasting log productivity within the sector: by practices, by what was ``drawn``, and by size."""
    # centred so that the mean of the level, not of its log, is the sector's
    centre = -0.5 * p.productivity_level_spread**2
    by_size = p.productivity_size * log_size(ent)
    ent.level = p.productivity_practice * management(ent, p) + drawn + centre + by_size


@submodel
def production(ent, p, passing, value_added, energy):
    """Value added per worker, output and energy; ``passing`` is standard normal.

    ``value_added`` is the sector's per worker, relative to the national mean, ``energy`` its tonnes of coal
    equivalent a year per worker.
    """
    ent.shock = p.productivity_shock / math.sqrt(1.0 - p.productivity_persistence**2) * passing
    per_worker = p.value_added_per_worker / 12.0 * value_added * math.exp(ent.level)
    ent.value_per_worker = per_worker
    ent.output_at_start = ent.output = ent.value_added = ent.employees * per_worker
    ent.recent[LOG_VALUE] = ent.log_value_at_start = math.log(per_worker)
    ent.energy_at_start = energy / (p.value_added_per_worker * value_added)
    ent.labour_at_start = ent.employees * SKILL_USUAL * (1.0 - p.absence_rate)


@submodel
def quality(ent, p, own):
    """The defect rate: its own scale (``own`` is standard normal), and fewer where practices are better."""
    ent.defect_scale = math.exp(p.defect_spread * own - 0.5 * p.defect_spread**2)
    by_practice = math.exp(-p.defect_quality * (ent.lasting[QUALITY] - p.practice_mean[QUALITY]))
    defects = min(0.5, max(0.0005, p.defect_rate * ent.defect_scale * by_practice))
    ent.defect_rate = ent.defect_at_start = defects
    ent.quality_at_start = 1.0 - defects * (1.0 + p.rework_cost)
    ent.recent[1] = defects * p.recording_defects


@submodel
def wage(ent, p, going, above):
    """Wage: the ``going`` one of sector and region, more where lasting productivity is ``above`` the mean."""
    affordable = AFFORDABLE * ent.value_per_worker / (1.0 + p.social_insurance)
    ent.wage = ent.wage_at_start = min(going * math.exp(p.wage_productivity * above), affordable)


@submodel
def money(ent, p, own, bits):
    """Margin (``own`` is standard normal) and other costs, credit and cash (from 64 random ``bits``)."""
    ent.wage_bill_at_start = ent.employees * ent.wage * (1.0 + p.social_insurance)
    paid = ent.wage_bill_at_start / ent.output_at_start
    margin = min(0.6, max(0.0, p.margin_mean + p.margin_spread * own))
    ent.margin = min(margin, 1.0 - RETAINED - paid)
    ent.other_cost = ent.output_at_start * (1.0 - paid - ent.margin)
    ent.credit = 2.0 * p.credit_months * draws.third(bits, draws.SHIFT_FIRST)
    reserve = 0.4 + 0.6 * draws.third(bits, draws.SHIFT_SECOND)
    ent.cash = p.cash_months * ent.wage_bill_at_start * reserve


@submodel
def people(ent, p, separations):
    """Posts, vacancies and what is usual among its workers; ``separations`` are per worker and month."""
    vacancies = separations / p.hire_rate
    ent.headcount = ent.employees
    ent.desired = ent.desired_at_start = min(float(ent.seats), ent.employees * (1.0 + vacancies))
    ent.vacancy_share = ent.vacancy_share_at_start = vacancies / (1.0 + vacancies)
    ent.injuries_seen = p.injury_rate / 12_000.0
    ent.novices, ent.skill = NOVICES_USUAL, SKILL_USUAL
    ent.recent[2] = p.injury_rate * p.recording_injuries
    ent.recent[3] = 1_200.0 * separations
    ent.recent[4] = p.absence_rate


@submodel
def belief(ent, p, own):
    """Belief in the training's gain, correlated with the potential to gain: what it lacks, and ability."""
    lacking = 1.0 - usual_practice(p)
    by_practice = -management(ent, p) / lacking
    by_ability = p.readiness_ability / p.readiness_base
    common = p.practice_common + (1.0 - p.practice_common) / N_MODULES
    scale = math.hypot(p.practice_spread * math.sqrt(common) / lacking, by_ability)
    potential = (by_practice + by_ability * ent.ability) / scale
    error = math.sqrt(1.0 - p.belief_truth**2)
    ent.belief = p.belief_start * math.exp(p.belief_spread * (p.belief_truth * potential + error * own))
