"""The training market's month, in one ordered step: trainers, visits, classes, demand, providers.

Made once a month for each run that has a programme, before the enterprises' own month. Quantities are
national: an enterprise takes its weight of days, places and money; trainers and providers count as they are.
After the programme closes the market runs on, without its money.
"""

from simulation import accounts as a
from simulation import classes as teaching
from simulation import demand, visits
from simulation import market_accounts as ma
from simulation import providers as sellers
from simulation import trainers as staff
from simulation.compile import submodel
from simulation.ledger import enter
from simulation.state import ACTIVE, CANDIDATE, N_MODULES


@submodel
def market_month(
    run, p, month, today, graduates, starters, subsidies, enterprises, order, roll, open_from, clusters,
    classes, regions, trainers, providers, sums, account,
):  # fmt: skip
    """The market's month in one run; sets what each enterprise receives today.

    ``order`` are the eligible enterprises in the order in which they are informed, ``roll`` those enrolled so
    far (the first ``run.enrolled``); both hold places in ``enterprises``. ``open_from[sector, region]`` is
    the month in which an area opens; ``graduates[region]`` and ``starters[region]`` are whole trainers;
    ``subsidies`` are the steps of the subsidy; ``sums[month, level, account]`` the run's sums (last month's
    are read); ``account[0 or 1 + region, item]`` the market accounts of this month.
    """
    clear(run, enterprises, roll, providers, account)
    if month > 0:
        honour_guarantees(run, sums[month - 1], open_from.shape[0], account)
    staff.month(run, p, month, graduates, starters, trainers, providers, account)
    start, local_sellers = sellers.by_region(run, providers, len(regions))
    first, staff_of = sellers.by_provider(run, trainers)
    visits.make_visits(run, p, month, enterprises, roll, trainers, providers)
    teaching.hold_classes(
        run, p, month, subsidies, enterprises, roll, start, local_sellers, first, staff_of, trainers,
        providers, account,
    )  # fmt: skip
    if run.assigned:
        demand.assign(
            run, p, month, today, subsidies, enterprises, order, roll, open_from, start, local_sellers,
            trainers, providers, account,
        )  # fmt: skip
    else:
        demand.inform(
            run,
            p,
            month,
            today,
            enterprises,
            order,
            open_from,
            clusters,
            regions,
            trainers,
            providers,
            account,
        )
        demand.decide(
            run, p, month, today, subsidies, enterprises, order, roll, open_from, clusters, start,
            local_sellers, trainers, providers, account,
        )  # fmt: skip
    sellers.settle(run, p, month, len(regions), trainers, providers, account)
    class_means(run, enterprises, roll, classes)
    take_stock(run, enterprises, order, roll, trainers, providers, account)


@submodel
def clear(run, enterprises, roll, providers, account):
    """Forget what enterprises received and providers sold last month."""
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        ent.class_today = 0
        ent.visits_today = 0
        ent.reached_today = 0
        ent.commercial_today = 0
        ent.fee_today = 0.0
        ent.buyer_payment_today = 0.0
        ent.subsidy_today = 0.0
        ent.overhead_today = 0.0
        ent.trainer_days_today = 0.0
    for i in range(run.providers):
        provider = providers[i]
        provider.revenue = 0.0
        provider.days = 0.0
        provider.sold = 0.0
        provider.growth_cost = 0.0
    account[:, :] = 0.0


@submodel
def honour_guarantees(run, last, n_sectors, account):
    """The programme pays its part of last month's losses on the credit that it arranged."""
    called = last[0, a.GUARANTEE_CALLS]
    run.budget_left -= called
    account[0, ma.GUARANTEES] = called
    for r in range(len(account) - 1):
        account[1 + r, ma.GUARANTEES] = last[1 + n_sectors + r, a.GUARANTEE_CALLS]


@submodel
def class_means(run, enterprises, roll, classes):
    """Mean gain of those who last sat in one class, for the spread among classmates."""
    for c in range(run.classes):
        classes[c].members = 0.0
        for k in range(N_MODULES):
            classes[c].gain[k] = 0.0
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if ent.alive and ent.class_id >= 0:
            classes[ent.class_id].members += 1.0
            for k in range(N_MODULES):
                classes[ent.class_id].gain[k] += ent.gain[k]
    for c in range(run.classes):
        for k in range(N_MODULES):
            classes[c].gain[k] /= max(1.0, classes[c].members)


@submodel
def take_stock(run, enterprises, order, roll, trainers, providers, account):
    """Enter the month's levels: who knows, who waits, trainers, providers, order books, prices."""
    for i in range(run.eligible):
        ent = enterprises[order[i]]
        if ent.alive and ent.informed_month >= 0:
            enter(account, ent.region, ma.AWARE, ent.weight)
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if ent.alive and ent.waiting_since >= 0:
            enter(account, ent.region, ma.WAITING, ent.weight)
    for i in range(run.trainers):
        trainer = trainers[i]
        if trainer.stage == CANDIDATE:
            enter(account, trainer.region, ma.CANDIDATES, 1.0)
        elif trainer.stage == ACTIVE:
            enter(account, trainer.region, ma.ACTIVE_TRAINERS, 1.0)
            enter(account, trainer.region, ma.ORDER_BOOK, trainer.booked)
            enter(account, trainer.region, ma.QUALITY_SUM, staff.mean_quality(trainer))
    for i in range(run.providers):
        provider = providers[i]
        if provider.trading:
            enter(account, provider.region, ma.PROVIDERS, 1.0)
            enter(account, provider.region, ma.PRICE_SUM, provider.price * provider.active)
