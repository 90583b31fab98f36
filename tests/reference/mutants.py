"""Mechanisms of the engine broken on purpose, one at a time; :mod:`tests.reference.mutation` tries them."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """One change of one file; ``old`` must occur in it exactly once."""

    file: str
    old: str
    new: str


MUTANTS = {
    "delivery: a class teaches what is known": Mutant(
        "delivery", "+= taught * unknown_share(ent, p, k)", "+= taught"
    ),
    "delivery: readiness is ignored": Mutant("delivery", "* readiness(ent, p) *", "*"),
    "practices: nothing protects from inattention": Mutant(
        "practices",
        "(inattention + p.erosion_attendee * attendees_left) * protection",
        "inattention + p.erosion_attendee * attendees_left * protection",
    ),
    "practices: know-how in use is forgotten too": Mutant(
        "practices", "p.knowhow_forgetting * max(0.0, knowhow - gain)", "p.knowhow_forgetting * knowhow"
    ),
    "spread: no less from neighbours who lead by little": Mutant(
        "practices", "max(0.0, cluster_gain[k] - gain)", "cluster_gain[k]"
    ),
    "spread: the first class is everybody's": Mutant(
        "world", 'record["classes"] = class_, 1', 'record["classes"] = class_, 0'
    ),
    "gate: sharing the gain does not help": Mutant(
        "practices", "p.gate_strength * (1.0 - sharing)", "p.gate_strength"
    ),
    "people: engagement ignores injuries": Mutant(
        "people",
        "- p.engagement_injuries * firms.injuries_seen[i]",
        "",
    ),
    "people: a class does not raise the ceiling of skill": Mutant(
        "workforce",
        "ceiling = odd.ceiling_attended if attended else odd.ceiling",
        "ceiling = odd.ceiling",
    ),
    "people: newcomers quit no more": Mutant(
        "people",
        "(1.0 + p.quit_novice * novelty(tenure))",
        "1.0",
    ),
    "people: New Year is in March": Mutant("people", "NEW_YEAR_MONTH = 2", "NEW_YEAR_MONTH = 3"),
    "people: safety practices prevent no injury": Mutant(
        "people",
        "* safety_factor(firms, i, p)\n",
        "\n",
    ),
    "people: severe injuries heal a month early": Mutant(
        "people", "MONTHS_MODERATE, MONTHS_SEVERE = 1, 4", "MONTHS_MODERATE, MONTHS_SEVERE = 1, 3"
    ),
    "people: absence shares its draw with injury": Mutant(
        "workforce",
        "absent = is_absent(habit, third, engagement) & at_work",
        "absent = is_absent(habit, second, engagement) & at_work",
    ),
    "workforce: seats are called too rarely": Mutant(
        "workforce", "MARGIN = 1.0 + 1e-5", "MARGIN = 0.97"
    ),
    "workforce: an empty octet is not watched": Mutant(
        "workforce",
        "for k in range(start, stop):",
        "for k in range(start, max(start, stop - 1)):",
    ),
    "hiring: vacancies spread over all seats": Mutant(
        "hiring",
        "vacancies(firms, i) / vacant",
        "vacancies(firms, i) / firms.seats[i]",
    ),
    "hiring: a tight market fills posts faster": Mutant(
        "ordered",
        "region.tightness**-p.hire_tightness",
        "region.tightness**p.hire_tightness",
    ),
    "production: capital has the share of labour": Mutant(
        "production",
        "(1.0 - p.labour_share_exponent) * log(firms.capital[i])",
        "p.labour_share_exponent * log(firms.capital[i])",
    ),
    "production: injuries stop no work": Mutant(
        "production",
        "p.injury_stoppage * firms.injuries[i] +",
        "",
    ),
    "defects: novices make fewer": Mutant(
        "production",
        "1.0 + p.defect_novice * (firms.novices[i]",
        "1.0 - p.defect_novice * (firms.novices[i]",
    ),
    "energy: no rebound": Mutant("production", "p.energy_saving * (1.0 - p.rebound)", "p.energy_saving"),
    "money: a year's interest every month": Mutant("money", "p.credit_rate / 12.0", "p.credit_rate"),
    "money: no fee is paid": Mutant(
        "money",
        "- firms.fee_today[i]",
        "",
    ),
    "wages: ordinary scarcity raises them": Mutant(
        "money",
        "firms.tightness[i] - 1.0",
        "firms.tightness[i]",
    ),
    "orders: none are lost to others of the sector": Mutant(
        "money",
        "- p.order_displacement * (firms.sector_orders[i] - 1.0)",
        "",
    ),
    "exit: credit does not save": Mutant(
        "money",
        "firms.cash[i] < -firms.most_debt[i] or",
        "firms.cash[i] < 0.0 or",
    ),
    "observation: every injury is on record": Mutant(
        "observation",
        "firms.account[a.RECORDED_INJURIES, i] / heads",
        "firms.account[a.INJURIES, i] / heads",
    ),
    "observation: the error of measurement is twice as large": Mutant(
        "observation", "error = p.measurement_error", "error = 2.0 * p.measurement_error"
    ),
    "labour balance: hires leave no gap in the pool": Mutant(
        "ordered", "left = last[a.HIRES] + last[a.JOBS_ENTERED]", "left = last[a.JOBS_ENTERED]"
    ),
    "labour balance: entrants staff themselves from nowhere": Mutant(
        "ordered", "left = last[a.HIRES] + last[a.JOBS_ENTERED]", "left = last[a.HIRES]"
    ),
    "price: elasticity upside down": Mutant(
        "ordered", "growth / p.demand_elasticity", "growth * p.demand_elasticity"
    ),
    "workforce: hires attended a class elsewhere who did not": Mutant(
        "workforce", "keys.elsewhere, seat)) < firms.trained[i]", "keys.elsewhere, seat)) >= firms.trained[i]"
    ),
    "month: attendance shares its draw with hiring": Mutant("month", "draws.ATTEND_CLASS", "draws.HIRE"),
    "month: the unborn and the dead are neighbours": Mutant(
        "month", "if ent.alive:\n                members", "if True:\n                members"
    ),
    "month: an entry or a class is counted again": Mutant(
        "month", "        clear_occasional_accounts(firms, i)\n", "        pass\n"
    ),
}  # fmt: skip
"""Everything else, tried out where enrolment is assigned."""

MARKET_MUTANTS = {
    "demand: many who know tell as little as one": Mutant(
        "demand", "(1.0 - p.awareness_peers) ** knowing", "(1.0 - p.awareness_peers)"
    ),
    "demand: social dialogue convinces nobody": Mutant(
        "demand", "ent.belief *= math.exp(p.belief_dialogue)", "ent.belief *= 1.0"
    ),
    "demand: busy providers find as many clients": Mutant(
        "demand", "max(0.0, 1.0 - provider.utilisation)", "1.0"
    ),
    "demand: buyers name anybody": Mutant("demand", " and ent.buyer_pressure > p.buyer_pressure", ""),
    "demand: outreach costs nothing": Mutant("demand", "run.budget_left -= p.campaign_cost * w", "pass"),
    "demand: the trained go on watching neighbours": Mutant(
        "demand", "if ent.first_class_month < 0 and neighbours.results > 0.0:", "if neighbours.results > 0.0:"
    ),
    "demand: places that are left pile up": Mutant(
        "demand",
        "        if weighs_training(run, p, month, ent, identity):",
        "        run.places += 0.01\n        if weighs_training(run, p, month, ent, identity):",
    ),
    "demand: who buys at the full price takes a place": Mutant(
        "demand", "if supported and not ent.supported:", "if not ent.supported:"
    ),
    "demand: nobody decides on first hearing": Mutant(
        "demand", "if finished or ent.informed_month == month:", "if finished:"
    ),
    "offers: the first fitting step of the subsidy holds": Mutant(
        "offers", "share = step.share", "return step.share"
    ),
    "offers: subsidy is paid on any price": Mutant(
        "offers", "* min(provider.price, run.price)", "* provider.price"
    ),
    "offers: providers without a contract are supported": Mutant(
        "offers", "has_place and provider.contract == 1 and", "has_place and"
    ),
    "offers: buyers pay for everybody": Mutant(
        "offers", "if ent.channel == BY_BUYER or run.assigned:", "if True:"
    ),
    "offers: the authority is not heeded": Mutant("offers", "return p.demand_authority", "return 0.0"),
    "offers: large enterprises believe in gains in proportion": Mutant(
        "offers", "size**p.belief_size", "size"
    ),
    "offers: poverty does not weigh": Mutant("offers", "(1.0 + p.demand_liquidity * shortage)", "1.0"),
    "offers: small enterprises miss nobody": Mutant("offers", "(1.0 + p.disruption_small * in_class)", "1.0"),
    "offers: a full order book deters nobody": Mutant(
        "offers", "- p.choice_wait * min(LONGEST_WAIT, provider.wait[k])", ""
    ),
    "offers: tastes change every month": Mutant(
        "offers", "draws.TAKE_UP, ent.modules_done", "draws.TAKE_UP, month"
    ),
    "classes: more patience": Mutant("classes", "PATIENCE = 3", "PATIENCE = 4"),
    "visits: visits come early": Mutant(
        "visits", "run.visits * months // run.visit_months", "-(-run.visits * months // run.visit_months)"
    ),
    "visits: a stand-in is as good as the first": Mutant(
        "visits", "ent.trainer_quality = trainers[who].quality[ent.module]", "pass"
    ),
    "visits: stand-ins have time": Mutant(
        "visits", "trainers[who].booked += left *", "trainers[who].booked += 0 *"
    ),
    "visits: results of all modules are taken for one's": Mutant(
        "visits", "worth / ent.modules_done", "worth"
    ),
    "visits: a good name is never lost": Mutant(
        "visits", "(ent.gain[k] - provider.reputation)", "max(0.0, ent.gain[k] - provider.reputation)"
    ),
    "classes: overhead does not count against the budget": Mutant(
        "classes", "plan.cost += ent.weight * (subsidy + overhead)", "plan.cost += ent.weight * subsidy"
    ),
    "classes: trainers book no visits": Mutant(
        "classes", "(seat.class_days + run.visits * visit_days(run, p, seat.classmates))", "seat.class_days"
    ),
    "classes: nobody leaves a queue": Mutant(
        "classes", "    if run.assigned:\n        return True\n", "    return True\n"
    ),
    "classes: trainers learn before they teach": Mutant(
        "classes",
        "        ent.trainer_quality += trainers[t].quality[k] / len(teachers)\n"
        "        learn(run, p, month, trainers[t], k, ent.weight / len(teachers))\n",
        "        learn(run, p, month, trainers[t], k, ent.weight / len(teachers))\n"
        "        ent.trainer_quality += trainers[t].quality[k] / len(teachers)\n",
    ),
    "trainers: idleness takes no quality": Mutant(
        "trainers", "trainer.quality[k] *= 1.0 - p.trainer_forgetting", "pass"
    ),
    "trainers: idleness drives nobody away": Mutant(
        "trainers", "(1.0 + p.trainer_leaving_idle * idle)", "1.0"
    ),
    "trainers: supervision teaches nothing": Mutant(
        "trainers", "rate *= 1.0 + p.supervision_learning * run.supervision", "pass"
    ),
    "trainers: the last of several free ones teaches": Mutant(
        "trainers", "trainer.booked >= least", "trainer.booked > least"
    ),
    "trainers: all may teach the same modules": Mutant(
        "trainers", "draws.TRAINER_MODULES, 1 + k), i", "draws.TRAINER_MODULES, 1 + k), 0"
    ),
    "trainers: the budget pays no courses": Mutant("trainers", "run.budget_left -= p.course_cost", "pass"),
    "trainers: providers without staff go on": Mutant(
        "trainers", "if provider.trading and provider.trainers == 0:", "if False:"
    ),
    "providers: candidates cost as much as trainers": Mutant(
        "providers", "p.provider_fixed_cost * provider.active", "p.provider_fixed_cost * provider.trainers"
    ),
    "providers: a loss is forgiven sooner": Mutant("providers", "LOSING_MONTHS = 12", "LOSING_MONTHS = 13"),
    "providers: prices do not follow demand": Mutant("providers", " * (1.0 + p.price_demand * busier)", ""),
    "providers: a year's utilisation counts double": Mutant(
        "providers", "(used - provider.utilisation) / 12.0", "(used - provider.utilisation) / 6.0"
    ),
    "providers: staff of those who stop stay": Mutant("providers", "            trainer.stage = LEFT\n", ""),
    "providers: too few have a contract": Mutant("providers", "math.ceil(", "math.floor("),
    "providers: the last trainer's order book counts": Mutant(
        "providers", "min(wait[k], trainer.booked / p.trainer_days)", "trainer.booked / p.trainer_days"
    ),
    "providers: modules that nobody teaches are sought": Mutant(
        "providers", "if ent.modules_begun >> k & 1 or not taught >> k & 1:", "if ent.modules_begun >> k & 1:"
    ),
    "market: guarantees cost nothing": Mutant("market", "run.budget_left -= called", "pass"),
}
"""Mechanisms of the training market, tried out where enterprises decide."""

SAMPLE_MUTANTS = {
    "classes: one trainer teaches classes of the whole nation": Mutant(
        "classes", "int(planned[c].stands_for / run.enterprises_per_class + 0.5)", "1"
    ),
    "classes: trainers who share a class learn all of it": Mutant(
        "classes",
        "learn(run, p, month, trainers[t], k, ent.weight / len(teachers))",
        "learn(run, p, month, trainers[t], k, ent.weight)",
    ),
    "visits: a stand-in works for all who shared the class": Mutant(
        "visits", "* ent.weight / ent.teachers", "* ent.weight"
    ),
    "demand: nobody hears before outreach reaches all that an enterprise stands for": Mutant(
        "demand", "ENOUGH = 0.5", "ENOUGH = 1.0"
    ),
    "trainers: who is booked out teaches all the same": Mutant(
        "trainers", "booked += least", "booked += 0.0"
    ),
}
"""What matters where an enterprise stands for many, tried out in a sample."""
