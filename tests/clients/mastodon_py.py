"""Mastodon.py, the library of most bots, lives a day on Rookery."""

import datetime

from mastodon import Mastodon, MastodonNotFoundError, MastodonUnauthorizedError, StreamListener

from stage import png, until

SCOPES = ["read", "write", "follow", "push"]
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


class Heard(StreamListener):
    """All that a stream told."""

    def __init__(self):
        self.events = []

    def on_any_event(self, name, data=None, for_stream=None):
        self.events.append((name, data))

    def one(self, name, fits=lambda data: True):
        return next((data for event, data in self.events if event == name and fits(data)), None)


def run(stage, part):
    ann = None
    with part.case("signs in by code"):
        app, secret = Mastodon.create_app(
            "a bot", scopes=SCOPES, redirect_uris=OUT_OF_BAND, api_base_url=stage.address
        )
        ann = Mastodon(client_id=app, client_secret=secret, api_base_url=stage.address)
        code = stage.allow(ann.auth_request_url(redirect_uris=OUT_OF_BAND, scopes=SCOPES, allow_http=True))
        ann.log_in(code=code, redirect_uri=OUT_OF_BAND, scopes=SCOPES, allow_http=True)
        assert ann.me().acct == "ann"
        assert ann.app_verify_credentials().name == "a bot"
    if ann is None:
        return
    ann.ratelimit_method = "throw"
    for chapter in (instance, posting, media, polls, people, timelines, lists, filters, notifications, searching,
                    conversations, scheduled, tags, pushing, streaming, leaving):
        chapter(stage, part, ann)


def instance(stage, part, ann):
    with part.case("reads what the instance is"):
        for document in (ann.instance_v1(), ann.instance_v2()):
            assert document.version.endswith(")") and document.title and document.rules is not None
        assert ann.instance_health()
        assert ann.instance_nodeinfo().software.name == "rookery"
        assert isinstance(ann.instance_peers(), list)
        assert ann.instance_rules() == [] or ann.instance_rules()[0].id
        assert len(ann.instance_activity()) == 12
        assert ann.custom_emojis() == []
        assert ann.preferences()["posting:default:visibility"] == "public"


def posting(stage, part, ann):
    with part.case("posts, edits, reads its history, deletes"):
        post = ann.status_post("Hello #rooks", spoiler_text="birds", visibility="unlisted", language="en")
        # The library always says whether it is sensitive, and that counts more than the warning.
        assert (post.visibility, post.spoiler_text, post.sensitive) == ("unlisted", "birds", False)
        again = [ann.status_post("once only", idempotency_key="key").id for _ in range(2)]
        assert again[0] == again[1]
        edited = ann.status_update(post.id, "Hello again")
        assert "again" in edited.content and edited.edited_at
        assert len(ann.status_history(post.id)) == 2
        assert ann.status_source(post.id).text == "Hello again"
        reply = ann.status_reply(post, "to myself")
        assert [status.id for status in ann.status_context(post.id).descendants] == [reply.id]
        gone = ann.status_delete(reply.id)
        assert gone.text.endswith("to myself")
        missing(lambda: ann.status(reply.id))
    with part.case("likes, boosts, bookmarks, pins, and takes it back"):
        theirs = stage.says("to be liked")["id"]
        assert ann.status_favourite(theirs).favourited
        assert [status.id for status in ann.favourites()] == [int_id(theirs)]
        assert [account.acct for account in ann.status_favourited_by(theirs)] == ["ann"]
        boost = ann.status_reblog(theirs)
        assert boost.reblog.id == int_id(theirs) and boost.reblog.reblogged
        assert not ann.status_unreblog(theirs).reblogged
        assert not ann.status_unfavourite(theirs).favourited
        assert ann.status_bookmark(theirs).bookmarked and len(ann.bookmarks()) == 1
        assert not ann.status_unbookmark(theirs).bookmarked
        mine = ann.status_post("to be pinned")
        assert ann.status_pin(mine.id).pinned
        assert [status.id for status in ann.account_statuses(ann.me().id, pinned=True)] == [mine.id]
        assert not ann.status_unpin(mine.id).pinned
        assert ann.status_mute(mine.id).muted and not ann.status_unmute(mine.id).muted
    with part.case("quotes"):
        quoted = stage.says("to be quoted")["id"]
        quote = ann.status_post("see below", quoted_status_id=quoted)
        assert quote.quote.quoted_status.id == int_id(quoted)
        assert [status.id for status in ann.status_quotes(quoted)] == [quote.id]


def media(stage, part, ann):
    with part.case("uploads a picture with alt text and focus, and posts it"):
        picture = ann.media_post(png(), mime_type="image/png", description="a gradient", focus=(0.5, -0.5))
        assert picture.url and picture.description == "a gradient"
        assert (picture.meta.focus.x, picture.meta.focus.y) == (0.5, -0.5), picture.meta
        picture = ann.media_update(picture.id, description="a small gradient", focus=(0, 0))
        post = ann.status_post("", media_ids=[picture])
        (shown,) = post.media_attachments
        assert shown.type == "image" and shown.description == "a small gradient" and shown.blurhash
        missing(lambda: ann.media(1))


def polls(stage, part, ann):
    with part.case("makes a poll and votes in another"):
        mine = ann.status_post("Which?", poll=ann.make_poll(["rook", "crow"], 3600, multiple=True))
        assert [option.title for option in mine.poll.options] == ["rook", "crow"] and mine.poll.voted
        theirs = stage.says("Black or white?", poll={"options": ["black", "white"], "expires_in": 3600})
        poll = ann.status(theirs["id"]).poll
        voted = ann.poll_vote(poll.id, [1])
        assert voted.own_votes == [1] and [option.votes_count for option in voted.options] == [0, 1]
        assert ann.poll(poll.id).voters_count == 1


def people(stage, part, ann):
    bob = stage.bob.id
    with part.case("follows with options, mutes for a time, blocks, notes"):
        followed = ann.account_follow(bob, reblogs=False, notify=True)
        assert followed.following and not followed.showing_reblogs and followed.notifying
        assert [account.acct for account in ann.account_following(ann.me().id)] == ["bob"]
        muted = ann.account_mute(bob, notifications=False, duration=600)
        assert muted.muting and not muted.muting_notifications
        assert ann.mutes()[0].mute_expires_at > datetime.datetime.now(datetime.timezone.utc)
        assert not ann.account_unmute(bob).muting
        assert ann.account_block(bob).blocking and len(ann.blocks()) == 1
        assert not ann.account_unblock(bob).blocking
        assert ann.account_note_set(bob, "owes me a beer").note == "owes me a beer"
        assert [found.id for found in ann.account_familiar_followers(bob)] == [int_id(bob)]
    with part.case("blocks and unblocks a whole domain"):
        ann.domain_block("spam.test")
        assert list(ann.domain_blocks()) == ["spam.test"]
        ann.domain_unblock("spam.test")
        assert list(ann.domain_blocks()) == []
    with part.case("changes its profile, features a person and a hashtag"):
        me = ann.account_update_credentials(
            display_name="Ann", note="A rook", avatar=png(), avatar_mime_type="image/png", fields=[("site", "none")]
        )
        assert me.display_name == "Ann" and me.fields[0].name == "site" and me.source.note == "A rook"
        ann.account_follow(bob)
        assert ann.account_pin(bob).endorsed and [account.acct for account in ann.endorsements()] == ["bob"]
        assert not ann.account_unpin(bob).endorsed
        tag = ann.featured_tag_create("rooks")
        assert [tag.name for tag in ann.featured_tags()] == ["rooks"]
        assert [tag.name for tag in ann.account_featured_tags(me.id)] == ["rooks"]
        ann.featured_tag_delete(tag)
    with part.case("finds people in the directory and by suggestions"):
        assert isinstance(ann.directory(local=True), list)
        assert isinstance(ann.suggestions(), list)


def timelines(stage, part, ann):
    with part.case("reads its timelines page by page"):
        stage.bob.post(f"/api/users/{stage.ann.id}/follow")
        ids = [stage.says(f"number {number} #numbers")["id"] for number in range(5)]
        until("all are at home", lambda: {status.id for status in ann.timeline_home()} >= set(map(int_id, ids)))
        first = ann.timeline_local(limit=2)
        second = ann.fetch_next(first)
        assert len(first) == len(second) == 2 and first[1].id > second[0].id
        assert [status.id for status in ann.fetch_previous(second)] == [status.id for status in first]
        assert len(ann.timeline_hashtag("numbers")) == 5
        assert ann.timeline_public(limit=1)[0].id >= int_id(ids[-1])
    with part.case("remembers where it read"):
        last = ann.timeline_home(limit=1)[0].id
        ann.markers_set(["home"], [last])
        assert int(ann.markers_get(["home"])["home"].last_read_id) == int(last)


def lists(stage, part, ann):
    with part.case("makes a list, fills it, reads it"):
        made = ann.list_create("Birds", replies_policy="none", exclusive=True)
        assert (made.title, made.replies_policy, made.exclusive) == ("Birds", "none", True)
        ann.list_accounts_add(made.id, [stage.bob.id])
        assert [account.acct for account in ann.list_accounts(made.id)] == ["bob"]
        assert [kept.id for kept in ann.account_lists(stage.bob.id)] == [made.id]
        post = int_id(stage.says("for the list")["id"])
        until("it is on the list", lambda: post in [status.id for status in ann.timeline_list(made.id)])
        assert post not in [status.id for status in ann.timeline_home()], "the list is exclusive"
        assert ann.list_update(made.id, "Crows").title == "Crows"
        ann.list_accounts_delete(made.id, [stage.bob.id])
        assert ann.list_accounts(made.id) == []
        ann.list_delete(made.id)
        assert ann.lists() == []


def filters(stage, part, ann):
    with part.case("filters by words, in both versions"):
        made = ann.create_filter_v2(
            "Noise", ["home", "public"], "warn", keywords_attributes=[{"keyword": "noise", "whole_word": True}]
        )
        loud, quiet = stage.says("such a NOISE")["id"], stage.says("such noises")["id"]
        (match,) = ann.status(loud).filtered
        assert match.filter.title == "Noise" and match.keyword_matches == ["noise"]
        assert ann.status(quiet).filtered == []
        word = ann.add_filter_keyword_v2(made.id, "noises")
        assert len(ann.filter_keywords_v2(made.id)) == 2 and len(ann.status(quiet).filtered) == 1
        ann.delete_filter_keyword_v2(word.id)
        added = ann.add_filter_status_v2(made.id, quiet)
        assert ann.status(quiet).filtered[0].status_matches == [quiet]
        ann.delete_filter_status_v2(added.id)
        (old,) = ann.filters()
        assert old.phrase == "noise" and set(old.context) == {"home", "public"}
        ann.delete_filter_v2(made.id)
        assert ann.filters_v2() == [] and ann.filters() == []


def notifications(stage, part, ann):
    with part.case("is told what others do, alone and in groups"):
        ann.notifications_clear()
        mine = ann.status_post("please like")
        stage.bob.post(f"/api/tweets/{mine.id}/like")
        stage.says("@ann hello")
        until("both are there", lambda: len(ann.notifications(types=["favourite", "mention"])) == 2)
        assert ann.notifications(types=["favourite"])[0].status.id == mine.id
        grouped = ann.grouped_notifications(types=["favourite"])
        (group,) = grouped.notification_groups
        assert group.notifications_count == 1 and group.sample_account_ids == [stage.bob.id]
        assert [account.acct for account in ann.grouped_notification_accounts(group.group_key)] == ["bob"]
        assert ann.notifications_unread_count().count >= 2
        ann.dismiss_grouped_notification(group.group_key)
        assert ann.notifications(types=["favourite"]) == []
    with part.case("sets aside what strangers send, and lets it in"):
        cat = stage.instance.person("cat")
        ann.update_notifications_policy(for_not_following="filter")
        cat.post("/api/tweets", {"text": "@ann let me in"})
        until("a request waits", lambda: len(ann.notification_requests()) == 1)
        assert cat.id not in [str(note.account.id) for note in ann.notifications()]
        (request,) = ann.notification_requests()
        assert request.account.acct == "cat"
        ann.accept_notification_request(request.id)
        until("it is let in", lambda: "cat" in [note.account.acct for note in ann.notifications()])
        ann.update_notifications_policy(for_not_following="accept")


def searching(stage, part, ann):
    with part.case("searches people, posts and hashtags"):
        stage.says("a needle in #haystack")
        found = until("it is found", lambda: ann.search_v2("needle", result_type="statuses").statuses)
        assert "needle" in found[0].content
        assert [account.acct for account in ann.account_search("bob")] == ["bob"]
        assert ann.account_lookup("bob").id == int_id(stage.bob.id)
        assert "haystack" in [tag.name for tag in ann.search_v2("haystack").hashtags]


def conversations(stage, part, ann):
    with part.case("talks in private"):
        stage.bob.post("/api/tweets", {"text": "@ann psst", "visibility": "direct"})
        (talk,) = until("it is there", ann.conversations)
        assert talk.unread and [account.acct for account in talk.accounts] == ["bob"]
        assert not ann.conversations_read(talk.id).unread


def scheduled(stage, part, ann):
    with part.case("writes for later, and thinks better of it"):
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        kept = ann.status_post("see you later", scheduled_at=later)
        assert kept.params.text == "see you later"
        moved = ann.scheduled_status_update(kept.id, later + datetime.timedelta(hours=1))
        assert moved.scheduled_at > later
        ann.scheduled_status_delete(kept.id)
        assert ann.scheduled_statuses() == []


def tags(stage, part, ann):
    with part.case("follows a hashtag"):
        assert ann.tag_follow("corvids").following
        assert [tag.name for tag in ann.followed_tags()] == ["corvids"]
        cat = stage.instance.person("carla")
        post = int_id(cat.post("/api/tweets", {"text": "all about #corvids"})["id"])
        until("it comes home", lambda: post in [status.id for status in ann.timeline_home()])
        assert not ann.tag_unfollow("corvids").following
    with part.case("reads what trends"):
        assert isinstance(ann.trending_tags(), list)
        assert isinstance(ann.trending_statuses(), list)
        assert isinstance(ann.trending_links(), list)


def pushing(stage, part, ann):
    with part.case("subscribes to pushes, and ends it"):
        _, public = ann.push_subscription_generate_keys()
        made = ann.push_subscription_set("https://push.test/1", public, mention_events=True, favourite_events=False)
        assert made.alerts.mention and not made.alerts.favourite and made.server_key
        assert ann.push_subscription_update(favourite_events=True).alerts.favourite
        ann.push_subscription_delete()
        missing(ann.push_subscription)


def streaming(stage, part, ann):
    with part.case("hears at once what happens"):
        heard, local = Heard(), Heard()
        assert ann.stream_healthy()
        home = ann.stream_user(heard, run_async=True)
        public = ann.stream_local(local, run_async=True)
        until("both listen", lambda: home.is_receiving() and public.is_receiving())
        post = stage.says("@ann over the wire")["id"]
        told = until("the post comes", lambda: heard.one("update", lambda status: status.id == int_id(post)))
        rest = ann.status(post)
        assert told.content == rest.content and told.account.acct == "bob"
        note = until("the notification comes", lambda: heard.one("notification", lambda note: note.type == "mention"))
        assert note.status.id == int_id(post)
        until("everybody's comes", lambda: local.one("update", lambda status: status.id == int_id(post)))
        stage.bob.call("DELETE", f"/api/tweets/{post}")
        until("its end comes", lambda: heard.one("delete", lambda gone: int(gone) == int(post)))
        home.close()
        public.close()


def leaving(stage, part, ann):
    with part.case("signs out: the token and its streams are over"):
        stream = ann.stream_user(Heard(), run_async=True)
        until("it listens", stream.is_receiving)
        ann.revoke_access_token(allow_http=True)
        until("the stream ends", lambda: not stream.is_alive())
        try:
            Mastodon(access_token="gone", api_base_url=stage.address).me()
        except MastodonUnauthorizedError:
            return
        raise AssertionError("a token that is none was taken")


def int_id(text):
    """An id as the library gives it back."""
    from mastodon.types_base import MaybeSnowflakeIdType

    return MaybeSnowflakeIdType(text)


def missing(ask):
    try:
        ask()
    except MastodonNotFoundError:
        return
    raise AssertionError("what is gone was found")
