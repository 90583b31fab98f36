"""From the outcomes of a race to a ranking: estimates, doubt, regret, Pareto front, weights, a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenarios.decisions import choice, gaussian_values
from scenarios.decisions.objectives import DIMENSIONS, OUTCOMES, score, standardised
from scenarios.decisions.outcomes import NAMES, Outcomes
from scenarios.decisions.rounds import CLEARLY, Race, comparable, comparable_ratio, race_estimates

FloatArray = NDArray[np.float64]

HARDLY_DIFFERS = 0.2
"""Total variation between the probabilities of being best under posterior and prior below which the data are
said to have changed nothing: less than a fifth of the belief moved from one option to another, and the
ranking is the prior's. A change of opinion is asked for, not only of an estimate, because mixes differ in
few parameters that any trial has informed. Where the draws under the prior are so few that chance alone moves
more, what chance moves takes its place."""

SURE = 0.5
"""Probability of being best that the leader must reach to be named."""

NOT_NEGLIGIBLE = 0.1
"""Probability of being best from which on an option counts among those not told apart."""

WEIGHTINGS = 2_000
"""Weightings of the objectives that are tried."""

CONCENTRATION = 2.0
"""Of the Dirichlet distribution of weights, for each objective: with equal weights of three, two in three
weightings give each objective between 0.13 and 0.53."""


@dataclass(frozen=True, eq=False)
class PriorRanking:
    """The same options under the prior: mean scores and probabilities of being best, (options,) each.

    ``noise`` is the total variation by which such probabilities differ between sets of so few draws.
    """

    estimate: FloatArray
    probability_best: FloatArray
    replicates: int
    noise: float = 0.0

    @property
    def rank(self) -> NDArray[np.int64]:
        """Rank of each option, 1 the best."""
        return choice.ranks(self.estimate)


@dataclass(frozen=True, eq=False)
class Ranking:
    """A ranking of options by an objective.

    Attributes:
        outcomes: of all rounds; NaN where an option had left the race.
        race: of the objective's values.
        objective: weights by outcome or dimension.
        prior: the same under the prior, or None where that was not asked for.
        from_prior: whether the draws themselves are the prior's.
        seed: root of the draws from Gaussians and of weights.

    """

    outcomes: Outcomes
    race: Race
    objective: Mapping[str, float]
    prior: PriorRanking | None
    from_prior: bool
    seed: int

    @cached_property
    def estimates(self) -> choice.Estimates:
        """Of the objective."""
        return race_estimates(self.race)

    @cached_property
    def rank(self) -> NDArray[np.int64]:
        """1 the best; finalists before options that left the race, each by its estimate."""
        estimate = np.nan_to_num(self.estimates.estimate, nan=-np.inf)
        finalist = self.race.left == self.race.left.max()
        order = np.lexsort((-estimate, ~finalist))
        found = np.empty(len(order), np.int64)
        found[order] = 1 + np.arange(len(order))
        return found

    @property
    def order(self) -> NDArray[np.int64]:
        """Numbers of the options, the best first."""
        return np.argsort(self.rank)

    @cached_property
    def drawn(self) -> FloatArray:
        """The options less the leader over parameter uncertainty, chance taken out (draws, options).

        Which option is best and what it is better by depend on differences alone, and an option that left the
        race early shares few draws with those that stayed: levels over few and many draws do not compare.
        """
        leader, estimate = self.race.leader, self.estimates.estimate
        covariance = choice.covariance_over_draws(self.race.values - self.race.values[:, [leader]])
        return gaussian_values.gaussian(estimate - estimate[leader], covariance, self.seed)

    @cached_property
    def probability_best(self) -> FloatArray:
        """Of each option."""
        return gaussian_values.probability_best(self.drawn)

    @cached_property
    def expected_regret(self) -> FloatArray:
        """Of each option, in the objective's unit."""
        return gaussian_values.expected_regret(self.drawn)

    def outcome(self, name: str) -> FloatArray:
        """Estimates of an outcome that can be laid side by side (options,)."""
        return comparable(self.outcomes.of(name), self.race.fresh, self.race.leader)

    def amount(self, name: str, per: str | None = None) -> FloatArray:
        """The same for an amount that cannot be negative, or for one outcome ``per`` another."""
        top = self.outcomes.of(name)
        bottom = np.where(np.isfinite(top), 1.0, np.nan) if per is None else self.outcomes.of(per)
        return comparable_ratio(top, bottom, self.race.fresh, self.race.leader)

    @cached_property
    def dimensions(self) -> FloatArray:
        """(replicates, options, dimensions) in standard deviations, more is better."""
        return np.stack([self._standardised(name) for name in DIMENSIONS], axis=2)

    def _standardised(self, name: str) -> FloatArray:
        return standardised(self.outcomes.values, NAMES, name)

    @cached_property
    def dimension_means(self) -> FloatArray:
        """(options, dimensions), comparable."""
        columns = [
            comparable(self.dimensions[:, :, d], self.race.fresh, self.race.leader)
            for d in range(len(DIMENSIONS))
        ]
        return np.stack(columns, axis=1)

    @cached_property
    def pareto(self) -> NDArray[np.bool_]:
        """Which options no other beats in productivity, decent work and environment together."""
        return choice.undominated(self.dimension_means)

    @cached_property
    def probability_undominated(self) -> FloatArray:
        """Of each option."""
        leader = self.race.leader
        apart = self.dimensions - self.dimensions[:, [leader]]
        means = self.dimension_means - self.dimension_means[leader]
        return choice.probability_undominated(means, apart, self.seed)

    @property
    def total_variation(self) -> float:
        """Between the probabilities of being best under posterior and prior; NaN without a prior."""
        if self.prior is None:
            return float("nan")
        return choice.total_variation(self.probability_best, self.prior.probability_best)

    @property
    def largest_change_of_rank(self) -> int | None:
        """Places that the option moves that moves most between prior and posterior."""
        return None if self.prior is None else int(np.abs(self.rank - self.prior.rank).max())

    def weighted(self) -> tuple[list[str], FloatArray, FloatArray]:
        """What other weights of the objectives would put first.

        Returns the objectives' names, the share of weightings in which each option is first (options,), and
        the mean weights of those (options, objectives; NaN where it never is). Weights are Dirichlet, around
        those given, or equal ones of the three dimensions where the objective is a single outcome.
        """
        given = dict(self.objective)
        if len(given) == 1:
            given = dict.fromkeys(DIMENSIONS, 1.0)
        centre = np.array(list(given.values())) / sum(given.values())
        rng = np.random.default_rng([self.seed, 603])
        weights = rng.dirichlet(CONCENTRATION * len(centre) * centre, WEIGHTINGS)
        race = self.race
        parts = np.stack([comparable(self._standardised(name), race.fresh, race.leader) for name in given])
        first = np.argmax(np.nan_to_num(weights @ parts, nan=-np.inf), axis=1)
        wins = first[:, np.newaxis] == np.arange(parts.shape[1])
        with np.errstate(invalid="ignore"):
            where = (wins.T.astype(float) @ weights) / wins.sum(axis=0)[:, np.newaxis]
        return list(given), wins.mean(axis=0), where

    @property
    def unit(self) -> str:
        """Of the objective."""
        only = next(iter(self.objective))
        if len(self.objective) == 1 and only in OUTCOMES:
            return OUTCOMES[only].unit
        return "standard deviations"


def prior_ranking(
    prior: Outcomes, objective: Mapping[str, float], like: FloatArray, seed: int
) -> PriorRanking:
    """The options' ranking under the prior, their scores in the units of the values ``like``."""
    values = score(prior.values, NAMES, objective, like)
    mean = choice.mean_of(values)
    drawn = gaussian_values.gaussian(mean, choice.covariance_over_draws(values), seed)
    best = gaussian_values.probability_best(drawn)
    return PriorRanking(mean, best, len(values), _noise(values, best, seed))


RESAMPLES = 40
"""Sets of pairs drawn again to see how far chance moves the probabilities of being best."""


def _noise(values: FloatArray, best: FloatArray, seed: int) -> float:
    """Mean total variation between ``best`` and the probabilities from pairs drawn with replacement."""
    rng = np.random.default_rng([seed, 604])
    pairs = values.reshape(-1, 2, values.shape[1])
    moved = []
    for _ in range(RESAMPLES):
        again = pairs[rng.integers(0, len(pairs), len(pairs))].reshape(values.shape)
        covariance = choice.covariance_over_draws(again)
        drawn = gaussian_values.gaussian(choice.mean_of(again), covariance, seed, draws=1_000)
        moved.append(choice.total_variation(best, gaussian_values.probability_best(drawn)))
    return float(np.mean(moved))


@dataclass(frozen=True)
class Verdict:
    """The winner's number if one is named, else why not; and who is not told apart from the leader."""

    winner: int | None
    reason: str
    together: tuple[int, ...]


def verdict(ranking: Ranking) -> Verdict:
    """Name a winner only where data, and not the prior or chance, put it first."""
    leader, second = (int(option) for option in ranking.order[:2])
    probability = ranking.probability_best
    together = tuple(
        int(option)
        for option in ranking.order
        if option == leader
        or within_error(ranking.race, leader, int(option))
        or probability[option] >= NOT_NEGLIGIBLE
    )
    if ranking.from_prior:
        return Verdict(None, "the draws are the prior's, and so is the ranking", together)
    if ranking.prior is not None and ranking.total_variation < max(HARDLY_DIFFERS, ranking.prior.noise):
        return Verdict(None, "the ranking is the prior's: the data hardly change it", together)
    if within_error(ranking.race, leader, second):
        return Verdict(None, "the leader's lead is within its Monte Carlo error", together)
    if probability[leader] < SURE:
        return Verdict(None, "none is best in half of the parameter draws", together)
    return Verdict(leader, "", together)


def within_error(race: Race, leader: int, option: int) -> bool:
    """Whether the paired difference to the leader is within two standard errors, or unknown."""
    both = np.isfinite(race.values[race.fresh][:, [leader, option]]).all()
    values = race.values[race.fresh] if race.fresh.any() and both else race.values
    mean, error, _ = choice.paired_difference(values, leader, option)
    return not mean > CLEARLY * error
