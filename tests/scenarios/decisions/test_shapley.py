"""Games whose Shapley values and interactions are known."""

from itertools import permutations

import numpy as np
import pytest

from scenarios.decisions import shapley


def random_game(players: int = 5, replicates: int = 7) -> np.ndarray:
    game = np.random.default_rng(1).standard_normal((replicates, 1 << players))
    game[:, 0] = 0.0
    return game


def over_orders(game: np.ndarray, players: int, first: int | None = None) -> np.ndarray:
    """Shapley values by going through all orders, or those that begin with ``first``."""
    found, orders = np.zeros((len(game), players)), 0
    for order in permutations(range(players)):
        if first is not None and order[0] != first:
            continue
        orders, before = orders + 1, 0
        for player in order:
            found[:, player] += game[:, before | 1 << player] - game[:, before]
            before |= 1 << player
    return found / orders


def additive(weights: list[float]) -> np.ndarray:
    subsets = np.arange(1 << len(weights))
    return sum(w * (subsets >> k & 1) for k, w in enumerate(weights))[np.newaxis].astype(float)


def test_values_are_the_mean_gain_over_all_orders():
    game = random_game()
    assert shapley.shapley_values(game) == pytest.approx(over_orders(game, 5))


@pytest.mark.parametrize("first", [0, 3])
def test_with_one_first_they_are_the_mean_over_the_orders_that_begin_with_it(first):
    game = random_game()
    assert shapley.shapley_after(game, first) == pytest.approx(over_orders(game, 5, first))


@pytest.mark.parametrize("values", [shapley.shapley_values, lambda game: shapley.shapley_after(game, 0)])
def test_values_add_up_in_every_replicate(values):
    game = random_game()
    assert values(game).sum(axis=1) == pytest.approx(game[:, -1], abs=1e-12)


def test_a_player_that_changes_nothing_gets_nothing():
    game = random_game(4)
    with_dummy = np.tile(game, 2)  # player 4 is the highest bit
    found = shapley.shapley_values(with_dummy)
    assert found[:, 4] == pytest.approx(0.0, abs=1e-12)
    assert found[:, :4] == pytest.approx(shapley.shapley_values(game))


def test_players_that_do_the_same_get_the_same():
    size = np.bitwise_count(np.arange(32)).astype(float)
    assert shapley.shapley_values(np.sqrt(size)) == pytest.approx(np.sqrt(5.0) / 5.0)


def test_an_additive_game_has_its_weights_and_no_interactions():
    weights = [1.0, -2.0, 0.5, 3.0, 0.0]
    game = additive(weights)
    assert shapley.shapley_values(game)[0] == pytest.approx(weights)
    assert shapley.interactions(game) == pytest.approx(np.zeros((1, 5, 5)), abs=1e-12)
    after = shapley.interactions_after(game, 0)[0]
    assert np.isnan(after[0]).all()
    assert after[1:, 1:] == pytest.approx(np.zeros((4, 4)), abs=1e-12)


def test_a_pure_interaction_is_the_pairs_alone():
    subsets = np.arange(32)
    game = 6.0 * ((subsets & 0b110) == 0b110)  # players 1 and 2, together only
    index = shapley.interactions(game[np.newaxis])[0]
    assert index[1, 2] == index[2, 1] == pytest.approx(6.0)
    index[1, 2] = index[2, 1] = 0.0
    assert index == pytest.approx(np.zeros((5, 5)), abs=1e-12)
    assert shapley.shapley_values(game) == pytest.approx([0.0, 3.0, 3.0, 0.0, 0.0])


def test_players_that_do_each_others_work_interact_negatively():
    subsets = np.arange(8)
    game = ((subsets & 0b11) > 0).astype(float)  # either of the first two is enough
    assert shapley.interactions(game)[0, 1] == pytest.approx(-1.0)


def test_with_one_first_subsets_without_it_are_never_looked_at():
    game = random_game()
    game[:, [number for number in range(1, 32) if not number & 1]] = np.nan
    assert np.isfinite(shapley.shapley_after(game, 0)).all()
    assert np.isfinite(shapley.interactions_after(game, 0)[:, 1:, 1:]).all()
    assert all(np.isfinite(step.gains).all() for step in shapley.best_path(game, 0))


def test_best_path_adds_the_largest_gain_each_time():
    steps = shapley.best_path(additive([1.0, 4.0, 2.0]))
    assert [step.chosen for step in steps] == [1, 2, 0]
    assert steps[1].given == (1,)
    assert dict(zip(steps[1].candidates, steps[1].gains[0], strict=True)) == {0: 1.0, 2: 2.0}
    assert [step.chosen for step in shapley.best_path(additive([1.0, 4.0, 2.0]), first=0)] == [0, 1, 2]


def test_the_order_of_subsets_is_that_of_bits():
    assert [shapley.subset_number(members) for members in ((), (0,), (1,), (0, 2))] == [0, 1, 2, 5]
    with pytest.raises(ValueError, match="2 \\*\\* players"):
        shapley.players_of(np.zeros(6))
