"""What the fault tests share: cases with their results, and the instance's database to look into."""

import contextlib
import glob
import json
import os
import sqlite3
import subprocess
import threading
import time
import traceback

from instance import until

RESULTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")


class Part:
    """The cases of one part of the suite, and how they went."""

    def __init__(self, name):
        self.name, self.cases, self.lock = name, [], threading.Lock()

    @contextlib.contextmanager
    def case(self, name):
        started = time.monotonic()
        try:
            yield
        except Exception as failure:  # the next case shall run all the same
            self.note(name, False, f"{type(failure).__name__}: {failure}", started)
            traceback.print_exc()
        else:
            self.note(name, True, "", started)

    def note(self, name, ok, detail, started):
        with self.lock:
            self.cases.append({"name": name, "ok": ok, "detail": detail})
        took = time.monotonic() - started
        tail = (f" ({took:.1f} s)" if took > 5 else "") + (f": {detail}" if detail else "")
        print(f"  {'ok ' if ok else 'NOT'} {name}{tail}", flush=True)

    def skip(self, name, why):
        with self.lock:
            self.cases.append({"name": name, "ok": None, "detail": why})
        print(f"  --  {name}: skipped, {why}", flush=True)

    def finish(self):
        """Writes the results; answers whether all went well."""
        os.makedirs(RESULTS, exist_ok=True)
        with open(os.path.join(RESULTS, f"{self.name}.json"), "w") as out:
            json.dump({"part": self.name, "cases": self.cases}, out, indent=1)
            out.write("\n")
        failed = [case for case in self.cases if case["ok"] is False]
        skipped = [case for case in self.cases if case["ok"] is None]
        passed = len(self.cases) - len(failed) - len(skipped)
        print(f"{passed} passed, {len(failed)} failed" + (f", {len(skipped)} skipped" if skipped else ""), flush=True)
        return not failed


class Rows:
    """The database of an instance, read while it runs, and changed while it does not. Values to bind are for SQLite alone."""

    def __init__(self, instance):
        self.postgres = instance.environment["ROOKERY_DATABASE_URL"]
        self.folder = instance.data.name

    def all(self, sql, *values):
        if self.postgres:
            return self.by_psql(sql)
        (path,) = glob.glob(os.path.join(self.folder, "*.db"))
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def by_psql(self, sql):
        rows = f"select coalesce(json_agg(row_to_json(found_rows)), '[]') from ({sql}) found_rows"
        done = subprocess.run(["psql", "-qAt", self.postgres, "-c", rows], capture_output=True, text=True, check=True)
        return [tuple(row.values()) for row in json.loads(done.stdout)]

    def change(self, *statements):
        """Changes it by hand, all or nothing, while the instance is stopped."""
        if self.postgres:
            subprocess.run(["psql", "-qX1", "-v", "ON_ERROR_STOP=1", self.postgres, "-c", "; ".join(statements)], check=True)
            return
        (path,) = glob.glob(os.path.join(self.folder, "*.db"))
        connection = sqlite3.connect(path, timeout=10)
        try:
            with connection:
                for statement in statements:
                    connection.execute(statement)
        finally:
            connection.close()

    def one(self, sql, *values):
        return self.all(sql, *values)[0][0]

    def counts(self):
        tables = self.all("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
        union = " union all ".join(f"select '{name}', count(*) from {name}" for (name,) in tables)
        return dict(self.all(union))

    def is_settled(self):
        """Nothing waits that was not tried, and nothing is on its way out."""
        waiting = self.one("select count(*) from inbox where state = 'waiting' and attempts = 0")
        return waiting == 0 and self.one("select count(*) from deliveries") == 0


@contextlib.contextmanager
def untouched(rows, forge, but=(), fetches=()):
    """Whatever happens inside: no table gains or loses a row, and nothing is fetched; exceptions are named, a fetch as
    often as it may happen."""
    until("all is quiet", rows.is_settled)
    before, asked = rows.counts(), len(forge.log)
    yield
    until("what was taken is worked off", rows.is_settled)
    after = rows.counts()
    changed = {name: (before.get(name), count) for name, count in after.items() if count != before.get(name)}
    changed = {name: change for name, change in changed.items() if name not in but}
    assert not changed, f"rows before and after: {changed}"
    fetched = [url for url in forge.gets(asked) if url not in fetches and ".well-known" not in url]
    assert not fetched, f"fetched: {fetched}"
    for url in fetches:
        assert forge.gets(asked).count(url) <= fetches.count(url), f"fetched too often: {url}"


def peak_memory(instance):
    """The most memory the process ever had, in bytes."""
    with open(f"/proc/{instance.process.pid}/status") as told:
        line = next(line for line in told if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
