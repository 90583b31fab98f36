"""`scoresim rank`: mixes of modules, sectors, regions and providers, best first, and how sure that is."""

from __future__ import annotations

import typer

from scenarios.decisions import areas_cli, mixes_cli

rank_app = typer.Typer(help="Rank mixes, sectors, regions or providers.", no_args_is_help=True)


@rank_app.callback()
def _rank() -> None:
    """Keep `rank` a group of commands, whatever their number."""


def register(app: typer.Typer) -> None:
    """Add `rank` with its commands to ``app``."""
    mixes_cli.register(rank_app)
    areas_cli.register(rank_app)
    app.add_typer(rank_app, name="rank")
