"""Monitoring tables: cells as people write them, problems by the spreadsheet's row, and files that are no
tables.
"""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibration.monitoring import ERROR, WARNING, read_monitoring, reporters
from calibration.monitoring_cells import Unreadable, read_cell
from calibration.monitoring_columns import COLUMNS, column_of
from simulation.inputs import InputError
from tests.calibration.workbooks import write_workbook

HEAD = ["enterprise", "sector", "employees", "module", "baseline_date", "end_date",
        "productivity_baseline", "productivity_end", "defect_rate_baseline", "defect_rate_end",
        "absence_rate_baseline", "absence_rate_end"]  # fmt: skip
GOOD = ["Alpha", "C18", "120", "M1", "2016-03-14", "2017-03-14", "9500", "10200", "5", "4", "3", "2.5"]


@pytest.fixture
def table(tmp_path):
    """Read a table of rows: the good one, changed in the columns that a row (a dict) gives."""

    def of_rows(*rows):
        file = tmp_path / "sheet.csv"
        lines = [HEAD] + [
            [row.get(name, good) for name, good in zip(HEAD, GOOD, strict=True)] for row in rows
        ]
        file.write_text("\n".join(",".join(f'"{cell}"' for cell in line) for line in lines), encoding="utf-8")
        return read_monitoring(file)

    return of_rows


def told(found, severity):
    return [(problem.row, problem.column) for problem in found.of_severity(severity) if problem.row > 1]


# Cells


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("productivity_end", "1,200", 1200.0),
        ("productivity_end", "12 500.5", 12500.5),
        ("productivity_end", "RMB 9,800", 9800.0),
        ("productivity_end", "9800 元", 9800.0),
        ("productivity_end", "１２００", 1200.0),
        ("defect_rate_end", "12%", 12.0),
        ("defect_rate_end", "12 ％", 12.0),
        ("defect_rate_end", 0, 0.0),
        ("defect_rate_end", "n/a", None),
        ("defect_rate_end", " - ", None),
        ("defect_rate_end", "不详", None),
        ("defect_rate_end", float("nan"), None),
        ("employees", "120人", 120.0),
        ("baseline_date", "2016-03-14", date(2016, 3, 14)),
        ("baseline_date", "2016/3/14", date(2016, 3, 14)),
        ("baseline_date", "14.03.2016", date(2016, 3, 14)),
        ("baseline_date", "3/14/2016", date(2016, 3, 14)),
        ("baseline_date", "2016年3月14日", date(2016, 3, 14)),
        ("baseline_date", "2016年3月", date(2016, 3, 1)),
        ("baseline_date", "14 March 2016", date(2016, 3, 14)),
        ("baseline_date", "Mar 14, 2016", date(2016, 3, 14)),
        ("baseline_date", "Mar-2016", date(2016, 3, 1)),
        ("baseline_date", "20160314", date(2016, 3, 14)),
        ("baseline_date", 42443.0, date(2016, 3, 14)),  # as Excel counts days
        ("baseline_date", "2016-03-14 00:00:00", date(2016, 3, 14)),
        ("sector", "18", "C18"),
        ("sector", "C1810", "C18"),
        ("sector", "Wearing apparel and accessories", "C18"),
        ("sector", "Garments", "C18"),
        ("sector", "纺织服装、服饰业", "C18"),
        ("module", "M4; 1", ("cooperation", "safety")),
        ("module", "Productivity & cleaner production", ("cleaner_production",)),
        ("module", "质量管理", ("quality",)),
        ("enterprise", 17.0, "17"),
    ],
)
def test_a_cell_is_read_as_people_write_it(column, cell, value):
    assert read_cell(COLUMNS[column], cell) == (value, None)


@pytest.mark.parametrize(
    ("column", "cell", "problem", "remedy"),
    [
        ("defect_rate_end", "5,5", "not a number", "5.5"),
        ("defect_rate_end", "4-6", "not a number", "one number, not a range"),
        ("employees", "约50", "not a number", "number alone"),
        ("defect_rate_end", "none", "zero or not known", "write 0"),
        ("defect_rate_end", 105, "not possible", "leave the cell empty"),
        ("defect_rate_end", -1, "not possible", "correct it"),
        ("productivity_end", 0, "not possible", "leave the cell empty"),
        ("productivity_end", "1e999", "finite", "leave the cell empty"),
        ("productivity_end", "12%", "in %", "yuan"),
        ("employees", "0", "not possible", "correct it"),
        ("defect_rate_end", date(2016, 1, 5), "not a number", "format the cell"),
        ("baseline_date", "spring 2016", "not a date", "2016-03"),
        ("baseline_date", "2016-02-30", "not a date", "2016-03"),
        ("baseline_date", "1916-03-01", "not a year", "four digits"),
        ("sector", "garmets", "not a manufacturing division", 'C18 ("garments")'),
        ("sector", "C99", "not a manufacturing division", "C13 to C43"),
        ("module", "M7", "unknown module", "1 cooperation"),
        ("module", "qualty management", "unknown module", '"quality management"'),
    ],
)
def test_what_cannot_be_read_comes_with_a_remedy(column, cell, problem, remedy):
    with pytest.raises(Unreadable) as wrong:
        read_cell(COLUMNS[column], cell)
    assert problem in wrong.value.problem
    assert remedy in wrong.value.remedy


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Company Name", "enterprise"),
        ("企业名称", "enterprise"),
        ("Defect rate (%) before", "defect_rate_baseline"),
        ("Defect rate (after)", "defect_rate_end"),
        ("期初次品率", "defect_rate_baseline"),
        ("Endline labour turnover", "turnover_rate_end"),
        ("absenteeism at end", "absence_rate_end"),
        ("Value added per worker, baseline (yuan)", "productivity_baseline"),
        ("Accidents per 1,000, final", None),
        ("Remarks", None),
    ],
)
def test_headings_as_sheets_have_them(heading, column):
    assert column_of(heading) == column


# Rows


def test_errors_leave_the_row_out_and_warnings_do_not(table):
    found = table(
        {}, {"enterprise": "Beta", "defect_rate_end": "5,5"}, {"enterprise": "Gamma", "employees": "1500"}
    )
    assert told(found, ERROR) == [(3, "defect_rate_end")]
    assert told(found, WARNING) == [(4, "employees")]
    assert [row["enterprise"] for row in found.rows] == ["Alpha", "Gamma"]
    assert found.unusable_rows == 1


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        ({"productivity_end": "114000"}, "productivity_end", "is 12 times the baseline (9500)"),
        ({"productivity_end": "960"}, "productivity_end", "improbable"),
        ({"end_date": "2015-03-14"}, "end_date", "before the baseline"),
        ({"end_date": "2019-03-14"}, "end_date", "36 months after"),
        ({"baseline_date": "03/04/2016"}, "baseline_date", "may be 2016-03-04"),
        ({"defect_rate_baseline": ""}, "defect_rate_baseline", "though its end is given"),
        (
            {"productivity_end": "9500", "defect_rate_end": "5", "absence_rate_end": "3.0"},
            "productivity_end",
            "all 3 indicators",
        ),
        (
            {"productivity_baseline": "", "defect_rate_baseline": "", "absence_rate_baseline": "-"},
            "productivity_baseline",
            "every other baseline",
        ),
    ],
)
def test_what_is_improbable_in_a_row_is_a_warning(table, row, column, problem):
    found = table(row)
    assert [
        problem in each.problem
        for each in found.of_severity(WARNING)
        if each.column == column and each.row == 2
    ] == [True]
    assert found.unusable_rows == 0


def test_more_injuries_than_workers_is_improbable():
    value, note = read_cell(COLUMNS["injury_rate_end"], "1,400")
    assert value == 1400.0
    assert "more injuries than workers" in note.remedy


def test_a_good_row_has_no_problem_of_its_own(table):
    assert told(table({}), ERROR) == told(table({}), WARNING) == []


def test_rows_of_one_enterprise_and_module_are_told_and_counted_once(table):
    found = table(
        {},
        {"enterprise": " alpha ", "productivity_end": ""},
        {"module": "M2"},
        {"sector": "C19", "module": "5"},
    )
    assert [(p.row, p.problem) for p in found.of_severity(WARNING) if p.column == "enterprise"] == [
        (3, "has the enterprise and module of row 2")
    ]
    assert told(found, WARNING) == [(3, "enterprise"), (5, "sector")]
    assert [row.row for row in found.enterprises()] == [2]  # the fullest, of those the earliest
    assert found.modules_by_enterprise() == {"alpha": {"cooperation", "quality", "human_resources"}}


def test_shares_where_percent_belong_are_told_once_for_the_column(table):
    rows = [{"enterprise": f"E{i}", "defect_rate_baseline": f"0.0{i}"} for i in range(1, 7)]
    assert [p.remedy for p in table(*rows).problems if p.row == 1 and p.value] == [
        "multiply shares by 100: 12 for 12 %"
    ]


def test_counts_and_missing_shares(table):
    found = table(
        {},
        {"enterprise": "Beta", "employees": "30", "module": "M1;M4", "productivity_end": "n/a"},
        {"sector": "?"},
    )
    counts = {(each["group"], each["level"]): (each["rows"], each["enterprises"]) for each in found.counts()}
    assert counts["total", "all"] == (3, 2)
    assert counts["size", "20-49"] == (1, 1)
    assert counts["module", "cooperation"] == (3, 2)
    assert counts["module", "safety"] == (1, 1)
    assert counts["sector", "not given"] == (1, 1)
    assert found.missing["productivity_end"] == pytest.approx(1 / 3)
    assert reporters(found.enterprises())["productivity"] == 1


# Files


def test_title_rows_blank_rows_and_unknown_columns(tmp_path):
    file = tmp_path / "sheet.csv"
    file.write_text(
        "SCORE 2016\n\nCompany;Module;Defects before;Defects after;Remarks\n\nAlpha;M1;5;4;x\n;M1;5;4;\n"
    )
    found = read_monitoring(file)
    assert told(found, ERROR) == [(6, "enterprise")]
    assert [row.row for row in found.rows] == [5]
    assert "Remarks" in [problem.column for problem in found.of_severity(WARNING)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_encodings_of_chinese_spreadsheets(tmp_path, encoding):
    file = tmp_path / "sheet.csv"
    file.write_bytes("企业,模块,次品率期初,次品率期末\n甲厂,职场合作,5,4\n".encode(encoding))
    assert read_monitoring(file).rows[0]["enterprise"] == "甲厂"


def test_a_workbook_keeps_its_row_numbers_dates_and_second_sheet(tmp_path):
    file = tmp_path / "sheet.xlsx"
    cells = [*GOOD[:4], date(2016, 3, 14), date(2017, 3, 14), 9500, "10,200", 5.5, "none", 3, 2.5]
    good = [*cells[:9], 4, *cells[10:]]
    write_workbook(
        file, {"About": [["Read me"]], "Data": [["SCORE"], [], HEAD, good, [], ["Beta", *cells[1:]]]}
    )
    found = read_monitoring(file)
    assert told(found, ERROR) == [(6, "defect_rate_end")]
    [row] = found.rows
    assert (row.row, row["baseline_date"], row["productivity_end"], row["defect_rate_baseline"]) == (
        4, date(2016, 3, 14), 10200.0, 5.5,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\x00\x01\x02", "is not text"),
        ("a.csv", b"hello world\n1\n", "no row of headings"),
        ("a.csv", b"enterprise,module,defect_rate_baseline,defect_rate_end\n", "no rows below"),
        ("a.csv", b"enterprise,sector,employees\nA,C18,50\n", "module: the column is missing"),
        ("a.csv", b"enterprise,module,sector\nA,M1,C18\n", "no indicator with both"),
        ("a.csv", b"enterprise,module,company,sector\nA,M1,B,C18\n", "is the same column"),
        ("a.xlsx", b"no workbook", "is not a workbook"),
        ("a.pdf", b"%PDF", "no kind of file"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_remedy(tmp_path, name, content, problem):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InputError, match=problem) as refused:
        read_monitoring(file)
    assert refused.value.remedy


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_missing_file_or_a_folder_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"does not exist|is a folder"):
        read_monitoring(tmp_path / name)


CELL = st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.none(), st.dates(), st.booleans())


@given(column=st.sampled_from(list(COLUMNS.values())), cell=CELL)
def test_whatever_a_cell_holds_it_is_read_or_told(column, cell):
    try:
        value, note = read_cell(column, cell)
    except Unreadable as wrong:
        value, note = None, wrong
    assert note is None or (note.problem and note.remedy)
    assert not isinstance(value, float) or column.low <= value <= column.high


@given(
    content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    suffix=st.sampled_from([".csv", ".xlsx"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_there_is_no_traceback(tmp_path, content, suffix):
    file = tmp_path / f"any{suffix}"
    file.write_bytes(
        b"enterprise,module,defect_rate_baseline,defect_rate_end\n" * (suffix == ".csv") + content
    )
    try:
        found = read_monitoring(file)
    except InputError:
        return
    assert found.rows_read >= len(found.rows)
