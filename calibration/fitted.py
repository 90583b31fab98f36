"""Which parameters are fitted to evidence, and what a fit takes each of them to be beforehand."""

from __future__ import annotations

from collections.abc import Iterable

from simulation.parameters import FREE, PARAMETERS

SUBMODELS = ("delivery", "practices", "people", "hiring", "production", "money", "population")
"""Submodels whose free parameters are fitted: trials and levels depend on no others."""

FITTED = tuple(name for name in FREE if PARAMETERS[name].submodel in SUBMODELS)
"""The fitted parameters, in the registry's order."""


def priors_of(names: Iterable[str]) -> dict[str, str]:
    """Prior, bounds and unit of parameters by name, as the registry has them: what a fit rests on."""
    chosen = [PARAMETERS[name] for name in names]
    return {
        each.name: f"{each.prior} from {each.low:.17g} to {each.high:.17g} {each.unit}" for each in chosen
    }
