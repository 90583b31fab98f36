"""What every figure is checked for: its pixels, and its texts with their places."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text


def pixels(figure):
    """The drawing as (height, width, 3) bytes."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def texts(figure):
    """Written texts of headings, labels, ticks, keys and notes, with their boxes in pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found = list(figure.texts)
    for axes in figure.axes:
        found += [axes._left_title, axes.xaxis.label, *axes.texts]
        found += axes.get_legend().get_texts() if axes.get_legend() else []
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            found += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    shown = [text for text in found if text.get_visible() and text.get_text().strip()]
    # that of Text itself: an annotation's own extent holds its arrow too
    return [(text.get_text(), Text.get_window_extent(text, canvas.get_renderer())) for text in shown]


def check_slide(figure):
    """It has the shape of a slide and is not blank."""
    image = pixels(figure)
    assert image.shape[0] / image.shape[1] == pytest.approx(9 / 16, rel=0.01)
    assert (image < 250).any(axis=2).mean() > 0.01
    assert len(np.unique(image @ np.array([65_536, 256, 1]))) > 20  # colours


def check_inside(figure):
    """No text leaves the slide."""
    width, height = figure.canvas.get_width_height()
    for text, box in texts(figure):
        assert box.x0 >= -2, text
        assert box.x1 <= width + 2, text
        assert box.y0 >= -2, text
        assert box.y1 <= height + 2, text


def check_apart(figure):
    """No text covers another."""
    found = texts(figure)
    for place, (text, box) in enumerate(found):
        for other, its in found[:place]:
            width = min(box.x1, its.x1) - max(box.x0, its.x0)
            height = min(box.y1, its.y1) - max(box.y0, its.y0)
            assert width <= 3 or height <= 5, (text, other)
