"""Every odd post of fediverse-pasture-inputs into our inbox: taken or refused by rule, and shown as safe HTML.

What came of each is compared with `snapshots/`, one file a group; UPDATE_SNAPSHOTS=1 renews them. A difference is read
by a person: what is lost that others show is a fault of ours.
"""

import json
import os
import subprocess
import sys

from asking import lookup
from faults_cases import Rows
from instance import Refused, until
from network import Network
from peer import HERE, installed, python_of
from safety import check_fragment, check_page

SNAPSHOTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "snapshots")
# What the examples point to is here.
HOST = "pasture-one-actor"
ACTOR = f"http://{HOST}/actor"
# Fields of the API that a snapshot has, when they say anything.
SHOWN = ("text", "html", "content_warning", "sensitive", "language", "hashtags", "poll")
# The inbox works this off in a few seconds.
PATIENCE_S = 120


def examples():
    folder = installed("bovine")
    program = os.path.join(HERE, "bovine", "examples.py")
    return json.loads(subprocess.run([python_of(folder), program], check=True, capture_output=True, timeout=60).stdout)


class Pasture:
    def __init__(self, network):
        self.home, self.peer = network.instances[0], network.peers[0]
        self.ann, self.rows = self.home.person("ann"), Rows(self.home).all
        theirs = until("the sender is found", lambda: lookup(self.ann, self.peer.handle))["id"]
        self.ann.post(f"/api/users/{theirs}/follow")
        until("it is followed", lambda: self.ann.get(f"/api/users/{theirs}/relationship")["following"])
        for number, word in enumerate(("One", "Two"), 1):
            note = {"id": f"http://{HOST}/assets/note{number}.jsonap", "type": "Note", "attributedTo": ACTOR}
            written = {"content": word, "to": ["as:Public"], "published": f"2024-01-0{number}T13:11:45Z"}
            self.peer.do("keep", document={"@context": "https://www.w3.org/ns/activitystreams", **note, **written})

    def send(self, name, fields):
        """What the inbox answered at once."""
        return self.peer.do("example", name=name, fields=fields, to=self.ann.actor)

    def outcome(self, name, sent):
        """What became of an example, as a snapshot has it."""
        if sent["status"] != 202:
            return {"refused": sent["status"], "why": json.loads(sent["answer"])["detail"]}
        query = "select state, error from inbox where activity_uri = ? and state <> 'done'"
        undone = self.rows(query, f"http://{HOST}/examples/{name}/create")
        if undone:
            return dict(zip(("state", "why"), undone[0]))
        found = self.rows("select id from tweets where uri = ?", sent["note"])
        return self.shown(found[0][0]) if found else {"forgotten": True}

    def shown(self, id):
        try:
            tweet = self.ann.get(f"/api/tweets/{id}")
        except Refused as refused:
            return {"hidden": refused.status}
        check_fragment(tweet["html"])
        try:
            check_page(self.home.page(f"/@{tweet['author']['handle']}/{id}"), tweet["html"])
        except Refused as refused:
            assert refused.status == 404 and tweet["visibility"] not in ("public", "unlisted"), refused
        said = {name: tweet[name] for name in SHOWN if tweet.get(name)}
        if tweet["visibility"] != "public":
            said["visibility"] = tweet["visibility"]
        if tweet["mentions"]:
            said["mentions"] = [mention["handle"] for mention in tweet["mentions"]]
        if tweet["media"]:
            said["media"] = [[media["mime"], media["remote_url"], media["alt"]] for media in tweet["media"]]
        said.update({name: True for name in ("quote_of", "reply_to") if tweet[name]})
        if not tweet["url"].startswith(f"http://{HOST}/examples/"):
            said["url"] = tweet["url"]
        return said


def compare(group, outcomes, renew):
    """The differences from the snapshot, after renewing it if so wished."""
    path = os.path.join(SNAPSHOTS, f"{group}.json")
    if renew:
        lines = [f' "{number}": {json.dumps(outcome, ensure_ascii=False)}' for number, outcome in outcomes.items()]
        with open(path, "w") as file:
            file.write("{\n" + ",\n".join(lines) + "\n}\n")
    try:
        with open(path) as file:
            before = json.load(file)
    except FileNotFoundError:
        before = {}
    numbers = sorted(before.keys() | outcomes.keys())
    return [f"{group} {n}: was {before.get(n)}\n   now {outcomes.get(n)}" for n in numbers if before.get(n) != outcomes.get(n)]


def play(network, groups, renew):
    """All examples; answers how many are shown, and the differences from the snapshots."""
    pasture, shown, differences = Pasture(network), 0, []
    sent = {
        (group, place): pasture.send(f"{group}/{place}", fields)
        for group, members in groups.items()
        for place, fields in enumerate(members)
    }
    # What waits for another try waits for a host that is not there.
    unread = "select count(*) from inbox where state = 'waiting' and (attempts = 0 or lease_until > 0)"
    until("the inbox is worked off", lambda: not pasture.rows(unread)[0][0], PATIENCE_S)
    for group, members in groups.items():
        numbers = range(len(members))
        outcomes = {str(place): pasture.outcome(f"{group}/{place}", sent[group, place]) for place in numbers}
        shown += sum("html" in outcome for outcome in outcomes.values())
        found = compare(group, outcomes, renew)
        differences += found
        print(f"  {'!!' if found else 'ok'}  {group}: {len(outcomes)} examples", flush=True)
    return shown, differences


def main():
    groups = examples()
    if len(sys.argv) > 2:
        groups = {group: groups[group] for group in sys.argv[2:]}
    with Network(sys.argv[1], {"a.test": {}}, [("bovine", "bo", HOST, False, "/actor")]) as network:
        shown, differences = play(network, groups, os.environ.get("UPDATE_SNAPSHOTS") == "1")
    print("\n".join(differences))
    total = sum(len(members) for members in groups.values())
    print(f"{total} examples, {shown} shown, {len(differences)} other than before")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
