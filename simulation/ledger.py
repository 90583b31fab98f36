"""Entries in the accounts of the training market."""

from simulation.compile import submodel


@submodel
def enter(account, region, item, amount):
    """Add ``amount`` to an item of one region and of the nation; ``account[0 or 1 + region, item]``."""
    account[0, item] += amount
    account[1 + region, item] += amount


@submodel
def is_open(run, month):
    """Whether the programme supports training this month: begun, and not yet closed."""
    return run.first_month <= month and month < run.closing_month
