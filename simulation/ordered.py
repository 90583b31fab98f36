"""What enterprises share, settled once a month in a fixed order: labour balance, prices, orders, sums.

What crosses enterprises uses last month's values, so that enterprises are independent within a month and
any number of threads gives the same bits.
"""

from simulation import accounts as a
from simulation.compile import routine, submodel

LOW_PAY = 2.0 / 3.0
"""Low pay is below two thirds of the region's median wage."""


@submodel
def open_month(p, month, regions, sectors, sums):
    """Bring the run's regions and sectors up to date from last month's sums.

    ``sums[month, level, account]`` are the run's sums; level 0 is the total, then sectors, regions, sizes.
    """
    if month == 0:
        return
    n_sectors = len(sectors)
    for s in range(n_sectors):
        sector_market(p, sectors[s], sums[month - 1, 1 + s], sums[0, 1 + s])
    for r in range(len(regions)):
        labour_balance(p, regions[r], sums[month - 1, 1 + n_sectors + r])


@submodel
def sector_market(p, sector, last, first):
    """The sector's price falls as its output grows (elastic demand); its mean order index is published."""
    if first[a.GROSS_OUTPUT] <= 0.0 or last[a.GROSS_OUTPUT] <= 0.0:
        return
    growth = sector.reliability * (last[a.GROSS_OUTPUT] / first[a.GROSS_OUTPUT] - 1.0)
    sector.price = min(1.3, max(0.7, 1.0 - growth / p.demand_elasticity))
    sector.orders = last[a.ORDERS] / last[a.GROSS_OUTPUT]


@submodel
def labour_balance(p, region, last):
    """Job seekers of the region, tightness of its labour market and its wage level.

    Separations and closures add seekers, hires and the staff of entrants (who attended no class) take them,
    and other sectors absorb or send the rest, towards the usual number of seekers per worker.
    """
    if last[a.HEADCOUNT] <= 0.0 or region.seekers_at_start <= 0.0:
        return
    before = region.seekers
    joined = last[a.SEPARATIONS] + last[a.JOBS_CLOSED]
    usual = region.seekers_at_start * last[a.HEADCOUNT] / region.workers_at_start
    absorbed = p.pool_return * (usual - before)
    left = last[a.HIRES] + last[a.JOBS_ENTERED]
    after = max(0.1 * region.seekers_at_start, before + joined - left + absorbed)
    trained = region.trained * max(0.0, before - last[a.HIRES]) + last[a.SEPARATED_TRAINED]
    region.trained = min(1.0, trained / after)
    region.seekers = after
    relative = (last[a.VACANCIES] / region.vacancies_at_start) / (after / region.seekers_at_start)
    region.tightness = min(3.0, max(0.3, 1.0 + region.reliability * (relative - 1.0)))
    region.quitting = region.tightness**p.quit_tightness
    region.filling = region.tightness**-p.hire_tightness
    region.mean_wage = last[a.WAGES] / last[a.HEADCOUNT]
    region.low_pay = LOW_PAY * region.median_ratio * region.mean_wage


@submodel
def holds(block, size):
    """Whether enterprises of this size class are in the block; in a small run few classes are."""
    return (block.sizes >> size) & 1 == 1


@submodel
def clear(blocks, first, last, block_sums):
    """Empty the sums of the blocks ``first``..``last``."""
    for b in range(first, last):
        for size in range(block_sums.shape[1]):
            if not holds(blocks[b], size):
                continue
            for account in range(block_sums.shape[2]):
                block_sums[b, size, account] = 0.0


@routine
def add_up(blocks, first, last, block_sums, sums, n_sectors, n_regions):
    """Add the blocks ``first``..``last`` of one run into its sums of the month, in order.

    ``block_sums[block, size, account]``; ``sums[level, account]`` is overwritten.
    """
    sums[:, :] = 0.0
    for b in range(first, last):
        sector, region = 1 + blocks[b].sector, 1 + n_sectors + blocks[b].region
        for size in range(block_sums.shape[1]):
            if not holds(blocks[b], size):
                continue
            by_size = 1 + n_sectors + n_regions + size
            for account in range(block_sums.shape[2]):
                value = block_sums[b, size, account]
                sums[0, account] += value
                sums[sector, account] += value
                sums[region, account] += value
                sums[by_size, account] += value
