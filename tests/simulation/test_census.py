import shutil

import numpy as np
import polars as pl
import pytest

from simulation.census import DATA_DIRECTORY, load_census
from simulation.inputs import InputError


@pytest.fixture
def directory(tmp_path):
    for path in DATA_DIRECTORY.glob("*.csv"):
        shutil.copyfile(path, tmp_path / path.name)
    return tmp_path


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_totals_are_the_published_ones():
    tables = load_census()
    assert len(tables.sectors) == 31
    assert tables.total_enterprises == 4_016_224
    assert tables.total_employment == 103_682_268
    assert tables.revenue.sum() == pytest.approx(1_328_691.5)


def test_revenue_per_worker_is_the_published_ratio_else_our_own(directory):
    tables = load_census(directory)
    assert tables.revenue_per_worker[tables.sectors.index("C37")] == 1211
    own = tables.revenue * 1e5 / tables.employment
    # coverage of revenue and of workers differs little, but in C37 and C41
    same = np.array([code not in ("C37", "C41") for code in tables.sectors])
    assert tables.revenue_per_worker[same] == pytest.approx(own[same], rel=0.03)
    edit(directory / "sectors.csv", "revenue_per_worker_kyuan", "other")
    assert load_census(directory).revenue_per_worker == pytest.approx(own)


def test_arrays_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        load_census().enterprises[0] = 1.0


def test_region_shares_keep_known_provinces_and_macro_regions():
    tables = load_census()
    share = dict(zip(tables.regions, tables.region_share, strict=True))
    assert len(share) == 31
    assert sum(share.values()) == pytest.approx(1.0, abs=1e-12)
    assert share["Guangdong"] == pytest.approx(0.1856, abs=1e-4)
    assert share["Shandong"] == pytest.approx(310_000 / 3_270_000)
    by_macro = tables.region_table().group_by("macro_region").agg(pl.col("share").sum())
    assert dict(by_macro.iter_rows()) == pytest.approx({"East": 0.588, "Central": 0.226, "West": 0.186})


def test_imputed_regions_are_marked():
    table = load_census().region_table()
    assert set(table.filter(~pl.col("known"))["confidence"]) == {"DERIVED_LOW"}
    known = table.filter(pl.col("known"))["region"]
    assert set(known) == {
        "Guangdong", "Jiangsu", "Sichuan", "Shanghai", "Chongqing", "Beijing", "Shandong", "Fujian",
    }  # fmt: skip


def test_threshold_and_tail_counts_carry_their_confidence():
    tables = load_census()
    assert tables.threshold is not None
    assert tables.threshold.revenue == 20_000
    assert tables.threshold.enterprises == pytest.approx(461_000 / 4_048_000)
    assert tables.threshold.confidence == "DERIVED"
    assert tables.at_least[1000][2].startswith("RECALLED")


def test_a_count_found_later_replaces_the_imputed_share(directory):
    before = load_census(directory)
    with (directory / "regions.csv").open("a", encoding="utf-8") as file:
        file.write("Zhejiang,province,2023,manufacturing enterprise legal units,404800,units,SEEN,x,\n")
    tables = load_census(directory)
    zhejiang = tables.regions.index("Zhejiang")
    assert tables.region_share[zhejiang] == pytest.approx(0.1)
    assert tables.region_known[zhejiang]
    assert not before.region_known[zhejiang]


def test_another_country_needs_two_small_tables(another_country):
    tables = load_census(another_country)
    assert tables.regions == ("North", "South")
    assert tables.region_share == pytest.approx([0.6, 0.4])
    assert tables.threshold is None
    assert np.isnan(tables.profit_margin).all()


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("sectors.csv", "154039", "many", ["sectors.csv", "enterprises", "many", "C13", "number"]),
        ("sectors.csv", "154039", "-5", ["sectors.csv", "enterprises", "-5", "above 0"]),
        ("sectors.csv", "154039", "nan", ["sectors.csv", "enterprises", "nan"]),
        ("sectors.csv", "3998295", "3998", ["sectors.csv", "employment", "3998", "C13", "heads"]),
        ("sectors.csv", "C14,", "C13,", ["sectors.csv", "gb_code", "C13", "twice"]),
        ("sectors.csv", "enterprises", "firms", ["sectors.csv", "enterprises", "missing", "Add it"]),
        ("sectors.csv", "44823.6", "lots", ["sectors.csv", "assets_100m_yuan", "numbers or empty"]),
        ("regions.csv", "751400", "", ["regions.csv", "value", "Guangdong"]),
        ("regions.csv", ",58.8,", ",30,", ["regions.csv", "East", "exceed"]),
        ("regions.csv", "China,country,2018", "China,other,2018", ["regions.csv", "year", "2018", "country"]),
        ("regions.csv", "Guangdong", "Kwangtung", ["regions.csv", "Kwangtung", "Spell"]),
        ("provinces.csv", "5500", "", ["provinces.csv", "weight", "Tianjin"]),
        ("size_classes.csv", ">=20m yuan", "big", ["size_classes.csv", "definition", "big", ">=20m"]),
    ],
)
def test_a_wrong_table_gives_one_message_naming_place_and_remedy(directory, file, old, new, words):
    edit(directory / file, old, new)
    with pytest.raises(InputError) as error:
        load_census(directory)
    for word in words:
        assert word in str(error.value)


def test_a_missing_file_is_named(directory):
    (directory / "sectors.csv").unlink()
    with pytest.raises(InputError, match=r"sectors\.csv"):
        load_census(directory)
