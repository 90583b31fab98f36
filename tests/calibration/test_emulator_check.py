"""The emulator at posterior draws: errors that were put in are told apart."""

import numpy as np
import pytest

from calibration.emulator import fit_emulator
from calibration.emulator_check import check_emulator, chosen_draws, simulated_at
from tests.calibration.made_up import linear_model, points

SHIFT, OWN, CURVE = 0.5, 0.2, 0.3
"""What the bank's seed adds everywhere, chance of a draw's own, and what a linear emulator misses."""


def bank_of_one_seed(z, seed):
    """A linear model; all points of a seed share a shift, and each has chance of its own."""
    rng = np.random.default_rng(seed)
    shared = SHIFT if seed == 1 else 0.0
    return linear_model(z) + shared + OWN * rng.standard_normal((len(z), 4))


@pytest.fixture(scope="module")
def checked():
    z = points(600, 4, seed=3)
    emulator = fit_emulator(z, bank_of_one_seed(z, 1), list("abcd"))
    draws = 0.5 * points(400, 4, seed=4)
    responses = np.stack([bank_of_one_seed(draws, seed) for seed in (1, 2, 3, 4)])
    return check_emulator(emulator, draws, responses)


def test_the_shift_of_the_banks_seed_is_found(checked):
    assert checked.shift == pytest.approx(SHIFT, abs=0.05)


def test_chance_of_a_draws_own_is_told_from_what_all_share(checked):
    assert checked.own_chance == pytest.approx(OWN, rel=0.1)
    assert (checked.chance > checked.own_chance).all()


def test_with_the_banks_seed_there_is_chance_and_hardly_any_misfit(checked):
    assert checked.accuracy.error == pytest.approx(OWN, rel=0.15)
    assert (checked.misfit < 0.5 * OWN).all()


def test_as_a_mean_over_seeds_the_emulator_errs_by_the_shift(checked):
    assert checked.error == pytest.approx(SHIFT, abs=0.05)


def test_what_the_emulator_misses_is_misfit():
    z = points(600, 4, seed=3)
    emulator = fit_emulator(z, linear_model(z), list("abcd"))
    draws = points(300, 4, seed=5)
    missed = linear_model(draws) + CURVE * np.sin(20.0 * draws[:, :1])
    rng = np.random.default_rng(1)
    responses = missed + 0.05 * rng.standard_normal((4, *missed.shape))
    found = check_emulator(emulator, draws, responses)
    assert found.misfit == pytest.approx(CURVE / np.sqrt(2.0), rel=0.1)
    assert found.error == pytest.approx(CURVE / np.sqrt(2.0), rel=0.1)
    assert np.abs(found.shift).max() < 0.02


def test_a_failed_run_leaves_its_draw_out_and_nothing_else():
    z = points(600, 4, seed=3)
    emulator = fit_emulator(z, linear_model(z), list("abcd"))
    draws = points(50, 4, seed=5)
    responses = np.stack([bank_of_one_seed(draws, seed) for seed in (2, 3, 4)])
    broken = responses.copy()
    broken[1, 7, 2] = np.nan
    with_all, without = check_emulator(emulator, draws, responses), check_emulator(emulator, draws, broken)
    keep = np.arange(50) != 7
    expected = check_emulator(emulator, draws[keep], responses[:, keep])
    assert without.error[2] == pytest.approx(expected.error[2])
    assert without.own_chance[2] == pytest.approx(expected.own_chance[2])
    assert without.error[[0, 1, 3]] == pytest.approx(with_all.error[[0, 1, 3]])


def test_too_few_seeds_are_refused():
    z = points(100, 4, seed=3)
    emulator = fit_emulator(z, linear_model(z), list("abcd"))
    with pytest.raises(ValueError, match="two seeds"):
        check_emulator(emulator, z[:10], linear_model(z[:10])[None].repeat(2, axis=0))


def test_draws_are_taken_evenly_from_all_chains():
    draws = np.arange(4 * 50, dtype=float).reshape(4, 50, 1)
    chosen = chosen_draws(draws, 20)[:, 0]
    assert len(set(chosen)) == 20
    assert set((chosen // 50).astype(int)) == {0, 1, 2, 3}


def test_what_was_simulated_is_not_simulated_again_but_for_other_draws(tmp_path):
    asked = []

    def simulate(z, seed):
        asked.append(seed)
        return bank_of_one_seed(z, seed)

    z = points(5, 4, seed=1)
    first = simulated_at(z, [1, 2], simulate, tmp_path)
    assert simulated_at(z, [1, 2], simulate, tmp_path).tobytes() == first.tobytes()
    assert asked == [1, 2]
    simulated_at(z + 1.0, [1], simulate, tmp_path)
    assert asked == [1, 2, 1]
