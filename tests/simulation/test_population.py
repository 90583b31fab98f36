import tracemalloc

import numpy as np
import pytest

from simulation.census import load_census
from simulation.population import PROGRAMME, SIZE_CLASSES, ProgrammeStratum, draw_population
from simulation.sampling_frame import allocate, national_frame
from simulation.size_distribution import fit_size_distribution

TABLES = load_census()
SIZES = fit_size_distribution(TABLES)
NATIONAL = SIZES.sme_enterprises
STRATUM = ProgrammeStratum((4, 5, 20), (9, 18), 50, 250, 120)
COLUMNS = ("sector", "region", "cluster", "stratum", "weight", "employees", "entry_month")


def draw(**options):
    return draw_population(TABLES, **{"months": 36, "seed": 7} | options)


def by_sector(population):
    start = population.incumbent
    return np.bincount(population.sector[start], population.weight[start], minlength=31)


def assert_ordered_in_whole_clusters(p):
    assert (np.diff(p.cluster) >= 0).all()
    assert set(np.unique(np.diff(p.cluster))) <= {0, 1}
    same = np.diff(p.cluster) == 0
    for name in ("sector", "region", "stratum", "weight"):
        assert (np.diff(getattr(p, name))[same] == 0).all()
    # incumbents first, then entrants
    assert not (p.incumbent[1:] & ~p.incumbent[:-1])[same].any()
    key = (p.stratum.astype(np.int64) * 31 + p.sector) * 31 + p.region
    assert (np.diff(key) >= 0).all()


@pytest.mark.parametrize("enterprises", [100, 300, 1_000, 5_000, 60_000])
@pytest.mark.parametrize("programme", [(), (STRATUM,)])
def test_any_size_keeps_the_national_total(enterprises, programme):
    p = draw(enterprises=enterprises, programme=programme)
    start = p.incumbent
    background = start & (p.stratum != PROGRAMME)
    assert abs(background.sum() - enterprises) <= max(12, enterprises / 1_000)
    assert p.weight[start].sum() == pytest.approx(NATIONAL.sum(), rel=1e-12)
    assert p.employees.min() >= 1
    assert p.employees.max() <= 999
    assert_ordered_in_whole_clusters(p)


def test_column_types():
    p = draw(enterprises=500)
    kinds = [np.int16, np.int16, np.int32, np.int8, np.float64, np.int32, np.int32]
    assert [getattr(p, name).dtype for name in COLUMNS] == [np.dtype(k) for k in kinds]
    assert {len(getattr(p, name)) for name in COLUMNS} == {p.n}


def test_small_sample_keeps_the_mix_of_sectors_and_regions():
    p = draw(enterprises=10_000)
    region = np.bincount(p.region[p.incumbent], p.weight[p.incumbent], minlength=31) / NATIONAL.sum()
    assert np.abs(region - TABLES.region_share).sum() < 0.03
    sector = by_sector(p) / NATIONAL.sum()
    assert np.abs(sector - NATIONAL / NATIONAL.sum()).sum() < 0.005


def test_cells_are_drawn_without_bias():
    frame = national_frame(NATIONAL, TABLES.region_share, 12)
    cell = frame.sector.astype(np.int64) * 31 + frame.region
    available = np.bincount(cell, minlength=31 * 31).reshape(31, 31)
    rng = np.random.default_rng(3)
    draws = [allocate(rng, available, 50) for _ in range(1_000)]
    assert all(d.sum() == 50 and (d <= available).all() for d in draws)
    share = np.mean(draws, axis=0) / 50
    assert share.sum(axis=0) == pytest.approx(TABLES.region_share, abs=0.002)
    assert share.sum(axis=1) == pytest.approx(NATIONAL / NATIONAL.sum(), abs=0.002)


def test_sector_totals_hold_where_every_sector_is_drawn():
    p = draw(sample=0.1)
    assert (np.bincount(p.sector, minlength=31) > 0).all()
    assert by_sector(p) == pytest.approx(NATIONAL, rel=1e-9)


@pytest.mark.parametrize("enterprises", [2_000, 50_000])
def test_mean_size_and_rates_do_not_depend_on_the_sample(enterprises):
    draws = [draw(enterprises=enterprises, seed=seed, months=61) for seed in range(5)]
    workers = np.mean([p.totals()["workers"].sum() for p in draws])
    assert workers == pytest.approx(SIZES.sme_employment.sum(), rel=0.03)
    entrants = np.mean([p.weight[~p.incumbent].sum() for p in draws]) / NATIONAL.sum()
    assert entrants == pytest.approx(5 * 0.065, rel=0.05)


def test_entrants_are_spread_over_months_and_smaller():
    p = draw(enterprises=100_000, months=25, entry_rate=0.1, entrant_size=0.5)
    months = p.entry_month[~p.incumbent]
    assert months.min() == 1
    assert months.max() == 24
    counts = np.bincount(months)[1:]
    assert counts == pytest.approx(counts.mean(), rel=0.2)
    ratio = p.employees[~p.incumbent].mean() / p.employees[p.incumbent].mean()
    assert ratio == pytest.approx(0.5, abs=0.06)


def test_no_entrants_in_one_month_or_at_rate_zero():
    assert draw(enterprises=500, months=1).incumbent.all()
    assert draw(enterprises=500, entry_rate=0.0).incumbent.all()


def test_programme_is_kept_one_to_one():
    p = draw(enterprises=400, programme=(STRATUM,))
    inside = (p.stratum == PROGRAMME) & p.incumbent
    assert (p.weight[inside] == 1.0).all()
    assert set(p.sector[inside]) <= set(STRATUM.sectors)
    assert set(p.region[inside]) <= set(STRATUM.regions)
    eligible = int(((p.employees[inside] >= 50) & (p.employees[inside] <= 250)).sum())
    assert p.programme_found == (eligible,)
    assert 120 <= eligible < 120 + 12
    # the others of their clusters come along
    assert inside.sum() > 5 * eligible
    assert p.employees[inside].min() < 20


def test_regions_keep_their_size_beside_a_stratum_of_some_of_them():
    """What the stratum stands for in its regions, the background there does not stand for as well."""
    wide = ProgrammeStratum(tuple(range(31)), (9, 10, 18), 50, 250, 1500, weight=20.0)
    p = draw(sample=0.02, programme=(wide,))
    region = np.bincount(p.region[p.incumbent], p.weight[p.incumbent], minlength=31)
    of_stratum = p.incumbent & (p.stratum == PROGRAMME)
    stands_for = np.bincount(p.region[of_stratum], p.weight[of_stratum], minlength=31)
    expected = NATIONAL.sum() * TABLES.region_share
    assert stands_for[9] > 0.2 * expected[9]
    large = expected > 50_000
    assert region[large] == pytest.approx(expected[large], rel=0.04)
    drawn = np.bincount(p.sector, minlength=31) > 0
    assert by_sector(p)[drawn] == pytest.approx(NATIONAL[drawn], rel=1e-3)


def test_programme_is_in_proportion_to_the_nation():
    p = draw(enterprises=400, programme=(ProgrammeStratum((4, 5, 20), (9, 18), 50, 250, 3000),))
    inside = (p.stratum == PROGRAMME) & p.incumbent
    shares = np.bincount(p.sector[inside], minlength=31)[[4, 5, 20]] / inside.sum()
    assert shares == pytest.approx(NATIONAL[[4, 5, 20]] / NATIONAL[[4, 5, 20]].sum(), abs=0.01)


def test_equal_strata_count_once_and_different_ones_add_up():
    once = draw(enterprises=400, programme=(STRATUM,))
    twice = draw(enterprises=400, programme=(STRATUM, STRATUM))
    assert all(np.array_equal(getattr(once, c), getattr(twice, c)) for c in COLUMNS)
    both = draw(enterprises=400, programme=(STRATUM, ProgrammeStratum((4,), (9,), 50, 250, 60)))
    assert len(both.programme_found) == 2
    assert both.programme_found[0] >= 120
    assert both.programme_found[1] >= 60
    assert_ordered_in_whole_clusters(both)


def test_too_many_wanted_takes_the_whole_nation_of_them():
    tobacco = TABLES.sectors.index("C16")
    stratum = ProgrammeStratum((tobacco,), tuple(range(31)), 1, 999, 10_000)
    p = draw(enterprises=400, programme=(stratum,))
    inside = (p.stratum == PROGRAMME) & p.incumbent
    assert inside.sum() == NATIONAL[tobacco]
    assert p.programme_found == (NATIONAL[tobacco],)
    assert p.weight[p.incumbent].sum() == pytest.approx(NATIONAL.sum(), rel=1e-12)


def test_same_seed_same_bytes():
    first, again = (draw(enterprises=3_000, programme=(STRATUM,)) for _ in range(2))
    assert all(getattr(first, c).tobytes() == getattr(again, c).tobytes() for c in COLUMNS)
    other = draw(enterprises=3_000, programme=(STRATUM,), seed=8)
    assert not np.array_equal(first.employees[:100], other.employees[:100])


def test_cluster_size_is_the_mean_number_of_members():
    for size in (5, 30):
        p = draw(sample=0.02, cluster_size=size)
        assert p.incumbent.sum() / p.n_clusters == pytest.approx(size, rel=0.05)


def test_size_classes_and_description():
    p = draw(enterprises=3_000, programme=(STRATUM,))
    edges = {0: (1, 19), 1: (20, 49), 2: (50, 249), 3: (250, 999)}
    for k, (low, high) in edges.items():
        sizes = p.employees[p.size_class == k]
        assert sizes.min() >= low
        assert sizes.max() <= high
    text = repr(p)
    for words in ("background", "programme", "left out", *SIZE_CLASSES):
        assert words in text


def test_a_users_own_country(another_country):
    tables = load_census(another_country)
    p = draw_population(tables, sample=1.0, months=12, seed=1)
    assert (p.weight == 1.0).all()
    assert p.incumbent.sum() == fit_size_distribution(tables).sme_enterprises.sum()
    assert np.bincount(p.region[p.incumbent]) / p.incumbent.sum() == pytest.approx([0.6, 0.4], abs=0.001)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "exactly one"),
        ({"enterprises": 200, "sample": 0.1}, "exactly one"),
        ({"enterprises": 99}, "enterprises is 99"),
        ({"sample": 1.5}, "sample is 1.5"),
        ({"sample": 0.0}, "sample is 0"),
        ({"enterprises": 200, "months": 0}, "months is 0"),
        ({"enterprises": 200, "entry_rate": -0.1}, "entry_rate is -0.1"),
        ({"enterprises": 200, "cluster_size": 0}, "cluster_size is 0"),
        ({"enterprises": 200, "programme": (ProgrammeStratum((99,), (0,), 1, 9, 5),)}, "sectors"),
        ({"enterprises": 200, "programme": (ProgrammeStratum((0,), (), 1, 9, 5),)}, "regions"),
        ({"enterprises": 200, "programme": (ProgrammeStratum((0,), (0,), 9, 1, 5),)}, "min <= max"),
    ],
)
def test_wrong_arguments_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        draw(**options)


@pytest.mark.slow
def test_one_to_one():
    tracemalloc.start()
    p = draw(sample=1.0, months=120, programme=(STRATUM,))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.5e9
    assert (p.weight == 1.0).all()
    assert (by_sector(p) == NATIONAL).all()
    assert p.totals()["workers"].sum() == pytest.approx(SIZES.sme_employment.sum(), rel=0.001)
    assert_ordered_in_whole_clusters(p)
