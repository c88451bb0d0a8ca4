"""The cases of one part of the suite: each is run and told, and what came of it is kept for the table."""

import json
import os
import time

from instance import Refused
from peer import CannotDo

RESULTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")


class NotTaken(Exception):
    """The peer's library received it and refused it."""


class Sheet:
    """A column of the table. `gaps` names what the other side cannot do, by row, with the reason: such a case has to fail
    as a gap does, so that one that is closed is noticed."""

    def __init__(self, column, gaps=None):
        self.column, self.gaps = column, gaps or {}
        self.cells, self.failures = {}, []

    def case(self, rows, run):
        """Runs a case that fills one row of the table or, as a tuple, several."""
        rows = (rows,) if isinstance(rows, str) else rows
        started = time.monotonic()
        outcome, reason = self.outcome(run, self.gaps.get(rows[0]))
        self.cells.update({row: {"outcome": outcome, **({"reason": reason} if reason else {})} for row in rows})
        if outcome == "failed":
            self.failures.append(rows[0])
        mark = {"yes": "ok", "no": "--", "failed": "!!"}[outcome]
        why = f": {reason}" if reason else ""
        print(f"  {mark}  {' / '.join(rows)}{why} ({time.monotonic() - started:.1f} s)", flush=True)

    @staticmethod
    def outcome(run, gap):
        try:
            run()
            return ("failed", f"it works, and yet the suite says that it cannot: {gap}") if gap else ("yes", None)
        except CannotDo as error:
            return "no", str(error)
        except NotTaken as error:
            return ("no", gap) if gap else ("failed", str(error))
        except (AssertionError, Refused, OSError) as error:
            return "failed", f"{type(error).__name__}: {error}"

    def write(self):
        with open(os.path.join(RESULTS, f"{slug(self.column)}.json"), "w") as file:
            json.dump({"column": self.column, "cells": self.cells}, file, indent=1)

    def count(self, outcome):
        return sum(cell["outcome"] == outcome for cell in self.cells.values())


def slug(column):
    return "".join(letter if letter.isalnum() or letter == "." else "-" for letter in column.lower())


def close(sheets):
    """Writes the sheets; answers the exit code."""
    for sheet in sheets:
        sheet.write()
    passed, gaps, failed = (sum(sheet.count(outcome) for sheet in sheets) for outcome in ("yes", "no", "failed"))
    print(f"{passed} passed, {gaps} cannot, {failed} failed", flush=True)
    return 1 if failed else 0
