"""A small Excel workbook written by hand: text cells, numbers and dates, as spreadsheets store them."""

from __future__ import annotations

import zipfile
from datetime import date
from xml.sax.saxutils import escape

TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""
NAMES = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def write_workbook(path, sheets):
    """Write ``sheets`` (name to rows of cells); a None cell is left out, a date is a day number with a
    format.
    """
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", TYPES)
        file.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        parts = [("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(sheets) + 1)]
        file.writestr("xl/_rels/workbook.xml.rels", _relations([*parts, ("styles", "styles.xml")]))
        listed = "".join(
            f'<sheet name="{escape(name)}" sheetId="{i}" r:id="r{i}"/>'
            for i, name in enumerate(sheets, start=1)
        )
        file.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{NAMES}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        )
        file.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{NAMES}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
            "</styleSheet>",
        )
        for i, rows in enumerate(sheets.values(), start=1):
            body = "".join(
                f'<row r="{n}">{_cells(n, row)}</row>' for n, row in enumerate(rows, start=1) if row
            )
            file.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f'<worksheet xmlns="{NAMES}"><sheetData>{body}</sheetData></worksheet>',
            )


def _relations(parts):
    listed = "".join(
        f'<Relationship Id="r{i}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(parts, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>'


def _cells(number, row):
    return "".join(_cell(f"{chr(65 + i)}{number}", cell) for i, cell in enumerate(row) if cell is not None)


def _cell(place, cell):
    if isinstance(cell, date):
        return f'<c r="{place}" s="1"><v>{(cell - date(1899, 12, 30)).days}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'
