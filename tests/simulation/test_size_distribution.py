import numpy as np
import pytest

from simulation.census import DATA_DIRECTORY, load_census
from simulation.size_distribution import (
    LARGEST,
    PRIOR,
    Support,
    fit_size_distribution,
    probabilities,
)

TABLES = load_census()


@pytest.fixture(scope="module")
def sizes():
    return fit_size_distribution(TABLES)


def test_sector_means_are_reproduced(sizes):
    support = Support(2000, 1.005)  # another grid than the fit's
    p = probabilities(sizes.mu, sizes.shape.sigma, sizes.shape.alpha, support.edges)
    assert p.sum(axis=1) == pytest.approx(1.0)
    assert p @ support.values == pytest.approx(TABLES.mean_employees, rel=1e-5)


def test_totals_above_the_threshold(sizes):
    assert abs(sizes.residuals["enterprises"]) < 0.02
    assert abs(sizes.residuals["employment"]) < 0.03
    # one lognormal noise and known sector revenues cannot meet all three: revenue is 5 % too concentrated
    assert abs(sizes.residuals["revenue"]) < 0.07


def test_upper_tail_against_independent_counts(sizes):
    assert 1.0 <= sizes.shape.alpha <= 1.5
    assert 33_000 < sizes.count_at_least(300) < 48_000
    assert 5_000 < sizes.count_at_least(1000) < 10_000
    # the published 1.07-1.17m take size to decide alone who is above the threshold; noise lowers the count
    assert 800_000 < sizes.count_at_least(20) < 1_170_000


def test_tail_is_a_power_law(sizes):
    counts = np.array([sizes.count_at_least(n) for n in (1000, 2000, 4000)])
    slopes = -np.diff(np.log(counts)) / np.log(2.0)
    assert slopes == pytest.approx(sizes.shape.alpha, abs=0.12)


def test_density_has_no_step_at_the_splice(sizes):
    mu = sizes.mu[:1]
    splice = np.exp(mu[0] + sizes.shape.alpha * sizes.shape.sigma**2)
    edges = np.concatenate([[0.0], splice * np.exp(np.arange(-5, 6) * 0.01), [LARGEST]])
    inside = probabilities(mu, sizes.shape.sigma, sizes.shape.alpha, edges)[0, 1:-1]
    assert np.ptp(np.diff(np.log(inside))) < 1e-3


def test_smes_and_remainder_make_the_whole(sizes):
    table = sizes.remainder()
    assert sizes.sme_enterprises.sum() + table["enterprises"].sum() == TABLES.total_enterprises
    assert sizes.sme_employment.sum() + table["employment"].sum() == pytest.approx(TABLES.total_employment)
    assert 3.9e6 < sizes.sme_enterprises.sum() < 4.016e6
    assert 75e6 < sizes.sme_employment.sum() < 98e6
    assert (table["employment"].to_numpy() >= 1000 * (table["enterprises"].to_numpy() - 1)).all()


def test_draws_follow_the_distribution(sizes):
    for sector in (0, TABLES.sectors.index("C16"), 30):
        drawn = sizes.draw(sector, (np.arange(200_000) + 0.5) / 200_000)
        expected = sizes.sme_employment[sector] / (
            sizes.sme_probability[sector].sum() * TABLES.enterprises[sector]
        )
        assert drawn.min() >= 1
        assert drawn.max() <= 999
        assert drawn.mean() == pytest.approx(expected, rel=1e-3)


def test_probability_between_is_the_share_drawn(sizes):
    drawn = sizes.draw(4, (np.arange(100_000) + 0.5) / 100_000)
    share = np.mean((drawn >= 50) & (drawn <= 250))
    assert sizes.probability_between(50, 250)[4] == pytest.approx(share, abs=1e-4)


def test_the_fit_is_kept(sizes):
    assert fit_size_distribution(TABLES) is sizes


def test_a_lower_limit_leaves_out_more(sizes):
    small = fit_size_distribution(TABLES, 300)
    assert small.shape == sizes.shape
    assert (small.large_employment > sizes.large_employment).all()
    assert small.sme_probability.shape == (31, 299)


def test_without_a_threshold_the_priors_hold(tmp_path):
    for name in ("sectors.csv", "regions.csv", "provinces.csv"):
        (tmp_path / name).write_bytes((DATA_DIRECTORY / name).read_bytes())
    fitted = fit_size_distribution(load_census(tmp_path))
    assert fitted.shape.sigma == pytest.approx(PRIOR["sigma"][0])
    assert fitted.residuals == {}


def test_a_limit_out_of_range_is_refused():
    with pytest.raises(ValueError, match="sme_limit is 1"):
        fit_size_distribution(TABLES, 1)
