"""Trials in silico: files that are refused with a remedy, doses as written, effects that the arms cause."""

import csv
from pathlib import Path

import numpy as np
import pytest

from calibration import trial as trials
from calibration.evidence import directions_of, effect_targets, effects_of, level_targets, sizes_of
from calibration.moments import published_levels, simulate_levels
from calibration.outcomes import RATIOS
from calibration.trial import Dose, doses, participants, simulate_trials
from calibration.trial_files import (
    ASSUMED,
    MEASURES,
    OUTCOME_CLASSES,
    Course,
    load_trial,
    load_trials,
    shipped_trials,
)
from calibration.validation import directions_table, summary_table, trials_table, validate
from simulation.census import load_census
from simulation.inputs import InputError
from simulation.parameters import MODULES

NOT_SIMULATED = Path(trials.__file__).parent / "data" / "studies_not_simulated.csv"

SMALL = """
study = "Made up 2020"
country = "China"
set = "calibration"
[participants]
sector = "C18"
employees = [60, 120]
number = 40
simulated = 40
[arms]
course = [{ module = "quality", class_days = 2, visits = 6, months = 3 }]
[[outcomes]]
name = "practices"
measure = "practices"
treated = "course"
from_month = 6
to_month = 6
scale = "points"
published = 10
source = "nobody"
confidence = "SEEN"
"""


@pytest.fixture
def small(tmp_path):
    def made(text=SMALL):
        file = tmp_path / "made_up.toml"
        file.write_text(text, encoding="utf-8")
        return load_trial(file)

    return made


# files


def test_all_shipped_trials_load_and_no_estimate_enters_twice():
    loaded = load_trials()
    assert [trial.name for trial in loaded] == list(shipped_trials())
    assert {trial.set for trial in loaded} == {"calibration", "validation"}
    keys = [
        (trial.study, o.measure, o.treated, o.control, o.from_month, o.to_month)
        for trial in loaded
        for o in trial.outcomes
    ]
    assert len(set(keys)) == len(keys)


def test_no_study_is_in_both_sets():
    sets = {}
    for trial in load_trials():
        sets.setdefault(trial.study, set()).add(trial.set)
    assert all(len(found) == 1 for found in sets.values())


def test_studies_that_cannot_be_simulated_are_listed_with_a_reason():
    with NOT_SIMULATED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 20
    assert all(row["reason"] and row["set"] in ("calibration", "validation") for row in rows)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('treated = "course"', 'treated = "curse"', r"outcomes\[item 1\]\.treated.*curse.*not an arm"),
        ('measure = "practices"', 'measure = "morale"', r"measure.*morale.*absence"),
        ('measure = "practices"', 'measure = "practise"', r'practise.*Did you mean "practices"'),
        ("visits = 6", "visits = 60", r"60 visits in 3 months.*more months"),
        ("class_days = 2, visits = 6", "class_days = 0", "teaches nothing"),
        ("to_month = 6", "to_month = 5", "before from_month"),
        ('confidence = "SEEN"', "", "confidence.*needed"),
        ("number = 40", 'number = "forty"', "number"),
        ("[arms]", "[parameters]\nquit_rat = 1\n[arms]", "quit_rat"),
    ],
)
def test_a_wrong_field_is_one_message_with_a_remedy(small, old, new, message):
    assert SMALL.count(old) == 1
    with pytest.raises(InputError, match=f"(?s){message}"):
        small(SMALL.replace(old, new))


def test_every_measure_can_be_measured():
    assert set(MEASURES) == {"practices", *RATIOS}
    assert {measure.partition(".")[0] for measure in MEASURES} == set(OUTCOME_CLASSES)


def test_a_sector_that_is_not_one_is_named_with_the_trial(small):
    with pytest.raises(InputError, match=r"made_up: participants\.sector.*C81"):
        simulate_trials([small(SMALL.replace('"C18"', '"C81"'))], [{}], seed=1)


def test_an_empty_folder_holds_no_trial(tmp_path):
    with pytest.raises(InputError, match="holds no trial"):
        load_trials(tmp_path)


# doses


def test_visits_are_spread_and_classes_come_first():
    given = doses([Course(module="quality", month=2, class_days=1.5, visits=5, months=3)])
    assert sorted(given) == [2, 3, 4]
    assert sum(dose.visits for dose in given.values()) == 5
    assert [given[month].class_days for month in (2, 3, 4)] == [1.5, 0.0, 0.0]
    assert given[2].trainer_quality == ASSUMED["trainer_quality"]


def test_hours_become_visits():
    assert Course(module="safety", hours=60, months=5).all_visits == 60 / ASSUMED["hours_per_visit"]


def test_modules_of_one_month_take_turns():
    given = doses([Course(module=name, class_days=1) for name in ("quality", "safety")])
    assert [(month, MODULES[dose.module]) for month, dose in sorted(given.items())] == [
        (0, "quality"), (1, "safety"),
    ]  # fmt: skip
    assert isinstance(given[0], Dose)


# participants and effects


def test_participants_are_of_the_sector_and_sizes(small):
    people = participants(small(), load_census(), seed=3)
    assert people.n == 40
    assert people.n_clusters == 40
    assert people.employees.min() >= 60
    assert people.employees.max() <= 120
    assert len(set(people.employees.tolist())) > 10
    assert {people.tables.sectors[s] for s in people.sector.tolist()} == {"C18"}


def test_the_dose_and_nothing_else_makes_the_effect(small):
    trial = small()
    with_visits, twice, without = (
        simulate_trials([each], [{}], seed=1)[0, 0]
        for each in (
            trial,
            small(SMALL.replace("visits = 6", "visits = 12")),
            small(SMALL.replace(", visits = 6, months = 3", "")),
        )
    )
    assert 0.0 < without < with_visits < twice
    sterile = {"class_knowhow": 0.0, "visit_knowhow": 0.0}
    assert abs(simulate_trials([trial], [sterile], seed=1)[0, 0]) < 1e-9


def test_effects_are_those_of_each_draw_whatever_stands_beside_it(small):
    trial, other = small(), {"visit_adoption": 0.9}
    together = simulate_trials([trial], [{}, other], seed=1)[:, 0]
    alone = [simulate_trials([trial], [draw], seed=1)[0, 0] for draw in ({}, other)]
    assert together.tolist() == alone
    assert together[0] != together[1]


def test_a_trials_own_parameters_replace_those_of_the_draw(small):
    trial = small(SMALL.replace("[arms]", "[parameters]\nvisit_adoption = 0.9\n[arms]"))
    assert (
        simulate_trials([trial], [{}], seed=1)
        == simulate_trials([small()], [{"visit_adoption": 0.9}], seed=1)
    ).all()


# targets and validation


def test_units_of_one_class_can_be_pooled():
    effects = effects_of(load_trials())
    by_name = {effect.name: effect for effect in effects}
    log, percent = by_name["bloom_2013_india: productivity"], by_name["pace_2023_india: productivity"]
    assert log.outcome_class == percent.outcome_class
    assert log.in_unit(0.154) == pytest.approx(15.4)
    assert log.standard_error == pytest.approx(8.4)
    assert percent.in_unit(13.5) == pytest.approx(100 * np.log(1.135))


def test_targets_hold_sizes_and_directions_stand_apart():
    effects = effects_of(load_trials())
    sizes = [effect for effect in sizes_of(effects) if effect.trial.set == "calibration"]
    targets = effect_targets(sizes, sizes)
    assert len(targets) == len(sizes)
    assert all(target.abroad and target.discrepancy > 0.0 for target in targets)
    directions = directions_of(effects, sizes)
    assert len(directions) + len(sizes_of(effects)) == len(effects)
    assert len(level_targets()) == len(published_levels())


def test_national_levels_are_near_the_published_ones_at_the_defaults():
    simulated = simulate_levels([{}], seed=2)[0]
    for level, found in zip(published_levels(), simulated, strict=True):
        assert abs(found - level.value) < 3.0 * level.standard_error, level.name


def test_validation_tells_hits_from_misses(small):
    trial = small()
    far = trial.model_copy(
        update={
            "name": "far", "study": "Somebody else 2021",
            "outcomes": (trial.outcomes[0].model_copy(update={"published": 90.0, "standard_error": 1.0}),),
        }
    )  # fmt: skip
    near = trial.model_copy(
        update={"outcomes": (trial.outcomes[0].model_copy(update={"standard_error": 2.0}),)}
    )
    simulated = np.column_stack([np.full(200, 10.0), np.full(200, 10.0)])
    result = validate([near, far], simulated, 1)
    rows = trials_table(result)
    assert [row["inside"] for row in rows] == [True, False]
    (summary,) = summary_table(rows)
    assert (summary["effects"], summary["inside"]) == (2, 1)
    assert directions_table(result) == []
