"""What calibrate and validate print of how far the fit can be trusted, from made-up tables."""

from pathlib import Path

from scenarios.fit_terminal import show_fit, show_trials

PARAMETER = {
    "unit": "share",
    "prior_low": 0.1,
    "prior_high": 0.4,
    "low": 0.2,
    "high": 0.3,
    "contraction": 0.5,
}

TABLES = {
    "targets": [],
    "parameters": [
        {"parameter": "quit_rate", "submodel": "people", "informed": True, **PARAMETER},
        {"parameter": "quit_wage", "submodel": "people", "informed": False, **PARAMETER},
        {"parameter": "hire_rate", "submodel": "hiring", "informed": False, **PARAMETER},
    ],
    "convergence": [
        {
            "chains": 16, "draws_a_chain": 500, "worst_rhat": 1.0123, "worst_rhat_of": "quit_wage",
            "least_effective_draws": 2345, "least_effective_draws_of": "quit_rate",
        }
    ],
    "emulator": [
        {
            "target": name, "stated": 1.0, "found": found, "more_than_stated": found > 1.0,
            "with_the_banks_seed": 0.8, "misfit": 0.5, "bank_noise": 0.6, "shift_of_the_banks_seed": -0.2,
            "found_of_total": found / 4.0, "posterior_beyond_the_bank": 0.031,
        }
        for name, found in (("a", 0.5), ("b", 2.0))
    ],
    "sensitivity": [
        {
            "assumption": name, "informed": 12, "parameters": 105, "effects": 15, "inside": 14,
            "no_effect_inside": 13, "width": 1.0, "distance": 0.7,
        }
        for name in ("as assumed", "transport x 2")
    ],
    "sensitivity_parameters": [
        {"parameter": "quit_rate", "unit": "a month", "assumption": name, "mean": 0.02, "informed": known}
        for name, known in (("as assumed", True), ("transport x 2", False))
    ],
    "left_out": [],
}  # fmt: skip


def test_calibrate_says_what_can_be_trusted(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    show_fit(TABLES, Path("results"))
    shown = " ".join(capsys.readouterr().out.split())
    assert "1 of 3 fitted parameters are informed" in shown
    assert "Nothing informs the other 2, which stay prior: people: quit_wage hiring: hire_rate" in shown
    assert "16 chains of 500 draws: largest R-hat 1.012 (quit_wage); at least 2,345 independent" in shown
    assert "error above the stated one for 1 of 2 targets (*); at worst 50% of all errors" in shown
    assert "3.1% of posterior draws lie beyond the bank" in shown
    assert "transport x 2" in shown
    assert "0.02*" in shown


def test_validate_shows_take_up_and_which_points_set_the_defaults(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    facts = [
        {
            "fact": "offered free", "published": 76.0, "simulated": 20.0, "low": 10.0, "high": 30.0,
            "inside": False, "set_the_defaults": True,
        }
    ]  # fmt: skip
    show_trials({"trials": [], "summary": [], "directions": [], "market_facts": facts}, None)
    line = next(row for row in capsys.readouterr().out.splitlines() if "offered free" in row)
    assert [cell.strip() for cell in line.strip("│ ").split("│")] == [
        "offered free", "76", "20 [10, 30]", "NO", "yes",
    ]  # fmt: skip


def test_without_the_check_nothing_is_said_of_the_emulator(capsys):
    show_fit({name: rows for name, rows in TABLES.items() if name != "emulator"}, Path("results"))
    assert "beyond the bank" not in capsys.readouterr().out
