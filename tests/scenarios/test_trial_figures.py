"""The forest plot: every effect is drawn once, and the same tables give the same bytes."""

from scenarios.drawing import save
from scenarios.trial_figures import FURTHEST, forest


def row(**values):
    usual = {
        "set": "calibration", "study": "Made up 2020 (pilot)", "outcome": "practices", "unit": "points",
        "published": 10.0, "published_se": 3.0, "se_assumed": False, "simulated": 8.0, "simulated_low": 4.0,
        "simulated_high": 12.0, "low": 1.0, "high": 16.0, "inside": True,
    }  # fmt: skip
    return {**usual, **values}


ROWS = [
    row(),
    row(published=0.0, published_se=0.5, simulated=90.0, inside=False),
    row(set="validation", se_assumed=True, study="Held out 2021"),
]


def test_fitted_and_held_out_stand_apart_with_their_hits():
    figure = forest(ROWS, "source")
    fitted, held_out = figure.axes
    assert [label.get_text() for label in held_out.get_yticklabels()] == [
        "Held out 2021\npractices: +10 points"
    ]
    assert len(fitted.get_yticks()) == 2
    notes = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert notes == ["1 of 2 inside", "1 of 1 inside"]


def test_what_lies_far_off_is_drawn_at_the_edge():
    fitted, _ = forest(ROWS, "source").axes
    places = [line.get_xdata() for line in fitted.lines if line.get_marker() == "o"]
    assert [float(place[0]) for place in places] == [0.8, FURTHEST]


def test_one_set_alone_has_one_panel(tmp_path):
    files = [tmp_path / name for name in ("one.png", "two.png")]
    for file in files:
        figure = forest(ROWS[:1], "source")
        assert len(figure.axes) == 1
        save(figure, file)
    assert files[0].read_bytes() == files[1].read_bytes()
