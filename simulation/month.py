"""The month: all submodels in order, compiled, parallel over blocks of enterprises or over runs.

A *task* is a range of blocks. For one large run the tasks are its blocks and the ordered step is made
between months; for a batch of small runs a task is a whole run with all its months. Both are the same
compiled body, so both give the same bits.
"""

import math

import numba
import numpy as np

from simulation import accounts as a
from simulation import (
    delivery,
    draws,
    hiring,
    market,
    money,
    observation,
    ordered,
    people,
    practices,
    production,
)
from simulation.compile import kernel
from simulation.state import (
    AGE_SHIFT,
    ATTENDEES_PER_CLASS,
    NO_MODULE,
    ROSTER_LIMIT,
    TAKEN,
    WOMAN,
    WORKERS_PER_CLASS,
)

AGE_MASK = np.uint8(3)
MODULE_BIT = np.uint8(1)
NO_STATUS = np.uint8(0)


@kernel
def advance(
    tasks, first_month, last_month, shared, enterprises_too,
    runs, parameters, enterprises, clusters, classes, regions, sectors, blocks,
    skill, engagement, tenure, status, attended, away,
    schedule, open_from, graduates, starters, subsidies, order, roll, trainers, providers, accounts,
    rows, block_sums, sums, panel,
):  # fmt: skip
    """Advance all ``tasks`` from ``first_month`` up to (not including) ``last_month``.

    ``tasks[i]`` is (run, first block, last block). With ``shared`` each task is a whole run and makes the
    ordered step itself, before and, with ``enterprises_too``, after the month of its enterprises; without
    ``enterprises_too`` it makes the ordered step alone. All other arguments are the columns of
    :class:`simulation.world.World`.
    """
    for task in numba.prange(len(tasks)):
        run_index, first_block, last_block = tasks[task, 0], tasks[task, 1], tasks[task, 2]
        run = runs[run_index]
        p = parameters[run_index]
        for month in range(first_month, min(last_month, run.months)):
            if shared:
                ordered.open_month(p, month, regions[run_index], sectors[run_index], sums[run_index])
                if run.programme:
                    market.market_month(
                        run, p, month, schedule[run_index, month], graduates[run_index, month],
                        starters[run_index], subsidies[run_index], enterprises,
                        order[run.first_order : run.first_order + run.eligible],
                        roll[run.first_order : run.first_order + run.eligible],
                        open_from[run_index], clusters, classes[run.first_class :], regions[run_index],
                        trainers[run.first_trainer : run.first_trainer + run.trainer_slots],
                        providers[run.first_provider : run.first_provider + run.trainer_slots],
                        sums[run_index], accounts[run_index, month],
                    )  # fmt: skip
            if not enterprises_too:
                continue
            calendar_month = (run.start_month - 1 + month) % 12 + 1
            worker_key = draws.stream(run.seed, draws.WORKER_MONTH, month)
            hire_key = draws.stream(run.seed, draws.HIRE, month)
            elsewhere_key = draws.stream(run.seed, draws.HIRE_MODULES, month)
            attend_key = draws.stream(run.seed, draws.ATTEND_CLASS, month)
            drift_key = draws.stream(run.seed, draws.PRACTICE_DRIFT, month)
            shock_key = draws.stream(run.seed, draws.PRODUCTIVITY_SHOCK, month)
            manager_key = draws.stream(run.seed, draws.MANAGER_LEAVES, month)
            closure_key = draws.stream(run.seed, draws.CLOSURE, month)
            report_key = draws.stream(run.seed, draws.REPORTING, 0)
            measure_key = draws.stream(run.seed, draws.MEASUREMENT, month)
            for b in range(first_block, last_block):
                block = blocks[b]
                region = regions[run_index, block.region]
                sector = sectors[run_index, block.sector]
                row = rows[b]
                block_sums[b, :, :] = 0.0
                for e in range(block.start, block.stop):
                    ent = enterprises[e]
                    row[:] = 0.0
                    if ent.entry_month == month and month > 0:
                        ent.alive = 1
                        row[a.ENTRIES] = 1.0
                        row[a.JOBS_ENTERED] = ent.headcount
                    if not ent.alive:
                        continue
                    identity = e - run.first_enterprise

                    # 4 and 5: delivery and practices
                    practices.drift(ent, p, draws.block(drift_key, identity))
                    newly_used = 0.0
                    if ent.class_today:
                        delivery.teach(ent, p, run.class_days)
                    for _ in range(ent.visits_today):
                        newly_used += delivery.counsel(ent, p, run.enterprises_per_visit)
                    newly_used += practices.change(
                        ent, p, draws.block(manager_key, identity), clusters[ent.cluster].gain,
                        classes[run.first_class + max(0, ent.class_id)].gain,
                    )  # fmt: skip
                    practices.put_to_use(ent)
                    production.shock(ent, p, draws.bell(draws.block(shock_key, identity)))
                    ent.hours = production.weekly_hours(ent, p)

                    # 6 and 7: people and hiring, one pass over the roster
                    w = people.workplace(
                        ent, p, region, sector.injury_relative, calendar_month, hiring.shed_chance(ent, p)
                    )
                    hire = hiring.hire_chance(ent, p, region)
                    attend = min(1.0, WORKERS_PER_CLASS / max(1.0, ent.headcount)) if ent.class_today else 0.0
                    in_class = np.uint8(MODULE_BIT << max(0, ent.module))
                    low_pay = region.low_pay / ent.wage
                    wage_skill, female_share, skill_new = p.wage_skill, p.female_share, p.skill_new
                    engagement_new, trained_elsewhere = w.engagement_level, region.trained

                    heads = women = present_skill = present = absence = 0.0
                    quits = separations = separations_women = hires = hires_women = 0.0
                    injuries = injuries_women = engaged = low_paid = pay = pay_women = 0.0
                    novices = mean_skill = workers_in_class = women_in_class = 0.0
                    attended_workers = attended_lost = 0.0
                    seat0 = ent.first_seat - run.first_seat
                    s, t = ent.first_seat, ent.first_seat + ent.seats
                    skill_, engagement_, tenure_ = skill[s:t], engagement[s:t], tenure[s:t]
                    status_, attended_, away_ = status[s:t], attended[s:t], away[s:t]
                    for j in range(t - s):
                        taken = status_[j]
                        if not taken & TAKEN:
                            bits = draws.block(hire_key, seat0 + j)
                            if hiring.is_hired(bits, hire):
                                newcomer = hiring.status_of_hire(bits, female_share)
                                status_[j] = newcomer
                                skill_[j] = hiring.skill_of_hire(bits, skill_new)
                                engagement_[j] = engagement_new
                                tenure_[j] = 0
                                away_[j] = 0
                                elsewhere = draws.uniform(draws.block(elsewhere_key, seat0 + j))
                                attended_[j] = 1 if elsewhere < trained_elsewhere else 0
                                hires += 1.0
                                if newcomer & WOMAN:
                                    hires_women += 1.0
                            continue

                        bits = draws.block(worker_key, seat0 + j)
                        woman = 1.0 if taken & WOMAN else 0.0
                        own_skill, own_engagement = np.float64(skill_[j]), np.float64(engagement_[j])
                        months = np.float64(tenure_[j])
                        if attend > 0.0 and draws.uniform(draws.block(attend_key, seat0 + j)) < attend:
                            attended_[j] = np.uint8(attended_[j] | in_class)
                            workers_in_class += 1.0
                            women_in_class += woman
                        has_attended = attended_[j] != 0

                        at_work, lost = 1.0, 0.0
                        if away_[j] > 0:
                            away_[j] = np.uint8(away_[j] - 1)
                            at_work = 0.0
                        else:
                            lost = people.absent_share(w, bits, own_engagement)
                            severity = people.injury(w, bits, own_engagement, months)
                            if severity > 0:
                                injuries += 1.0
                                injuries_women += woman
                                away_[j] = people.months_away(severity)
                            at_work = (1.0 - lost) * (1.0 - people.injured_share(w, severity))

                        relative_pay = 1.0 + wage_skill * (own_skill - 1.0)
                        heads += 1.0
                        women += woman
                        mean_skill += own_skill
                        present += at_work
                        present_skill += own_skill * at_work
                        absence += lost
                        engaged += own_engagement
                        pay += relative_pay
                        pay_women += relative_pay * woman
                        if relative_pay < low_pay:
                            low_paid += 1.0
                        if months < people.MONTHS_NOVICE:
                            novices += 1.0
                        if has_attended:
                            attended_workers += 1.0

                        leaves = people.separation(
                            w, bits, own_engagement, months, (taken >> AGE_SHIFT) & AGE_MASK
                        )
                        if leaves > 0:
                            status_[j] = NO_STATUS
                            separations += 1.0
                            separations_women += woman
                            if leaves == 1:
                                quits += 1.0
                            if has_attended:
                                attended_lost += 1.0
                        skill_[j] = people.next_skill(w, own_skill, has_attended)
                        engagement_[j] = people.next_engagement(w, own_engagement, has_attended)
                        tenure_[j] = min(ROSTER_LIMIT, tenure_[j] + 1)

                    staffed = max(1.0, heads)
                    ent.attended_workers, ent.attended_lost = attended_workers, attended_lost
                    ent.novices, ent.skill = novices / staffed, mean_skill / staffed
                    ent.injuries_seen += (injuries / staffed - ent.injuries_seen) / 6.0
                    ent.vacancy_share = hiring.vacancies(ent) / max(1.0, ent.desired)
                    attendees = 0.0
                    if ent.class_today:
                        attendees = ATTENDEES_PER_CLASS - WORKERS_PER_CLASS + workers_in_class
                    row[a.ENTERPRISES] = 1.0
                    row[a.HEADCOUNT] = heads
                    row[a.WOMEN] = women
                    row[a.PRESENT] = present
                    row[a.HOURS] = ent.hours * heads
                    row[a.ABSENCE] = absence
                    row[a.INJURIES] = injuries
                    row[a.INJURIES_WOMEN] = injuries_women
                    row[a.SEPARATIONS] = separations
                    row[a.SEPARATIONS_WOMEN] = separations_women
                    row[a.QUITS] = quits
                    row[a.HIRES] = hires
                    row[a.ENGAGEMENT] = engaged
                    row[a.WAGES] = ent.wage * pay
                    row[a.WAGES_WOMEN] = ent.wage * pay_women
                    row[a.LOW_PAID] = low_paid
                    row[a.VACANCIES] = hiring.vacancies(ent)
                    row[a.SEPARATED_TRAINED] = attended_lost

                    # 8 and 9: production, money and market
                    row[a.EFFECTIVE_LABOUR] = production.effective_labour(
                        ent, p, present_skill, injuries, attendees * run.class_days
                    )
                    production.produce(ent, p, sector.energy_share, row)
                    row[a.PARTICIPANT_TIME] = money.participant_time(ent, attendees, run.class_days)
                    money.settle(ent, p, sector.price, newly_used, row)
                    money.review_wage(ent, p, region.tightness)
                    money.win_orders(ent, p, sector.orders)
                    money.plan_jobs(ent, p, sector.price)
                    row[a.ORDERS] = ent.orders * ent.output
                    if ent.class_today or ent.visits_today:
                        row[a.FEES] = ent.fee_today
                        row[a.BUYER_PAYMENTS] = ent.buyer_payment_today
                        row[a.SUBSIDIES] = ent.subsidy_today
                        row[a.OVERHEAD] = ent.overhead_today
                        row[a.TRAINER_DAYS] = ent.trainer_days_today
                        row[a.CLASSES_ATTENDED] = ent.class_today
                        row[a.ATTENDEES] = attendees
                        row[a.ATTENDEES_WOMEN] = (
                            women_in_class + (attendees - workers_in_class) * women / staffed
                        )
                        row[a.ENTERPRISES_REACHED] = ent.reached_today
                        row[a.WORKERS_REACHED] = ent.reached_today * heads
                        row[a.WORKERS_REACHED_WOMEN] = ent.reached_today * women
                        row[a.COMMERCIAL_MODULES] = ent.commercial_today
                        if ent.visits_done >= run.visits:
                            ent.module = NO_MODULE

                    # 11: observation
                    observation.record_events(ent, p, row)
                    observation.remember(ent, row)
                    observation.report(
                        ent, p, month, identity, measure_key, draws.block(report_key, identity)
                    )
                    observation.close_year(ent, month, row)

                    ent.headcount = heads - separations + hires
                    ent.women = women - separations_women + hires_women
                    if money.closes(ent, p, draws.block(closure_key, identity)):
                        ent.alive = 0
                        ent.exit_month = month
                        row[a.EXITS] = 1.0
                        row[a.JOBS_CLOSED] = ent.headcount
                        row[a.GUARANTEE_CALLS] = money.guarantee_called(ent, run.credit_guarantee)
                        row[a.SEPARATED_TRAINED] += attended_workers - attended_lost
                        status_[:] = NO_STATUS
                    weight, size = ent.weight, ent.size_class
                    for account in range(a.N_ACCOUNTS):
                        block_sums[b, size, account] += weight * row[account]
                    if ent.panel_row >= 0:
                        for account in range(a.N_ACCOUNTS):
                            panel[ent.panel_row, month, account] = row[account]

                neighbours(block, enterprises, clusters)
            if shared:
                ordered.add_up(
                    blocks, run.first_block, run.first_block + run.blocks, block_sums,
                    sums[run_index, month], sectors.shape[1], regions.shape[1],
                )  # fmt: skip


@numba.njit(error_model="numpy")
def neighbours(block, enterprises, clusters):
    """What the enterprises alive in each of the block's clusters show one another, for next month."""
    e = block.start
    while e < block.stop:
        cluster = clusters[enterprises[e].cluster]
        which = enterprises[e].cluster
        cluster.members = cluster.informed = cluster.results = cluster.log_result = 0.0
        cluster.gain[:] = 0.0
        while e < block.stop and enterprises[e].cluster == which:
            ent = enterprises[e]
            if ent.alive:
                cluster.members += 1.0
                for k in range(len(cluster.gain)):
                    cluster.gain[k] += ent.gain[k]
                if ent.informed_month >= 0:
                    cluster.informed += 1.0
                if ent.result > 0.0:
                    cluster.results += 1.0
                    cluster.log_result += math.log(ent.result)
            e += 1
        for k in range(len(cluster.gain)):
            cluster.gain[k] /= max(1.0, cluster.members)
        cluster.log_result /= max(1.0, cluster.results)
