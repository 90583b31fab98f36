"""What clusters show: what stands in the records, with a programme or without; nothing once it is gone."""

import numpy as np
import pytest

from simulation.world import build_world
from tests.simulation.small_runs import small_run, small_scenario


@pytest.fixture
def untrained():
    """A run without a programme: nobody knows more than at the start."""
    return build_world([small_run(small_scenario(6))])


def test_a_gain_is_shown_also_without_a_programme(untrained):
    untrained.step()
    assert not untrained.clusters.gain.any()
    first = np.flatnonzero(untrained.enterprises.alive)[0]
    untrained.enterprises.gain[first] = untrained.enterprises.knowhow[first] = 0.1
    untrained.step()
    where = untrained.enterprises.cluster[first]
    assert (untrained.clusters.gain[where] > 0.0).all()
    others = np.arange(len(untrained.clusters)) != where
    assert not untrained.clusters.gain[others].any()


def test_clusters_show_nothing_once_nobody_has_anything(untrained):
    enterprises = untrained.enterprises
    enterprises.gain[:] = enterprises.knowhow[:] = 0.1
    enterprises.informed_month[:], enterprises.result[:] = 0, 0.05
    untrained.step()
    assert untrained.clusters.gain.any()
    assert untrained.clusters.informed.any()
    assert untrained.clusters.results.any()
    enterprises.gain[:] = enterprises.knowhow[:] = 0.0
    enterprises.informed_month[:], enterprises.result[:] = -1, 0.0
    untrained.clusters.gain[:] = 0.0  # or some of it would be copied before the month is over
    untrained.step()
    assert not untrained.clusters.informed.any()
    assert not untrained.clusters.results.any()
    assert not untrained.clusters.log_result.any()
