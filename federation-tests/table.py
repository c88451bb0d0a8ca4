"""The table in FEDERATION.md of who understands whom, made from what the last run wrote to `results/`.

`table.py` compares it, `table.py renew` writes it. A cell is what a case found; none is written by hand.
"""

import json
import os
import sys

import foreign
import three
from sheet import RESULTS, slug

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "FEDERATION.md")
BEGIN = "<!-- written by federation-tests/run table -->"
END = "<!-- end of the table -->"
# The parts in which the other side lies, fails or vanishes: their cases are counted.
PARTS = {
    "faults": "Other servers lie, break off, pour and vanish",
    "kills": "Two instances are killed at random moments",
    "partition": "The network between two instances breaks",
}


def columns():
    return [three.COLUMN, *(kind.column for kind in foreign.KINDS.values())]


def rows():
    """Those of the peers, then what only three instances show."""
    names = [row for row, _ in foreign.CASES]
    return [*names, *(row for several, _ in three.CASES for row in several if row not in names)]


def cells_of(column):
    with open(os.path.join(RESULTS, f"{slug(column)}.json")) as file:
        return json.load(file)["cells"]


def counted(part, page):
    """The line of a part. One that could not be run here keeps the line that it has."""
    with open(os.path.join(RESULTS, f"{part}.json")) as file:
        cases = json.load(file)["cases"]
    begin = f"| {PARTS[part]} |"
    held = [case for case in cases if case["ok"]]
    if any(case["ok"] is None for case in cases):
        return next((line for line in page.splitlines() if line.startswith(begin)), f"{begin} skipped |")
    return f"{begin} {len(held)} of {len(cases)} |"


def render(page):
    sheets = {column: cells_of(column) for column in columns()}
    reasons = []
    lines = [f"| | {' | '.join(sheets)} |", "|---" * (len(sheets) + 1) + "|"]
    for row in rows():
        cells = [shown(sheet.get(row), reasons) for sheet in sheets.values()]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    notes = [f"{number}. {reason}" for number, reason in enumerate(reasons, 1)]
    parts = ["| | cases that held |", "|---|---|", *(counted(part, page) for part in PARTS)]
    return "\n".join([BEGIN, *lines, "", *notes, "", *parts, END])


def shown(cell, reasons):
    if cell is None:
        return ""
    if cell["outcome"] == "no":
        if cell["reason"] not in reasons:
            reasons.append(cell["reason"])
        return f"no ({reasons.index(cell['reason']) + 1})"
    return "yes" if cell["outcome"] == "yes" else "**fails**"


def main():
    with open(PAGE) as file:
        page = file.read()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    renewed = before + render(page) + after
    if renewed == page:
        return 0
    if sys.argv[1:] == ["renew"]:
        with open(PAGE, "w") as file:
            file.write(renewed)
        return 0
    print("the table in FEDERATION.md is not what the run found; federation-tests/run table writes it", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
