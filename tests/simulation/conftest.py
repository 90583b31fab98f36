"""What several tests start from."""

import pytest

from simulation import ScoreModel
from simulation.scenario_files import load_scenario


@pytest.fixture(scope="module")
def two_years():
    """Two years of 300 enterprises, some of which have closed."""
    model = ScoreModel(enterprises=300, months=24, seed=7)
    model.run_model()
    return model


@pytest.fixture
def start():
    return ScoreModel(enterprises=100, months=6, seed=1)


@pytest.fixture
def another_country(tmp_path):
    """A folder with the two tables that another country needs."""
    (tmp_path / "sectors.csv").write_text(
        "gb_code,name_en,enterprises,employment,revenue_100m_yuan\nA,Food,1000,20000,50\nB,Textiles,500,15000,40\n"
    )
    (tmp_path / "regions.csv").write_text(
        "region,level,year,measure,value\n"
        "North,province,2020,manufacturing enterprise legal units,900\n"
        "South,province,2020,manufacturing enterprise legal units,600\n"
    )
    return tmp_path


@pytest.fixture
def load(tmp_path):
    """Load a scenario from the text of its file."""

    def from_text(text):
        file = tmp_path / "plan.toml"
        file.write_text(text, encoding="utf-8")
        return load_scenario(file)

    return from_text
