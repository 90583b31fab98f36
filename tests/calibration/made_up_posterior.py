"""A posterior file to test with: draws of the priors that stand for draws of a fit."""

from pathlib import Path

import polars as pl

from calibration.draws_file import provenance, write_draws
from calibration.fitted import FITTED
from calibration.prior import prior_draws


def made_up_table(n=40, seed=3):
    return pl.DataFrame(prior_draws(n, seed)).select(FITTED)


def write_made_up(path, table=None):
    """The file, with as many draws as a test needs; returns its path."""
    source = provenance("scoresim calibrate --made-up", {"this": Path(__file__)}, 3)
    write_draws(path, made_up_table() if table is None else table, source)
    return path
