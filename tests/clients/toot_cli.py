"""toot, the client of the command line, lives a day on Rookery."""

import json
import os
import re
import subprocess
import sys
import tempfile

from stage import png, until

PATIENCE_S = 60


class Toot:
    """The program with a home of its own."""

    def __init__(self, home):
        self.environment = {"PATH": os.environ["PATH"], "HOME": home, "XDG_CONFIG_HOME": home, "TOOT_NO_COLOR": "1"}
        self.command = [sys.executable, "-m", "toot", "--no-color"]

    def __call__(self, *words, told=None):
        done = subprocess.run(
            [*self.command, *words], env=self.environment, input=told, capture_output=True, text=True, timeout=PATIENCE_S
        )
        assert done.returncode == 0, f"toot {' '.join(words)}: {done.stdout} {done.stderr}"
        return done.stdout

    def json(self, *words):
        return json.loads(self(*words, "--json"))

    def reads(self, *words):
        """A timeline, without a stop for somebody's key."""
        return self("timelines", *words, "--no-pager")

    def login(self, stage):
        with subprocess.Popen(
            [*self.command, "login", "--instance", stage.address],
            env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ) as program:
            try:
                said = ""
                while not (address := re.search(r"(http\S+/oauth/authorize\S+)\s", said)):
                    line = program.stdout.readline()
                    assert line, said
                    said += line
                answer, _ = program.communicate("n\n" + stage.allow(address.group(1)) + "\n", timeout=PATIENCE_S)
                assert program.returncode == 0, said + answer
            finally:
                program.kill()


def run(stage, part):
    with tempfile.TemporaryDirectory() as home:
        toot = Toot(home)
        with part.case("logs in by code"):
            toot.login(stage)
            assert "ann" in toot("whoami")
        for chapter in (posting, reacting, people, lists, tags, reading):
            chapter(stage, part, toot, home)
        with part.case("logs out"):
            toot("logout", f"ann@{stage.address.split('//')[1]}")


def posting(stage, part, toot, home):
    with part.case("posts with a picture, a poll and a warning, edits and deletes"):
        picture = os.path.join(home, "p.png")
        with open(picture, "wb") as file:
            file.write(png())
        post = toot.json("post", "Hello #rooks", "--media", picture, "--description", "a gradient", "--spoiler-text", "birds")
        assert post["media_attachments"][0]["description"] == "a gradient" and post["spoiler_text"] == "birds"
        poll = toot.json("post", "Which?", "--poll-option", "rook", "--poll-option", "crow")
        assert [option["title"] for option in poll["poll"]["options"]] == ["rook", "crow"]
        reply = toot.json("post", "to myself", "--reply-to", post["id"])
        assert reply["in_reply_to_id"] == post["id"]
        assert "to myself" in toot("thread", post["id"])
        assert "Hello" in toot("status", post["id"])
        toot("delete", reply["id"])
    with part.case("writes for later"):
        later = toot.json("post", "see you", "--scheduled-in", "1 hour")
        assert later["params"]["text"] == "see you"


def reacting(stage, part, toot, home):
    with part.case("likes, boosts, bookmarks and pins"):
        post = stage.says("to be liked")["id"]
        for word in ("favourite", "reblog", "bookmark"):
            toot(word, post)
        assert "ann" in toot("reblogged-by", post)
        assert "to be liked" in toot("bookmarks") and "to be liked" in toot.reads("favourites")
        for word in ("unfavourite", "unreblog", "unbookmark"):
            toot(word, post)
        mine = toot.json("post", "to be pinned")["id"]
        toot("pin", mine)
        toot("unpin", mine)
    with part.case("votes"):
        poll = stage.says("Black?", poll={"options": ["yes", "no"], "expires_in": 3600})["id"]
        toot("polls", "vote", toot.json("status", poll)["poll"]["id"], "1")
        assert toot.json("status", poll)["poll"]["own_votes"] == [1]


def people(stage, part, toot, home):
    with part.case("follows, mutes and blocks"):
        toot("follow", "bob")
        assert "bob" in toot("following", "ann")
        for word, back in (("mute", "unmute"), ("block", "unblock")):
            toot(word, "bob")
            toot(back, "bob")
        toot("follow", "bob")
        assert "bob" in toot("whois", "bob")
        assert "bob" in toot("search", "bob")


def lists(stage, part, toot, home):
    with part.case("makes a list, fills it, reads it"):
        toot("lists", "create", "Birds")
        toot("lists", "add", "Birds", "bob")
        assert "bob" in toot("lists", "accounts", "Birds")
        stage.says("for the list")
        until("it is on the list", lambda: "for the list" in toot.reads("list", "Birds"))
        toot("lists", "remove", "Birds", "bob")
        toot("lists", "delete", "Birds")


def tags(stage, part, toot, home):
    with part.case("follows and features a hashtag"):
        toot("tags", "follow", "rooks")
        assert "rooks" in toot("tags", "followed")
        toot("tags", "unfollow", "rooks")
        toot("tags", "feature", "rooks")
        assert "rooks" in toot("tags", "featured")


def reading(stage, part, toot, home):
    with part.case("reads its timelines and notifications"):
        stage.says("@ann hello there")
        until("it is told", lambda: "hello there" in toot("notifications"))
        assert "hello there" in toot.reads("home")
        assert "hello there" in toot.reads("public", "--local")
        assert toot("instance", stage.address)
