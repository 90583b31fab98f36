"""The notebooks run from top to bottom, and each shows something."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_there_are_notebooks():
    assert NOTEBOOKS


def _figures(notebook):
    return [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", {})
    ]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_is_kept_with_its_figures_and_without_faults(file):
    kept = nbformat.read(file, as_version=4)
    assert _figures(kept)
    outputs = [output for cell in kept.cells for output in cell.get("outputs", ())]
    assert not [
        output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs(file):
    notebook = nbformat.read(file, as_version=4)
    before = len(_figures(notebook))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    resources = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    assert len(_figures(notebook)) == before
