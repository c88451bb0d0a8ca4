"""Every line of the table of Mastodon's API, asked in every way that matters.

Without a token, with one of the wrong scope, with an app's own, with exactly what it wants, about somebody else's things,
with ids and parameters that are none. What is answered is held against the table of entities.
"""

import csv
import os
import re

from cases import CASES, OFF, PAGES, Case
from entities import faults
from ground import Ground

HERE = os.path.dirname(os.path.abspath(__file__))


class Wrong(Exception):
    pass


def run(stage, part):
    ground = Ground(stage)
    with open(os.path.join(HERE, "api.tsv"), newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t"))
    asked = set()
    for line in lines:
        name = f"{line['method']} {line['path']}"
        asked.add(name)
        with part.case(name):
            Walk(ground, line).run()
    with part.case("no case stands for a line that there is not"):
        left = set(CASES) - asked
        assert not left, left


class Walk:
    """One line."""

    def __init__(self, ground, line):
        self.ground, self.method, self.pattern = ground, line["method"], line["path"]
        self.who, self.scopes = self.meant_for(line["scope"])
        self.is_off = line["tier"] == "x" or any(word in self.pattern + ":" for word in self.off_words(line["path"]))
        self.name = f"{self.method} {self.pattern}"

    @staticmethod
    def off_words(path):
        return [word for word in OFF if f"/{word.rstrip(':')}" in path and (not word.endswith(":") or path.endswith(word.rstrip(":")))]

    @staticmethod
    def meant_for(text):
        """`user:a|b` is a person's token with either; with `public|` before it, anybody may, and a token has to fit."""
        words = re.sub(r"\(\w+\)", "", text).split("|")
        who = words[0].split(":")[0]
        scopes = [re.sub(r"^(user|app):", "", word) for word in words if word not in ("public", "user", "app", "session", "client")]
        return who, scopes

    def run(self):
        if self.name in PAGES:
            return
        if self.is_off:
            self.answers_as_if_it_were_not_there()
            return
        if self.name not in CASES:
            raise Wrong("nothing says how to ask it")
        self.case = CASES[self.name]
        self.scopes = self.case.scopes or self.scopes
        self.without_a_token()
        self.with_a_token_of_others()
        for scope in self.scopes or ["read"] * self.pattern.startswith("/api/"):
            self.with_what_it_wants(scope)
        self.about_what_is_not_ones_own()
        self.with_what_is_wrong()

    def answers_as_if_it_were_not_there(self):
        path = re.sub(r":\w+", "1", self.pattern)
        answer = self.ask(self.full(), path, {})
        expect(answer, [404, 405])
        if path.startswith("/api/v"):
            error_of(answer)

    def without_a_token(self):
        answer = self.ask(None, self.path(), self.sends())
        if self.who == "public":
            self.is_right(answer)
        else:
            expect(answer, [401])
            error_of(answer)

    def with_a_token_of_others(self):
        """Of a scope that does not cover it, and of an app that nobody signed in to."""
        if not self.scopes:
            return
        narrow = next(scope for scope in ("push", "read:blocks", "write:reports") if not covers(scope, self.scopes))
        answer = self.ask(self.ground.token(self.ground.ann, narrow), self.path(), self.sends())
        expect(answer, [403])
        if error_of(answer) != "This action is outside the authorized scopes":
            raise Wrong(f"{narrow}: {answer.text}")
        if self.who == "user":
            answer = self.ask(self.ground.token(None, "read write follow push"), self.path(), self.sends())
            expect(answer, [422])
            error_of(answer)
        answer = self.ask("nobodys", self.path(), self.sends())
        expect(answer, [401])
        error_of(answer)

    def with_what_it_wants(self, scope):
        self.is_right(self.ask(self.token(scope), self.path(), self.sends()))

    def token(self, scope):
        who = None if self.who == "app" else self.ground.ann
        # A subscription is that of a token.
        return self.full() if "/push/" in self.pattern else self.ground.token(who, scope)

    def about_what_is_not_ones_own(self):
        if self.case.foreign:
            path = self.path({**self.case.path, **self.case.foreign})
            answer = self.ask(self.full(), path, self.sends())
            expect(answer, [self.case.foreign_status])
            if not answer.ok:
                error_of(answer)

    def with_what_is_wrong(self):
        for variable in re.findall(r":(\w*id)\b", self.pattern):
            if self.pattern.endswith(("/feature", "/unfeature")):
                continue
            answer = self.ask(self.full(), self.path({**self.case.path, variable: lambda _: "01H8ZX"}), self.sends())
            expect(answer, [404])
            error_of(answer)
        for sends, status in self.case.wrong:
            answer = self.ask(self.full(), self.path(), sends)
            expect(answer, [status], sends)
            if self.pattern.startswith("/api/v"):
                error_of(answer)

    def full(self):
        if self.who == "app":
            return self.ground.token(None, "read write follow push")
        return self.ground.scopes[self.ground.ann.id]

    def path(self, variables=None):
        variables = variables or self.case.path
        return re.sub(r":(\w+)", lambda found: str(variables[found.group(1)](self.ground)), self.pattern)

    def sends(self):
        return {name: value(self.ground) if callable(value) else value for name, value in self.case.sends.items()}

    def ask(self, token, path, sends):
        return self.ground.send(token, self.method, path, sends)

    def is_right(self, answer):
        if self.case.plain:
            expect(answer, [200, 302, 303] if self.case.status == 200 else [self.case.status])
            answer.close()
            return
        expect(answer, [self.case.status])
        content = answer.headers["Content-Type"].split(";")[0]
        if self.pattern.startswith("/api/") and content != "application/json":
            raise Wrong(f"it is {content}")
        if answer.ok and (found := faults(self.case.answers, answer.json())):
            raise Wrong("; ".join(found[:5]))


def covers(scope, wanted):
    """Whether a token with one scope may do what any of these is enough for."""
    follow = {f"{verb}:{what}" for verb in ("read", "write") for what in ("blocks", "follows", "mutes")}
    return any(scope == word or word.startswith(f"{scope}:") or (scope == "follow" and word in follow) for word in wanted)


def expect(answer, statuses, about=""):
    if answer.status_code not in statuses:
        said = answer.text[:200] if "event-stream" not in answer.headers.get("Content-Type", "") else "a stream"
        raise Wrong(f"{answer.status_code} where {statuses} was due {about or ''}: {answer.request.method} {answer.request.path_url[:120]}: {said}")


def error_of(answer):
    """What a failure says: every client shows it, so that it has to be text."""
    error = answer.json().get("error")
    if not isinstance(error, str) or not error:
        raise Wrong(f"no error in {answer.text[:200]}")
    return error


__all__ = ["Case", "run"]
