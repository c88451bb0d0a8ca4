"""How each line of the table is asked: with what, of whose, what it answers, and what is wrong to ask."""

import dataclasses
import datetime

# Features of Mastodon that this server does not have, and why; they answer as if there were no such address.
OFF = {
    "admin": "moderation is done by the pages and the native API",
    "annual_reports": "a recap of the year",
    "collections": "a feature of 4.6, and an older version is claimed",
    "in_collections": "a feature of 4.6, and an older version is claimed",
    "profile:": "a feature of 4.6, and an older version is claimed",
}


@dataclasses.dataclass
class Case:
    """`sends` is the query of a GET and the JSON of anything else. Path variables and values may be functions of the stage,
    which make what is asked for."""

    answers: str = ""
    status: int = 200
    path: dict = dataclasses.field(default_factory=dict)
    sends: dict = dataclasses.field(default_factory=dict)
    # Path variables with things of somebody else's, and what that is answered.
    foreign: dict = dataclasses.field(default_factory=dict)
    foreign_status: int = 404
    # Parameters that are wrong, with their status.
    wrong: list = dataclasses.field(default_factory=list)
    # What it wants, when not any of what the table says is enough.
    scopes: list = dataclasses.field(default_factory=list)
    # A page that a person sees, or another content than JSON.
    plain: bool = False


def later():
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).isoformat()


PAGE = [({"max_id": "x"}, 422), ({"limit": "-1"}, 422)]
SECRET = {"id": lambda stage: stage.bobs_secret()}
STATUS = {"id": lambda stage: stage.bobs_status()}
MINE = {"id": lambda stage: stage.status()}
BOB = {"id": lambda stage: stage.bob.id}
GONE = {"id": lambda stage: "1"}
UNASKED = {"id": lambda stage: "999999999"}
LIST = {"id": lambda stage: stage.list()}
BOBS_LIST = {"id": lambda stage: stage.list(stage.bob)}
FILTER = {"id": lambda stage: stage.filter()}
BOBS_FILTER = {"id": lambda stage: stage.filter(stage.bob)}


def of_filter(path):
    return {"filter_id": path["id"]}


def about(answers, **more):
    """Something about a post that one may see."""
    return Case(answers, path=STATUS, foreign=SECRET, **more)


def person(answers="Relationship", **more):
    return Case(answers, path=BOB, foreign=GONE, **more)


def notice(answers, **more):
    return Case(answers, path={"id": lambda stage: stage.notification()}, foreign={"id": lambda stage: stage.notification(stage.bob)}, **more)


def group(answers, **more):
    key = {"group_key": lambda stage: f"ungrouped-{stage.notification()}"}
    return Case(answers, path=key, foreign={"group_key": lambda stage: f"ungrouped-{stage.notification(stage.bob)}"}, **more)


FOLLOWED = Case("Relationship", path={"id": lambda stage: stage.followed()}, foreign=GONE)


def stream(scopes=(), **sends):
    return Case(plain=True, sends=sends, scopes=list(scopes))


CASES = {
    # Accounts
    "POST /api/v1/accounts": Case("Token", sends={"username": lambda s: s.name(), "email": lambda s: f"{s.name()}@example.org", "password": "correct horse battery", "agreement": True, "locale": "en"}, wrong=[({"username": "a b"}, 422), ({}, 422)]),
    "GET /api/v1/accounts/verify_credentials": Case("CredentialAccount"),
    "PATCH /api/v1/accounts/update_credentials": Case("CredentialAccount", sends={"note": "a rook"}, wrong=[({"locked": "perhaps"}, 422)]),
    "PUT /api/v1/accounts/update_credentials": Case("CredentialAccount", sends={"note": "a rook"}),
    "GET /api/v1/accounts/:id": person("Account"),
    "GET /api/v1/accounts": Case("[Account]", sends={"id[]": lambda s: s.bob.id}),
    "GET /api/v1/accounts/:id/statuses": person("[Status]", wrong=PAGE),
    "GET /api/v1/accounts/:id/followers": person("[Account]", wrong=PAGE),
    "GET /api/v1/accounts/:id/following": person("[Account]", wrong=PAGE),
    "GET /api/v1/accounts/:id/featured_tags": person("[FeaturedTag]"),
    "GET /api/v1/accounts/:id/lists": person("[List]"),
    "POST /api/v1/accounts/:id/follow": person(sends={"reblogs": True}, wrong=[({"reblogs": "perhaps"}, 422)]),
    "POST /api/v1/accounts/:id/unfollow": person(),
    "POST /api/v1/accounts/:id/remove_from_followers": person(),
    "POST /api/v1/accounts/:id/block": Case("Relationship", path={"id": lambda s: s.cat.id}, foreign=GONE),
    "POST /api/v1/accounts/:id/unblock": Case("Relationship", path={"id": lambda s: s.cat.id}, foreign=GONE),
    "POST /api/v1/accounts/:id/mute": Case("Relationship", path={"id": lambda s: s.cat.id}, foreign=GONE, sends={"duration": 600}, wrong=[({"duration": "long"}, 422)]),
    "POST /api/v1/accounts/:id/unmute": Case("Relationship", path={"id": lambda s: s.cat.id}, foreign=GONE),
    "POST /api/v1/accounts/:id/pin": FOLLOWED,
    "POST /api/v1/accounts/:id/unpin": person(),
    "GET /api/v1/accounts/:id/endorsements": person("[Account]"),
    "POST /api/v1/accounts/:id/endorse": FOLLOWED,
    "POST /api/v1/accounts/:id/unendorse": person(),
    "POST /api/v1/accounts/:id/note": person(sends={"comment": "a friend"}, wrong=[({"comment": "x" * 2001}, 422)]),
    "GET /api/v1/accounts/relationships": Case("[Relationship]", sends={"id[]": lambda s: s.bob.id}),
    "GET /api/v1/accounts/familiar_followers": Case("[FamiliarFollowers]", sends={"id[]": lambda s: s.bob.id}),
    "GET /api/v1/accounts/search": Case("[Account]", sends={"q": "bob"}),
    "GET /api/v1/accounts/lookup": Case("Account", sends={"acct": "bob"}, wrong=[({"acct": "nobody"}, 404)]),
    "GET /api/v1/accounts/:id/identity_proofs": person("[any]"),
    # The instance
    "GET /api/v1/announcements": Case("[Announcement]"),
    "POST /api/v1/announcements/:id/dismiss": Case("obj", path={"id": lambda s: s.announcement()}, foreign=GONE),
    "PUT /api/v1/announcements/:id/reactions/:name": Case("obj", path={"id": lambda s: s.announcement(), "name": lambda s: "%F0%9F%91%8D"}, foreign=GONE),
    "DELETE /api/v1/announcements/:id/reactions/:name": Case("obj", path={"id": lambda s: s.announcement(reaction="%F0%9F%91%8D"), "name": lambda s: "%F0%9F%91%8D"}, foreign=GONE),
    "GET /api/v1/custom_emojis": Case("[CustomEmoji]"),
    "GET /api/v1/directory": Case("[Account]", sends={"local": True}, wrong=[({"order": "sideways"}, 422)]),
    "GET /.well-known/nodeinfo": Case("obj"),
    "GET /nodeinfo/2.0": Case("NodeInfo"),
    "GET /.well-known/host-meta": Case(plain=True),
    "GET /.well-known/webfinger": Case("obj", sends={"resource": lambda s: f"acct:bob@{s.host}"}),
    "GET /.well-known/change-password": Case(plain=True),
    "GET /health": Case(plain=True),
    "GET /api/v2/instance": Case("Instance"),
    "GET /api/v1/instance": Case("InstanceOne"),
    "GET /api/v1/instance/peers": Case("[str]"),
    "GET /api/v1/instance/activity": Case("[Activity]"),
    "GET /api/v1/instance/rules": Case("[Rule]"),
    # Not published unless an admin says so.
    "GET /api/v1/instance/domain_blocks": Case(status=404),
    "GET /api/v1/instance/extended_description": Case("Text"),
    "GET /api/v1/instance/privacy_policy": Case(status=404),
    "GET /api/v1/instance/terms_of_service": Case(status=404),
    "GET /api/v1/instance/terms_of_service/:date": Case(status=404, path={"date": lambda s: "2026-01-01"}),
    "GET /api/v1/instance/translation_languages": Case("obj"),
    "GET /api/v1/instance/languages": Case("[Language]"),
    "GET /api/oembed": Case("OEmbed", sends={"url": lambda s: s.address_of(s.bobs_status())}, wrong=[({"url": "x"}, 404)]),
    # What one keeps to oneself
    "GET /api/v1/blocks": Case("[Account]", wrong=PAGE),
    "GET /api/v1/bookmarks": Case("[OwnStatus]", wrong=PAGE),
    "GET /api/v1/conversations": Case("[Conversation]", wrong=PAGE),
    "DELETE /api/v1/conversations/:id": Case("obj", path={"id": lambda s: s.conversation()}, foreign={"id": lambda s: s.conversation(s.cat)}),
    "POST /api/v1/conversations/:id/read": Case("Conversation", path={"id": lambda s: s.conversation()}, foreign={"id": lambda s: s.conversation(s.cat)}),
    "GET /api/v1/domain_blocks": Case("[str]", wrong=PAGE),
    "POST /api/v1/domain_blocks": Case("obj", sends={"domain": "spam.test"}, wrong=[({"domain": "not a domain"}, 422), ({}, 422)]),
    "DELETE /api/v1/domain_blocks": Case("obj", sends={"domain": "spam.test"}),
    "GET /api/v1/endorsements": Case("[Account]", wrong=PAGE),
    "GET /api/v1/favourites": Case("[OwnStatus]", wrong=PAGE),
    "GET /api/v1/featured_tags": Case("[FeaturedTag]"),
    "POST /api/v1/featured_tags": Case("FeaturedTag", sends={"name": lambda s: s.name()}, wrong=[({"name": "not a tag"}, 422)]),
    "DELETE /api/v1/featured_tags/:id": Case("obj", path={"id": lambda s: s.featured()}, foreign={"id": lambda s: s.featured(s.bob)}),
    "GET /api/v1/featured_tags/suggestions": Case("[Tag]"),
    "GET /api/v1/mutes": Case("[MutedAccount]", wrong=PAGE),
    "GET /api/v1/preferences": Case("obj"),
    # Filters
    "GET /api/v2/filters": Case("[Filter]"),
    "GET /api/v2/filters/:id": Case("Filter", path=FILTER, foreign=BOBS_FILTER),
    "POST /api/v2/filters": Case("Filter", sends={"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "x"}]}, wrong=[({"title": "x"}, 422), ({"title": "x", "context": ["moon"]}, 422)]),
    "PUT /api/v2/filters/:id": Case("Filter", path=FILTER, foreign=BOBS_FILTER, sends={"title": "y", "context": ["home"]}, wrong=[({"context": ["moon"]}, 422)]),
    "DELETE /api/v2/filters/:id": Case("obj", path=FILTER, foreign=BOBS_FILTER),
    "GET /api/v2/filters/:filter_id/keywords": Case("[FilterKeyword]", path=of_filter(FILTER), foreign=of_filter(BOBS_FILTER)),
    "POST /api/v2/filters/:filter_id/keywords": Case("FilterKeyword", path=of_filter(FILTER), foreign=of_filter(BOBS_FILTER), sends={"keyword": "z"}, wrong=[({"keyword": ""}, 422)]),
    "GET /api/v2/filters/keywords/:id": Case("FilterKeyword", path={"id": lambda s: s.keyword()}, foreign={"id": lambda s: s.keyword(s.bob)}),
    "PUT /api/v2/filters/keywords/:id": Case("FilterKeyword", path={"id": lambda s: s.keyword()}, foreign={"id": lambda s: s.keyword(s.bob)}, sends={"keyword": "zz"}),
    "DELETE /api/v2/filters/keywords/:id": Case("obj", path={"id": lambda s: s.keyword()}, foreign={"id": lambda s: s.keyword(s.bob)}),
    "GET /api/v2/filters/:filter_id/statuses": Case("[FilterStatus]", path=of_filter(FILTER), foreign=of_filter(BOBS_FILTER)),
    "POST /api/v2/filters/:filter_id/statuses": Case("FilterStatus", path=of_filter(FILTER), foreign=of_filter(BOBS_FILTER), sends={"status_id": lambda s: s.bobs_status()}, wrong=[({"status_id": "x"}, 422)]),
    "GET /api/v2/filters/statuses/:id": Case("FilterStatus", path={"id": lambda s: s.filtered()}, foreign={"id": lambda s: s.filtered(s.bob)}),
    "DELETE /api/v2/filters/statuses/:id": Case("obj", path={"id": lambda s: s.filtered()}, foreign={"id": lambda s: s.filtered(s.bob)}),
    "GET /api/v1/filters": Case("[FilterOne]"),
    "GET /api/v1/filters/:id": Case("FilterOne", path={"id": lambda s: s.keyword()}, foreign={"id": lambda s: s.keyword(s.bob)}),
    "POST /api/v1/filters": Case("FilterOne", sends={"phrase": "x", "context": ["home"]}, wrong=[({"phrase": "x"}, 422)]),
    "PUT /api/v1/filters/:id": Case("FilterOne", path={"id": lambda s: s.keyword()}, foreign={"id": lambda s: s.keyword(s.bob)}, sends={"phrase": "y", "context": ["home"]}),
    "DELETE /api/v1/filters/:id": Case("obj", path={"id": lambda s: s.keyword()}, foreign={"id": lambda s: s.keyword(s.bob)}),
    # Follows
    "GET /api/v1/follow_requests": Case("[Account]", wrong=PAGE),
    "POST /api/v1/follow_requests/:account_id/authorize": Case("Relationship", path={"account_id": lambda s: s.request()}, foreign={"account_id": lambda s: s.cat.id}),
    "POST /api/v1/follow_requests/:account_id/reject": Case("Relationship", path={"account_id": lambda s: s.request()}, foreign={"account_id": lambda s: s.cat.id}),
    "GET /api/v1/followed_tags": Case("[Tag]", wrong=PAGE),
    # Notifications
    "GET /api/v2/notifications": Case("Grouped", wrong=PAGE),
    "GET /api/v2/notifications/:group_key": group("Grouped"),
    "POST /api/v2/notifications/:group_key/dismiss": group("obj"),
    "GET /api/v2/notifications/:group_key/accounts": group("[Account]"),
    "GET /api/v2/notifications/unread_count": Case("UnreadCount"),
    "GET /api/v1/notifications": Case("[Notification]", wrong=PAGE),
    "GET /api/v1/notifications/:id": notice("Notification"),
    "POST /api/v1/notifications/clear": Case("obj"),
    "POST /api/v1/notifications/:id/dismiss": notice("obj"),
    "GET /api/v1/notifications/unread_count": Case("UnreadCount"),
    "GET /api/v2/notifications/policy": Case("NotificationPolicy"),
    "PATCH /api/v2/notifications/policy": Case("NotificationPolicy", sends={"for_new_accounts": "accept"}, wrong=[({"for_new_accounts": "perhaps"}, 422)]),
    "PUT /api/v2/notifications/policy": Case("NotificationPolicy", sends={"for_new_accounts": "accept"}),
    "GET /api/v1/notifications/requests": Case("[NotificationRequest]", wrong=PAGE),
    "GET /api/v1/notifications/requests/:id": Case("NotificationRequest", path={"id": lambda s: s.asked_in()}, foreign=UNASKED),
    "POST /api/v1/notifications/requests/:id/accept": Case("obj", path={"id": lambda s: s.asked_in()}, foreign=UNASKED),
    "POST /api/v1/notifications/requests/:id/dismiss": Case("obj", path={"id": lambda s: s.asked_in()}, foreign=UNASKED),
    "POST /api/v1/notifications/requests/accept": Case("obj", sends={"id": lambda s: [s.asked_in()]}),
    "POST /api/v1/notifications/requests/dismiss": Case("obj", sends={"id": lambda s: [s.asked_in()]}),
    "GET /api/v1/notifications/requests/merged": Case("Merged"),
    # Lists
    "GET /api/v1/lists": Case("[List]"),
    "GET /api/v1/lists/:id": Case("List", path=LIST, foreign=BOBS_LIST),
    "POST /api/v1/lists": Case("List", sends={"title": "Birds"}, wrong=[({"title": ""}, 422), ({"title": "x", "replies_policy": "moon"}, 422)]),
    "PUT /api/v1/lists/:id": Case("List", path=LIST, foreign=BOBS_LIST, sends={"title": "Crows"}),
    "DELETE /api/v1/lists/:id": Case("obj", path=LIST, foreign=BOBS_LIST),
    "GET /api/v1/lists/:id/accounts": Case("[Account]", path=LIST, foreign=BOBS_LIST, wrong=PAGE),
    "POST /api/v1/lists/:id/accounts": Case("obj", path=LIST, foreign=BOBS_LIST, sends={"account_ids": lambda s: [s.bob.id]}, wrong=[({"account_ids": ["1"]}, 404)]),
    "DELETE /api/v1/lists/:id/accounts": Case("obj", path=LIST, foreign=BOBS_LIST, sends={"account_ids": lambda s: [s.bob.id]}),
    "GET /api/v1/timelines/list/:list_id": Case("[OwnStatus]", path={"list_id": LIST["id"]}, foreign={"list_id": BOBS_LIST["id"]}, wrong=PAGE),
    # Markers and media
    "GET /api/v1/markers": Case("Markers", sends={"timeline[]": "home"}),
    "POST /api/v1/markers": Case("Markers", sends={"home": {"last_read_id": "5"}}, wrong=[({"home": {"last_read_id": "x"}}, 422)]),
    "POST /api/v2/media": Case("MediaAttachment", sends={"file": "picture"}, wrong=[({"file": "nonsense"}, 422)]),
    "POST /api/v1/media": Case("MediaAttachment", sends={"file": "picture"}, wrong=[({"file": "nonsense"}, 422)]),
    "GET /api/v1/media/:id": Case("MediaAttachment", path={"id": lambda s: s.media()}, foreign={"id": lambda s: s.media(s.bob)}),
    "PUT /api/v1/media/:id": Case("MediaAttachment", path={"id": lambda s: s.media()}, foreign={"id": lambda s: s.media(s.bob)}, sends={"description": "x", "focus": "0.1,0.2"}, wrong=[({"focus": "here"}, 422)]),
    "DELETE /api/v1/media/:id": Case("obj", path={"id": lambda s: s.media()}, foreign={"id": lambda s: s.media(s.bob)}),
    # OAuth
    "POST /api/v1/apps": Case("App", sends={"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}, wrong=[({}, 422), ({"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "moon"}, 422)]),
    "GET /api/v1/apps/verify_credentials": Case("AppSelf"),
    "GET /oauth/authorize": Case(plain=True, sends={"response_type": "code", "client_id": lambda s: s.app["client_id"], "redirect_uri": "urn:ietf:wg:oauth:2.0:oob", "scope": "read"}),
    "POST /oauth/token": Case("Token", sends={"grant_type": "client_credentials", "client_id": lambda s: s.app["client_id"], "client_secret": lambda s: s.app["client_secret"]}, wrong=[({"grant_type": "password"}, 400), ({}, 400)]),
    "POST /oauth/revoke": Case("obj", sends={"client_id": lambda s: s.app["client_id"], "client_secret": lambda s: s.app["client_secret"], "token": "gone"}),
    "GET /oauth/userinfo": Case("UserInfo"),
    "POST /oauth/userinfo": Case("UserInfo"),
    "GET /.well-known/oauth-authorization-server": Case("Metadata"),
    # Polls
    "GET /api/v1/polls/:id": Case("Poll", path={"id": lambda s: s.poll()}, foreign={"id": lambda s: s.poll(visibility="direct")}),
    "POST /api/v1/polls/:id/votes": Case("Poll", path={"id": lambda s: s.poll()}, foreign={"id": lambda s: s.poll(visibility="direct")}, sends={"choices": [0]}, wrong=[({"choices": [7]}, 422), ({}, 422)]),
    # One's profile
    "DELETE /api/v1/profile/avatar": Case("CredentialAccount"),
    "DELETE /api/v1/profile/header": Case("CredentialAccount"),
    # Push
    "POST /api/v1/push/subscription": Case("PushSubscription", sends={"subscription": lambda s: s.subscription(), "data": {"alerts": {"mention": True}}}, wrong=[({"subscription": {"endpoint": "x"}}, 422)]),
    "GET /api/v1/push/subscription": Case("PushSubscription"),
    "PUT /api/v1/push/subscription": Case("PushSubscription", sends={"data": {"alerts": {"reblog": True}}}),
    "DELETE /api/v1/push/subscription": Case("obj"),
    # E-mail addresses are taken as they are said to be: there is none to confirm.
    "POST /api/v1/emails/confirmations": Case(status=403),
    "POST /api/v1/reports": Case("Report", sends={"account_id": lambda s: s.bob.id, "comment": "rude"}, wrong=[({}, 422), ({"account_id": "1"}, 404)]),
    # Scheduled posts
    "GET /api/v1/scheduled_statuses": Case("[ScheduledStatus]", wrong=PAGE),
    "GET /api/v1/scheduled_statuses/:id": Case("ScheduledStatus", path={"id": lambda s: s.scheduled()}, foreign={"id": lambda s: s.scheduled(s.bob)}),
    "PUT /api/v1/scheduled_statuses/:id": Case("ScheduledStatus", path={"id": lambda s: s.scheduled()}, foreign={"id": lambda s: s.scheduled(s.bob)}, sends={"scheduled_at": lambda s: later()}, wrong=[({"scheduled_at": "never"}, 422)]),
    "DELETE /api/v1/scheduled_statuses/:id": Case("obj", path={"id": lambda s: s.scheduled()}, foreign={"id": lambda s: s.scheduled(s.bob)}),
    # Search
    "GET /api/v2/search": Case("Search", sends={"q": "bob"}, wrong=[({"q": "bob", "offset": "x"}, 422)]),
    "GET /api/v1/search": Case("Search", sends={"q": "bob"}),
    # Posts
    "POST /api/v1/statuses": Case("OwnStatus", sends={"status": "hello"}, wrong=[({"status": ""}, 422), ({"status": "x", "visibility": "moon"}, 422), ({"status": "x", "media_ids": ["1"]}, 422)]),
    "GET /api/v1/statuses/:id": about("Status"),
    "GET /api/v1/statuses": Case("[Status]", sends={"id[]": lambda s: s.bobs_status()}),
    "DELETE /api/v1/statuses/:id": Case("DeletedStatus", path=MINE, foreign=STATUS, foreign_status=404),
    "GET /api/v1/statuses/:id/context": about("Context"),
    # Translation is off.
    "POST /api/v1/statuses/:id/translate": Case(status=404, path=STATUS),
    "GET /api/v1/statuses/:id/reblogged_by": about("[Account]", wrong=PAGE),
    "GET /api/v1/statuses/:id/quotes": Case("[OwnStatus]", path=MINE, foreign=SECRET),
    "GET /api/v1/statuses/:id/favourited_by": about("[Account]", wrong=PAGE),
    "POST /api/v1/statuses/:id/favourite": about("OwnStatus"),
    "POST /api/v1/statuses/:id/unfavourite": about("OwnStatus"),
    "POST /api/v1/statuses/:id/reblog": about("OwnStatus"),
    "POST /api/v1/statuses/:id/unreblog": about("OwnStatus"),
    "POST /api/v1/statuses/:id/bookmark": about("OwnStatus"),
    "POST /api/v1/statuses/:id/unbookmark": about("OwnStatus"),
    "POST /api/v1/statuses/:id/quotes/:quoting_status_id/revoke": Case("OwnStatus", path={"id": lambda s: s.quoted()[0], "quoting_status_id": lambda s: s.quotes[1]}, foreign={"id": lambda s: s.bobs_status()}),
    "POST /api/v1/statuses/:id/mute": about("OwnStatus"),
    "POST /api/v1/statuses/:id/unmute": about("OwnStatus"),
    "POST /api/v1/statuses/:id/pin": Case("OwnStatus", path=MINE, foreign=STATUS, foreign_status=422),
    "POST /api/v1/statuses/:id/unpin": Case("OwnStatus", path=MINE, foreign=SECRET),
    "PUT /api/v1/statuses/:id": Case("OwnStatus", path=MINE, foreign=STATUS, sends={"status": "changed"}, wrong=[({"status": ""}, 422)]),
    "PUT /api/v1/statuses/:id/interaction_policy": Case("OwnStatus", path=MINE, foreign=STATUS, sends={"quote_approval_policy": "nobody"}, wrong=[({"quote_approval_policy": "moon"}, 422)]),
    "GET /api/v1/statuses/:id/history": about("[StatusEdit]"),
    "GET /api/v1/statuses/:id/source": Case("StatusSource", path=MINE, foreign=SECRET),
    # Streams
    "GET /api/v1/streaming/health": Case(plain=True),
    "GET /api/v1/streaming/user": stream(scopes=["read:statuses"]),
    "GET /api/v1/streaming/user/notification": stream(scopes=["read:notifications"]),
    "GET /api/v1/streaming/public": stream(),
    "GET /api/v1/streaming/public/local": stream(),
    "GET /api/v1/streaming/public/remote": stream(),
    "GET /api/v1/streaming/hashtag": stream(tag="rooks"),
    "GET /api/v1/streaming/hashtag/local": stream(tag="rooks"),
    "GET /api/v1/streaming/list": stream(list=lambda s: s.list()),
    "GET /api/v1/streaming/direct": stream(),
    # A plain request is no WebSocket.
    "GET /api/v1/streaming": Case(plain=True, status=404),
    # People, tags, timelines
    "GET /api/v2/suggestions": Case("[Suggestion]"),
    "GET /api/v1/suggestions": Case("[Account]"),
    "DELETE /api/v1/suggestions/:account_id": Case("obj", path={"account_id": lambda s: s.cat.id}),
    "GET /api/v1/tags/:name": Case("Tag", path={"name": lambda s: "rooks"}),
    "POST /api/v1/tags/:name/follow": Case("Tag", path={"name": lambda s: "rooks"}),
    "POST /api/v1/tags/:name/unfollow": Case("Tag", path={"name": lambda s: "rooks"}),
    "POST /api/v1/tags/:id/feature": Case("Tag", path={"id": lambda s: "rooks"}),
    "POST /api/v1/tags/:id/unfeature": Case("Tag", path={"id": lambda s: "rooks"}),
    "GET /api/v1/timelines/public": Case("[Status]", wrong=PAGE),
    "GET /api/v1/timelines/tag/:hashtag": Case("[Status]", path={"hashtag": lambda s: "rooks"}, wrong=PAGE),
    "GET /api/v1/timelines/link": Case("[Status]", sends={"url": "https://example.org/"}, wrong=[({"url": "x"}, 422)]),
    "GET /api/v1/timelines/home": Case("[OwnStatus]", wrong=PAGE),
    "GET /api/v1/trends/tags": Case("[Tag]"),
    "GET /api/v1/trends/statuses": Case("[Status]"),
    "GET /api/v1/trends/links": Case("[TrendsLink]"),
    "GET /api/v1/trends": Case("[Tag]"),
}
# Pages that a person's browser is shown; the tests of the browser go through them.
PAGES = {"POST /oauth/authorize", "GET /oauth/authorize/native", "GET /oauth/authorized_applications"}
