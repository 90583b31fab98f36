"""Bank of simulations: a fit that was interrupted goes on, and never with simulations of another design."""

import numpy as np
import pytest
from scipy.special import ndtr

from calibration.bank import Bank, Design
from simulation.inputs import InputError

DESIGN = Design(parameters=("quit_rate", "hire_rate", "visit_days"), targets=("one", "two"), size=20, seed=3)


def responses(part):
    return np.full((20, 2), float(part))


def test_points_of_a_part_are_a_latin_hypercube_of_its_own():
    points = DESIGN.points(0)
    assert (np.sort((ndtr(points) * 20).astype(int), axis=0) == np.arange(20)[:, None]).all()
    assert DESIGN.points(0).tobytes() == points.tobytes()
    assert not np.isin(DESIGN.points(1), points).any()
    assert np.abs(np.corrcoef(Design(("a", "b"), ("t",), 2000, 1).points(0).T)[0, 1]) < 0.1


def test_an_interrupted_bank_goes_on_where_it_was(tmp_path):
    bank = Bank.open(tmp_path / "bank", DESIGN)
    assert bank.missing(4) == [0, 1, 2, 3]
    bank.write(0, responses(0))
    bank.write(2, responses(2))
    (tmp_path / "bank" / ".half-written.npz").write_bytes(b"left by a fit that was killed")
    again = Bank.open(tmp_path / "bank", DESIGN)
    assert again.missing(4) == [1, 3]
    assert again.missing(6) == [1, 3, 4, 5]
    z, y = again.read([2, 0])
    assert z.tobytes() == np.concatenate([DESIGN.points(2), DESIGN.points(0)]).tobytes()
    assert y.tolist() == [[2.0, 2.0]] * 20 + [[0.0, 0.0]] * 20


def test_failed_runs_stay_failed(tmp_path):
    bank = Bank.open(tmp_path, DESIGN)
    failed = responses(0)
    failed[3, 1] = np.nan
    bank.write(0, failed)
    assert np.argwhere(np.isnan(bank.read([0])[1])).tolist() == [[3, 1]]


@pytest.mark.parametrize(
    "other", [{"seed": 4}, {"simulated": "other trials"}, {"targets": ("one", "three")}, {"size": 10}]
)
def test_a_bank_of_another_design_is_refused(tmp_path, other):
    Bank.open(tmp_path, DESIGN)
    with pytest.raises(InputError, match="another design"):
        Bank.open(tmp_path, Design(**{**DESIGN.__dict__, **other}))


def test_a_part_of_the_wrong_size_is_refused_and_not_kept(tmp_path):
    bank = Bank.open(tmp_path, DESIGN)
    with pytest.raises(ValueError, match=r"part 1 has \(3, 2\) responses instead of \(20, 2\)"):
        bank.write(1, np.zeros((3, 2)))
    assert bank.missing(2) == [0, 1]
