"""The month: all submodels in order, compiled; threads share the work.

A run's enterprises are cut into *parts*, ranges of whole blocks. A thread takes a part of the run it is at;
who brings back the month's last one adds the month up, settles what enterprises share (the ordered step) and
begins the next. Where nothing is left to take it goes on to another run. So few threads wait, whether there
are many small runs or a single large one, and whatever else the machine has to do. Neither parts nor threads
change a bit: enterprises are independent within a month, and sums are taken block by block.
"""

import math
from typing import NamedTuple

import numpy as np

from simulation import accounts as a
from simulation import (
    ahead,
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
    workforce,
)
from simulation.compile import kernel, routine, submodel
from simulation.firms import (
    SIDE_BY_SIDE,
    back_to_records,
    clear_occasional_accounts,
    clear_tally,
    in_fours,
    leave_places,
    seat_side_by_side,
)
from simulation.instructions import give_way, put, take_next
from simulation.seats import OCTET_SEATS
from simulation.state import ATTENDEES_PER_CLASS, N_MODULES, NO_MODULE, WORKERS_PER_CLASS


@kernel
def advance(
    place, last_month, month, due, next_part, parts_done,
    runs, parameters, enterprises, clusters, classes, regions, sectors, blocks, parts, octets,
    schedule, open_from, graduates, starters, subsidies, order, roll, trainers, providers, accounts,
    side_by_side, block_sums, sums, panel,
):  # fmt: skip
    """Advance all runs up to (not including) ``last_month``, or to their end, with whoever else does so.

    ``place`` is this thread's, counted from 0. By run, shared by all threads: the ``month`` it is in;
    counters whose zeros mean that the month is ``due`` to begin and that its first part is the ``next_part``
    to take; ``parts_done`` this month. ``parts[i]`` is (first block, last block). All other arguments are the
    columns of :class:`simulation.world.World`.
    """
    r, idle = place * len(runs) // len(side_by_side), 0
    while idle < len(runs):  # until no run has anything left for this thread, or will have
        run, now = runs[r], month[r]
        end = min(last_month, run.months)
        part = take_next(next_part, r) if now < end else run.parts
        if part < run.parts:
            idle, now = 0, month[r]
            month_of_blocks(
                run, parameters[r], now, parts[run.first_part + part, 0], parts[run.first_part + part, 1],
                enterprises, clusters, classes, regions[r], sectors[r], blocks, octets, side_by_side[place],
                block_sums, panel,
            )  # fmt: skip
            if take_next(parts_done, r) == run.parts - 1:
                ordered.add_up(
                    blocks, run.first_block, run.first_block + run.blocks, block_sums, sums[r, now],
                    sectors.shape[1], regions.shape[1],
                )  # fmt: skip
                month[r], parts_done[r] = now + 1, 0
                put(due, r, 0)
        elif now < end and take_next(due, r) == 0:
            idle = 0
            if month[r] < end:  # else it ended meanwhile
                begin_month(
                    r, month[r], runs, parameters, enterprises, clusters, classes, regions, sectors, schedule,
                    open_from, graduates, starters, subsidies, order, roll, trainers, providers, accounts,
                    sums,
                )  # fmt: skip
                put(next_part, r, 0)
        else:
            # a run of one part has a thread already; others will have more to take next month
            idle = idle + 1 if now >= end or run.parts == 1 else 0
            r = r + 1 if r + 1 < len(runs) else 0
            if idle == 0:
                give_way()


@routine
def begin_month(
    r, month, runs, parameters, enterprises, clusters, classes, regions, sectors, schedule, open_from,
    graduates, starters, subsidies, order, roll, trainers, providers, accounts, sums,
):  # fmt: skip
    """1 to 3: what the enterprises of run ``r`` share, and the training market, before their month."""
    run, p = runs[r], parameters[r]
    ordered.open_month(p, month, regions[r], sectors[r], sums[r])
    if run.programme:
        market.market_month(
            run, p, month, schedule[r, month], graduates[r, month], starters[r], subsidies[r], enterprises,
            order[run.first_order : run.first_order + run.eligible],
            roll[run.first_order : run.first_order + run.eligible],
            open_from[r], clusters, classes[run.first_class :], regions[r],
            trainers[run.first_trainer : run.first_trainer + run.trainer_slots],
            providers[run.first_provider : run.first_provider + run.trainer_slots],
            sums[r], accounts[r, month],
        )  # fmt: skip


@submodel
def month_of_blocks(
    run, p, month, first_block, last_block, enterprises, clusters, classes, regions, sectors, blocks, octets,
    firms, block_sums, panel,
):  # fmt: skip
    """4 to 11: one month of the enterprises of blocks ``first_block`` to (not including) ``last_block``.

    ``regions`` and ``sectors`` are the run's, ``firms`` the places of this thread.
    """
    seasonal = people.season(p, (run.start_month - 1 + month) % 12 + 1)
    keys = keys_of(run.seed, month)
    habit = workforce.habits(p)
    leave_places(firms)
    for b in range(first_block, last_block):
        nothing_shown(blocks[b])
    ordered.clear(blocks, first_block, last_block, block_sums)
    e, stop = blocks[first_block].start, blocks[last_block - 1].stop
    b = first_block
    while e < stop:
        number = 0
        clear_tally(firms)
        while e < stop and number < SIDE_BY_SIDE:
            ent = enterprises[e]
            ahead.fetch_records(enterprises, e)
            if e >= blocks[b].stop:
                b += 1
            entering = ent.entry_month == month and month > 0
            if ent.alive or entering:
                if entering:
                    enter(ent, firms, number)
                change_practices(
                    ent, p, run, e - run.first_enterprise, keys, clusters[ent.cluster].gain,
                    classes[run.first_class + class_of(ent)].gain, firms, number,
                )  # fmt: skip
                ahead.fetch_roster(octets, ent.first_seat // OCTET_SEATS, ent.seats // OCTET_SEATS)
                seat_side_by_side(ent, e, b, regions[ent.region], sectors[ent.sector], firms, number)
                number += 1
            e += 1
        places = in_fours(number)
        set_workplaces(firms, places, p, seasonal)
        for i in range(number):
            ent = enterprises[firms.enterprise[i]]
            employ(ent, p, run, keys, habit, octets, firms, i)
            if ent.class_today or ent.visits_today:
                account_for_training(ent, run, firms, i)
        produce_and_settle(firms, places, p)
        for i in range(number):
            ent = enterprises[firms.enterprise[i]]
            identity = firms.enterprise[i] - run.first_enterprise
            back_to_records(firms, i, ent)
            observation.report(ent, p, month, identity, keys.measure, draws.block(keys.report, identity))
            observation.close_year(ent, month)
            if money.closes(firms, i, draws.block(keys.closure, identity)):
                close(ent, run, month, octets, firms, i)
            show(ent, blocks[firms.block[i]])
            keep_accounts(ent, firms, i, month, block_sums, panel)
    for b in range(first_block, last_block):
        if blocks[b].shows or blocks[b].showed:  # else its clusters show nothing, as before
            neighbours(blocks[b], enterprises, clusters)


class Keys(NamedTuple):
    """Keys of the draws that enterprises and workers make in one month."""

    drift: np.uint64
    manager: np.uint64
    shock: np.uint64
    worker: np.uint64
    hire: np.uint64
    elsewhere: np.uint64
    attend: np.uint64
    closure: np.uint64
    report: np.uint64
    measure: np.uint64


@submodel
def keys_of(seed, month):
    """The keys of ``month``; whether an enterprise tends to report is drawn once a run."""
    return Keys(
        drift=draws.stream(seed, draws.PRACTICE_DRIFT, month),
        manager=draws.stream(seed, draws.MANAGER_LEAVES, month),
        shock=draws.stream(seed, draws.PRODUCTIVITY_SHOCK, month),
        worker=draws.stream(seed, draws.WORKER_MONTH, month),
        hire=draws.stream(seed, draws.HIRE, month),
        elsewhere=draws.stream(seed, draws.HIRE_MODULES, month),
        attend=draws.stream(seed, draws.ATTEND_CLASS, month),
        closure=draws.stream(seed, draws.CLOSURE, month),
        report=draws.stream(seed, draws.REPORTING, 0),
        measure=draws.stream(seed, draws.MEASUREMENT, month),
    )


@submodel
def enter(ent, firms, i):
    """An entrant opens its doors with the staff that it was drawn with."""
    ent.alive = 1
    firms.occasion[i] = 1
    firms.account[a.ENTRIES, i] = 1.0
    firms.account[a.JOBS_ENTERED, i] = ent.headcount


@submodel
def class_of(ent):
    """Its class, counted within the run; the first is that of those who never sat in one."""
    return ent.class_id if ent.class_id > 0 else 0


@submodel
def change_practices(ent, p, run, identity, keys, cluster_gain, class_gain, firms, i):
    """4 and 5: delivery and practices."""
    practices.drift(ent, p, draws.block(keys.drift, identity))
    newly_used = 0.0
    if ent.class_today:
        delivery.teach(ent, p, run.class_days)
    for _ in range(ent.visits_today):
        newly_used += delivery.counsel(ent, p, run.enterprises_per_visit)
    newly_used += practices.change(ent, p, draws.block(keys.manager, identity), cluster_gain, class_gain)
    practices.put_to_use(ent)
    production.shock(ent, p, draws.bell(draws.block(keys.shock, identity)))
    firms.newly_used[i] = newly_used


@submodel
def set_workplaces(firms, places, p, seasonal):
    """6 and 7: what the month means for the workers, and how likely empty seats are filled."""
    for i in range(places):
        production.set_hours(firms, i, p)
        firms.shed[i] = hiring.shed_chance(firms, i, p)
        firms.hire[i] = hiring.hire_chance(firms, i, p)
        firms.days_in_class[i] = 0.0
    for i in range(places):
        people.workplace(firms, i, p, seasonal)
    workforce.set_odds(firms, places, p)


@submodel
def employ(ent, p, run, keys, habit, octets, firms, i):
    """6 and 7: one pass over the roster."""
    first, number = ent.first_seat // OCTET_SEATS, ent.seats // OCTET_SEATS
    seat0 = ent.first_seat - run.first_seat
    if ent.class_today:
        chance = min(1.0, WORKERS_PER_CLASS / max(1.0, ent.headcount))
        workforce.send_to_class(octets, first, number, seat0, keys.attend, chance, ent.module, firms, i)
    bits = draws.block(keys.worker, firms.enterprise[i] - run.first_enterprise)
    workforce.month_of_roster(octets, first, number, seat0, bits, habit, firms, i, p, keys)


@submodel
def account_for_training(ent, run, firms, i):
    """Accounts of a class or visits of this month; after the last visit the module is done."""
    firms.occasion[i] = 1
    attendees = 0.0
    if ent.class_today:
        attendees = ATTENDEES_PER_CLASS - WORKERS_PER_CLASS + firms.in_class[i]
    heads, women = firms.headcount[i], firms.women[i]
    managers_women = (attendees - firms.in_class[i]) * women / max(1.0, heads)
    firms.days_in_class[i] = attendees * run.class_days
    firms.account[a.PARTICIPANT_TIME, i] = money.participant_time(firms, i)
    firms.account[a.FEES, i] = ent.fee_today
    firms.account[a.BUYER_PAYMENTS, i] = ent.buyer_payment_today
    firms.account[a.SUBSIDIES, i] = ent.subsidy_today
    firms.account[a.OVERHEAD, i] = ent.overhead_today
    firms.account[a.TRAINER_DAYS, i] = ent.trainer_days_today
    firms.account[a.CLASSES_ATTENDED, i] = ent.class_today
    firms.account[a.ATTENDEES, i] = attendees
    firms.account[a.ATTENDEES_WOMEN, i] = firms.women_in_class[i] + managers_women
    firms.account[a.ENTERPRISES_REACHED, i] = ent.reached_today
    firms.account[a.WORKERS_REACHED, i] = ent.reached_today * heads
    firms.account[a.WORKERS_REACHED_WOMEN, i] = ent.reached_today * women
    firms.account[a.COMMERCIAL_MODULES, i] = ent.commercial_today
    if ent.visits_done >= run.visits:
        ent.module = NO_MODULE


@submodel
def produce_and_settle(firms, places, p):
    """8 and 9, and of 11 what every enterprise remembers: production, money and market."""
    for i in range(places):
        workforce.account_for_people(firms, i, p)
        production.work(firms, i, p)
    production.add_up_practices(firms, places, p)
    for i in range(places):
        production.produce(firms, i, p)
    for i in range(places):
        money.settle(firms, i, p)
        money.review_wage(firms, i, p)
    for i in range(places):
        money.win_orders(firms, i, p)
        money.plan_jobs(firms, i, p)
    for i in range(places):
        observation.record_events(firms, i, p)
        observation.remember(firms, i)
        observation.add_to_year(firms, i)
        workforce.staff_of_next_month(firms, i)
        money.face_closure(firms, i, p)


@submodel
def keep_accounts(ent, firms, i, month, block_sums, panel):
    """Add the month's accounts to the sums of the block and size class, and keep those of the panel."""
    weight, of_size = ent.weight, block_sums[firms.block[i], ent.size_class]
    for account in range(a.N_REGULAR):
        of_size[account] += weight * firms.account[account, i]
    if firms.occasion[i]:
        for account in range(a.N_REGULAR, a.N_ACCOUNTS):
            of_size[account] += weight * firms.account[account, i]
    if ent.panel_row >= 0:
        for account in range(a.N_ACCOUNTS):
            panel[ent.panel_row, month, account] = firms.account[account, i]
    if firms.occasion[i]:
        clear_occasional_accounts(firms, i)


@submodel
def close(ent, run, month, octets, firms, i):
    """The end of an enterprise: everybody leaves, and its guarantee may be called."""
    ent.alive = 0
    ent.exit_month = month
    firms.occasion[i] = 1
    firms.account[a.EXITS, i] = 1.0
    firms.account[a.JOBS_CLOSED, i] = ent.headcount
    firms.account[a.GUARANTEE_CALLS, i] = money.guarantee_called(firms, i, run.credit_guarantee)
    firms.account[a.SEPARATED_TRAINED, i] += firms.attended[i] - firms.left_attended[i]
    workforce.dismiss(octets, ent.first_seat // OCTET_SEATS, ent.seats // OCTET_SEATS)


@submodel
def nothing_shown(block):
    """Nobody in the block has shown its neighbours anything yet this month."""
    block.showed, block.shows = block.shows, 0


@submodel
def show(ent, block):
    """Note whether the enterprise has anything that :func:`neighbours` look at: most have nothing."""
    gained = 0.0
    for k in range(N_MODULES):
        gained += ent.gain[k]
    if ent.alive and (gained > 0.0 or ent.informed_month >= 0 or ent.result > 0.0):
        block.shows = 1


@routine
def neighbours(block, enterprises, clusters):
    """What the enterprises alive in each of the block's clusters show one another, for next month."""
    e = block.start
    while e < block.stop:
        cluster = clusters[enterprises[e].cluster]
        which = enterprises[e].cluster
        members = 0.0
        cluster.informed = cluster.results = cluster.log_result = 0.0
        cluster.gain[:] = 0.0
        while e < block.stop and enterprises[e].cluster == which:
            ent = enterprises[e]
            if ent.alive:
                members += 1.0
                for k in range(len(cluster.gain)):
                    cluster.gain[k] += ent.gain[k]
                if ent.informed_month >= 0:
                    cluster.informed += 1.0
                if ent.result > 0.0:
                    cluster.results += 1.0
                    cluster.log_result += math.log(ent.result)
            e += 1
        for k in range(len(cluster.gain)):
            cluster.gain[k] /= max(1.0, members)
        cluster.log_result /= max(1.0, cluster.results)
