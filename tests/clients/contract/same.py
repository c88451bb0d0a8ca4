"""A post is the same JSON wherever it is met."""

import json
import threading

from ground import Ground
from instance import until

# What only the reader knows; an event that goes to many says nothing of it.
MARKS = ("favourited", "reblogged", "muted", "bookmarked", "pinned", "filtered")

COUNTED = ("statuses_count", "last_status_at")


class Ear:
    """A stream by Server-Sent Events, as lines."""

    def __init__(self, ground, path):
        self.events = []
        self.answer = ground.send(ground.scopes[ground.ann.id], "GET", path, {})
        assert self.answer.status_code == 200 and self.answer.headers["Content-Type"].startswith("text/event-stream")
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        name = None
        try:
            for line in self.answer.iter_lines(chunk_size=1):
                if line.startswith(b"event: "):
                    name = line[7:].decode()
                elif line.startswith(b"data: "):
                    self.events.append((name, line[6:].decode()))
        except Exception:  # closed, by us or the server
            pass

    def update(self, fits):
        found = (json.loads(data) for name, data in self.events if name == "update")
        return next((status for status in found if fits(status)), None)


def run(stage, part):
    ground = Ground(stage)
    with part.case("a post is the same in every answer"):
        streams = {path: Ear(ground, f"/api/v1/streaming/{path}") for path in ("user", "public", "public/local", "hashtag?tag=same")}
        heard = {name: until(f"{name} tells", lambda: heard_one(ground, ear)) for name, ear in streams.items()}
        for name, told in heard.items():
            shown = ground.call(ground.ann, "GET", f"/api/v1/statuses/{told['id']}")
            differs(bare(shown), bare(told), f"stream {name}")
    with part.case("and for whoever asks in whatever version"):
        status = ground.status(ground.bob, "@ann the very #same needle", media_ids=[ground.media(ground.bob)])
        ground.call(ground.ann, "POST", f"/api/v1/statuses/{status}/favourite")
        shown = ground.call(ground.ann, "GET", f"/api/v1/statuses/{status}")
        ask = lambda path, **query: ground.call(ground.ann, "GET", path, **query)
        one = lambda statuses: next((each for each in statuses if each["id"] == status), None)
        places = {
            "home": lambda: one(ask("/api/v1/timelines/home")),
            "public": lambda: one(ask("/api/v1/timelines/public")),
            "hashtag": lambda: one(ask("/api/v1/timelines/tag/same")),
            "account": lambda: one(ask(f"/api/v1/accounts/{ground.bob.id}/statuses")),
            "favourites": lambda: one(ask("/api/v1/favourites")),
            "several": lambda: one(ask("/api/v1/statuses", **{"id[]": status})),
            "search": lambda: one(ask("/api/v2/search", q="needle", type="statuses")["statuses"]),
            "notifications": lambda: one(note["status"] for note in ask("/api/v1/notifications") if "status" in note),
            "grouped": lambda: one(ask("/api/v2/notifications")["statuses"]),
        }
        for name, place in places.items():
            differs(shown, until(f"it is in {name}", place), name)


def heard_one(ground, ear):
    """A post that came over the stream; one is written each time, as nobody says when a stream is ready."""
    ground.status(ground.bob, "#same over the wire")
    return ear.update(lambda status: status["account"]["id"] == ground.bob.id)


def bare(status):
    """Without what is only the reader's, and what the author's next post changes."""
    account = {name: value for name, value in status["account"].items() if name not in COUNTED}
    return {name: value for name, value in {**status, "account": account}.items() if name not in MARKS}


def differs(one, other, where):
    wrong = {name: (one.get(name), other.get(name)) for name in {*one, *other} if one.get(name) != other.get(name)}
    assert not wrong, f"{where}: {wrong}"
