"""What a test asks an instance for, as a person of it would."""

import urllib.parse

from instance import Refused


def lookup(person, handle):
    return person.get("/api/users/lookup?" + urllib.parse.urlencode({"handle": handle}))


def tweets_of(person, account):
    """All tweets of an account as `person` sees them, newest first, over all pages."""
    items, cursor = [], None
    while True:
        query = {"limit": 40, "tab": "replies", **({"cursor": cursor} if cursor else {})}
        page = person.get(f"/api/users/{account}/tweets?" + urllib.parse.urlencode(query))
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return items


def with_text(person, account, text):
    return next((tweet for tweet in tweets_of(person, account) if tweet["text"] == text), None)


def containing(person, account, text):
    """The newest with the text somewhere in it: names are shown without their hosts elsewhere."""
    return next((tweet for tweet in tweets_of(person, account) if text in tweet["text"]), None)


def told(person, kind):
    page = person.get(f"/api/users/{person.id}/notifications?kind={kind}")
    return page["items"]


def gone(person, tweet):
    try:
        person.get(f"/api/tweets/{tweet}")
        return False
    except Refused as refused:
        return refused.status in (404, 410)
