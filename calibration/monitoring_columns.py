"""The columns of an enterprise-level monitoring table: names, units, ranges, and the words that sheets use.

One row is an enterprise and a module: who it is, when its first class was, and its indicators then (baseline)
and about a year later (end). Enterprises that never reported an end keep their row with the end left empty:
the share that reports is part of what the fit needs. Indicators and their units are those that
:mod:`simulation.observation` asks for; money is in constant yuan.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from simulation.parameters import MODULES

BASELINE, END = "baseline", "end"
TIMES = (BASELINE, END)


@dataclass(frozen=True)
class Column:
    """One column. ``low`` to ``high`` is what is possible; outside ``likely`` a value is worth a look.

    ``kind`` is ``text``, ``sector``, ``module``, ``number`` or ``date``; ``needed``: a table without it is
    refused.
    """

    name: str
    kind: str
    unit: str
    meaning: str
    low: float = 0.0
    high: float = float("inf")
    likely: tuple[float, float] = (float("-inf"), float("inf"))
    needed: bool = False


@dataclass(frozen=True)
class MonitoredIndicator:
    """An indicator that is asked for twice; ``words`` are its names in sheets (casefolded, plain)."""

    name: str
    unit: str
    meaning: str
    high: float
    likely: tuple[float, float]
    words: tuple[str, ...]


INDICATORS = {
    indicator.name: indicator
    for indicator in (
        MonitoredIndicator(
            "productivity", "yuan", "Value added per worker and month, constant yuan", float("inf"),
            (1e3, 5e5),
            ("productivity", "labour productivity", "labor productivity", "value added per worker",
             "value added per employee", "output per worker", "劳动生产率", "生产率", "人均增加值"),
        ),
        MonitoredIndicator(
            "defect_rate", "%", "Defective share of output that the enterprise records", 100.0, (0.0, 40.0),
            ("defect rate", "defects", "defective products", "reject rate", "rejects", "不良率", "次品率",
             "废品率"),
        ),
        MonitoredIndicator(
            "injury_rate", "per 1,000", "Recorded injuries of a day or more lost, per 1,000 workers and year",
            20_000.0, (0.0, 1_000.0),
            ("injury rate", "injuries per 1000", "accident rate", "accidents per 1000", "工伤率", "事故率",
             "千人工伤率"),
        ),
        MonitoredIndicator(
            "turnover_rate", "%", "Separations over mean headcount, a year", 2_000.0, (0.0, 200.0),
            ("turnover rate", "turnover", "labour turnover", "labor turnover", "staff turnover", "流动率",
             "员工流失率", "离职率"),
        ),
        MonitoredIndicator(
            "absence_rate", "%", "Share of working days lost to absence", 100.0, (0.0, 40.0),
            ("absence rate", "absence", "absenteeism", "absenteeism rate", "缺勤率"),
        ),
    )
}  # fmt: skip
"""Indicators by the name that they have in the simulation (:data:`simulation.state.OBSERVED`), in its order.
"""


def indicator_columns() -> list[Column]:
    """The two columns of each indicator."""
    return [
        Column(
            f"{each.name}_{time}", "number", each.unit, f"{each.meaning}, at the {time}",
            0.0, each.high, each.likely,
        )
        for each in INDICATORS.values()
        for time in TIMES
    ]  # fmt: skip


COLUMNS = {
    column.name: column
    for column in (
        Column("enterprise", "text", "", "Name or number, the same in all its rows", needed=True),
        Column("sector", "sector", "", "Division of GB/T 4754 (C13 to C43): code, English or Chinese name"),
        Column("employees", "number", "persons", "Workers at the baseline", 1.0, 100_000.0, (5.0, 999.0)),
        Column("module", "module", "", "Module, or several apart by ;", needed=True),
        Column("baseline_date", "date", "", "Day of the first class"),
        Column("end_date", "date", "", "Day of the end report, about a year later"),
        *indicator_columns(),
    )
}  # fmt: skip
"""All columns by name, in the order in which a table is written."""

COLUMN_WORDS = {
    "enterprise": ("enterprise", "enterprise name", "enterprise id", "company", "company name", "firm",
                   "factory", "name", "id", "企业", "企业名称", "公司", "公司名称"),
    "sector": ("sector", "industry", "division", "gb code", "行业", "行业代码", "所属行业"),
    "employees": ("employees", "workers", "headcount", "size", "staff", "number of workers",
                  "number of employees", "员工人数", "职工人数", "人数", "员工数"),
    "module": ("module", "modules", "score module", "training module", "模块", "培训模块"),
    "baseline_date": ("baseline date", "start date", "date of first class", "first class", "training date",
                      "start", "开始日期", "培训日期", "基线日期"),
    "end_date": ("end date", "endline date", "final date", "report date", "结束日期", "期末日期"),
}  # fmt: skip
"""Headings, plain (see :func:`plain`), by column; those of indicators are put together from their words."""

TIME_WORDS = {
    BASELINE: ("baseline", "before", "start", "pre", "initial", "期初", "培训前", "基线"),
    END: ("end", "endline", "after", "final", "post", "期末", "培训后", "终期"),
}

SECTOR_WORDS = {
    "food": "C14", "food processing": "C13", "beverages": "C15", "textile": "C17", "garment": "C18",
    "garments": "C18", "apparel": "C18", "clothing": "C18", "footwear": "C19", "shoes": "C19",
    "leather": "C19", "wood": "C20", "paper": "C22", "printing": "C23", "toys": "C24",
    "chemicals": "C26", "pharmaceuticals": "C27", "plastics": "C29", "rubber": "C29", "ceramics": "C30",
    "building materials": "C30", "steel": "C31", "metal products": "C33", "hardware": "C33",
    "general machinery": "C34", "special machinery": "C35", "auto parts": "C36", "automotive": "C36",
    "automobile": "C36", "electrical": "C38", "electronics": "C39", "服装": "C18", "纺织": "C17",
    "汽车零部件": "C36", "通用设备": "C34", "专用设备": "C35", "电子": "C39",
}  # fmt: skip
"""Words of SCORE's projects for divisions whose official names are longer."""

MODULE_WORDS = {
    "workplace cooperation": 0, "workplace co operation": 0, "co operation": 0, "职场合作": 0,
    "工作场所合作": 0, "quality management": 1, "质量管理": 1,
    "productivity and cleaner production": 2, "productivity cleaner production": 2, "cleaner production": 2,
    "清洁生产": 2, "生产率与清洁生产": 2,
    "occupational safety and health": 3, "occupational safety health": 3, "safety and health": 3, "osh": 3,
    "职业安全健康": 3, "职业安全与健康": 3,
    "human resource management": 4, "workforce management": 4, "hr": 4, "hrm": 4, "人力资源管理": 4,
    **{name.replace("_", " "): number for number, name in enumerate(MODULES)},
    **{f"{word}{n + 1}": n for n in range(len(MODULES)) for word in ("", "m", "module ", "模块")},
}  # fmt: skip
"""Names of modules, plain, and the place of the module in :data:`simulation.parameters.MODULES`."""


def plain(text: str) -> str:
    """Text without capitals, brackets' contents, punctuation and full-width forms: ``Defect_Rate (%)`` ->
    defect rate.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    without_units = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", folded)
    return " ".join(re.sub(r"[^\w]+|_", " ", without_units).split())


def column_of(heading: str) -> str | None:
    """The column that a sheet's heading means, or None if it means none of them."""
    words = plain(heading)
    for name, known in COLUMN_WORDS.items():
        if words == plain(name) or words in known:
            return name
    return _indicator_column(words) or _indicator_column(plain(re.sub(r"[()\[\]（）]", " ", heading)))


def _indicator_column(words: str) -> str | None:
    """``before defect rate``, ``defects at end``, ``期初次品率`` and so on."""
    for time, markers in TIME_WORDS.items():
        for marker in markers:
            if words.startswith(marker) or words.endswith(marker):
                rest = words.removeprefix(marker).removesuffix(marker).strip()
                rest = rest.removeprefix("at ").removesuffix(" at")
                for indicator in INDICATORS.values():
                    if rest in indicator.words:
                        return f"{indicator.name}_{time}"
    return None
