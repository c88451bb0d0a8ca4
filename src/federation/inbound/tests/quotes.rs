//! Quotes with consent, both ways, and the older ones of networks without it.

use super::*;
use crate::model::event::QuoteAnswer;
use crate::model::ids::TweetId;
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::model::visibility::Visibility;
use crate::service::{NewTweet, ProfileChanges};

const QUOTE: &str = "http://b.test/notes/1";
const QUOTED: &str = "http://c.test/notes/1";
const STAMP: &str = "http://c.test/stamps/1";

fn quoting(quoted: &str) -> Value {
    with(note(QUOTE, BOB, "<p>look</p>"), "quote", json!(quoted))
}

fn create(object: Value) -> Value {
    activity(&format!("{BOB}#create"), "Create", BOB, object)
}

fn update(number: u8, object: Value) -> Value {
    activity(&format!("{BOB}#updates/{number}"), "Update", BOB, object)
}

fn request(number: u8, quoted: &str) -> Value {
    let id = format!("{BOB}#quote_requests/{number}");
    with(activity(&id, "QuoteRequest", BOB, json!(quoted)), "instrument", quoting(quoted))
}

fn stamp(quoting: &str, quoted: &str) -> Value {
    json!({ "id": STAMP, "type": "QuoteAuthorization", "attributedTo": CAT, "interactingObject": quoting,
        "interactionTarget": quoted })
}

/// A post of `cat`'s that says whom it lets quote it.
fn careful() -> Value {
    let policy = json!({ "canQuote": { "automaticApproval": [PUBLIC] } });
    with(note(QUOTED, CAT, "<p>quote me</p>"), "interactionPolicy", policy)
}

impl World {
    async fn ann_wrote(&self, visibility: Visibility) -> (TweetId, String) {
        let new = NewTweet { text: "mine".into(), visibility: Some(visibility), ..NewTweet::default() };
        let id = self.service().create_tweet(self.ann.id, new).await.unwrap().tweet.id;
        (id, format!("http://a.test/users/ann/statuses/{id}"))
    }

    async fn ann_lets(&self, quotable: QuotePolicy) {
        let changes = ProfileChanges { quotable: Some(quotable), ..ProfileChanges::default() };
        self.service().update_profile(self.ann.id, changes).await.unwrap();
    }

    /// The stamps of the answers so far.
    async fn stamps(&self) -> Vec<Option<i64>> {
        let answer = |event| match event {
            Event::QuoteAnswered(QuoteAnswer { stamp, .. }) => Some(stamp),
            _ => None,
        };
        self.events().await.into_iter().filter_map(answer).collect()
    }

    async fn state(&self, uri: &str) -> QuoteState {
        self.tweet(uri).await.unwrap().quote_state
    }

    async fn quotes_count(&self, id: TweetId) -> i64 {
        self.service().tweet(Some(self.ann.id), id).await.unwrap().tweet.quotes_count
    }

    /// A quote of `cat`'s post by `ann`, who is to ask for it.
    async fn ann_quotes(&self) -> Tweet {
        self.serve(QUOTED, &careful());
        let quoted = self.federation.tweet(&Url::parse(QUOTED).unwrap()).await.unwrap();
        let new = NewTweet { text: "so".into(), quote_of: Some(quoted), ..NewTweet::default() };
        let view = self.service().create_tweet(self.ann.id, new).await.unwrap();
        assert!(view.quote_of.is_none(), "what is not allowed yet is not shown");
        Arc::unwrap_or_clone(view.tweet)
    }
}

fn answer_to(number: u8, kind: &str, actor: &str, quote: &Tweet) -> Value {
    let request = json!({ "type": "QuoteRequest", "id": format!("http://a.test/users/ann#quote_requests/{}", quote.id),
        "actor": "http://a.test/users/ann", "object": QUOTED });
    activity(&format!("{actor}#answers/{number}"), kind, actor, request)
}

#[tokio::test]
async fn who_may_quote_gets_a_stamp_and_the_quote_is_kept_and_told() {
    for world in worlds().await {
        let (id, uri) = world.ann_wrote(Visibility::Public).await;
        world.happens(&request(1, &uri)).await;
        let [Some(number)] = world.stamps().await[..] else { panic!("{}: no stamp", world.engine) };
        let quote = world.tweet(QUOTE).await.unwrap();
        let stamp = format!("http://a.test/users/ann/quote_authorizations/{number}");
        assert_eq!((quote.quotes(), quote.quote_stamp.as_deref()), (Some(id), Some(stamp.as_str())));
        assert_eq!(world.notifications(world.ann.id).await, [NotificationKind::Quote], "{}", world.engine);
        world.happens(&request(2, &uri)).await;
        assert_eq!(world.stamps().await, [Some(number); 2], "the same quote has one stamp");
        assert_eq!(world.quotes_count(id).await, 1);
    }
}

#[tokio::test]
async fn who_may_not_quote_is_told_so_and_nothing_is_kept() {
    for world in worlds().await {
        let (_, open) = world.ann_wrote(Visibility::Public).await;
        let (_, closed) = world.ann_wrote(Visibility::Followers).await;
        world.happens(&request(1, &closed)).await;
        world.ann_lets(QuotePolicy::Followers).await;
        world.happens(&request(2, &open)).await;
        world.ann_lets(QuotePolicy::Nobody).await;
        world.happens(&request(3, &open)).await;
        world.ann_lets(QuotePolicy::Everyone).await;
        let bob = world.actor(BOB).await;
        world.service().block(world.ann.id, bob.id).await.unwrap();
        world.happens(&request(4, &open)).await;
        assert_eq!(world.stamps().await, [None; 4], "{}", world.engine);
        assert!(world.tweet(QUOTE).await.is_none());
        assert_eq!(rows::counts(&world.test.store).await.get("quote_stamps"), Some(&0));
    }
}

#[tokio::test]
async fn a_request_speaks_only_for_its_senders_own_post() {
    for world in worlds().await {
        let (_, uri) = world.ann_wrote(Visibility::Public).await;
        let foreign = with(request(1, &uri), "instrument", json!("http://c.test/notes/9"));
        world.happens(&foreign).await;
        let put_in_mouth = with(quoting(&uri), "attributedTo", json!("http://b.test/users/eve"));
        world.happens(&with(request(2, &uri), "instrument", put_in_mouth)).await;
        assert!(world.stamps().await.is_empty(), "{}", world.engine);
        assert!(world.tweet(QUOTE).await.is_none());
    }
}

#[tokio::test]
async fn a_quote_in_an_older_form_is_shown_only_if_its_author_may_quote() {
    for world in worlds().await {
        let (id, uri) = world.ann_wrote(Visibility::Public).await;
        world.ann_lets(QuotePolicy::Nobody).await;
        let old = with(note(QUOTE, BOB, "<p>look</p>"), "_misskey_quote", json!(uri));
        world.happens(&create(old)).await;
        let quote = world.tweet(QUOTE).await.unwrap();
        assert_eq!(quote.quote_state, QuoteState::Rejected, "{}", world.engine);
        assert!(world.service().tweet(None, quote.id).await.unwrap().quote_of.is_none());
        assert!(world.notifications(world.ann.id).await.is_empty());
        assert_eq!(world.quotes_count(id).await, 0);
    }
}

#[tokio::test]
async fn a_withdrawn_quote_stays_withdrawn_whatever_its_author_sends() {
    for world in worlds().await {
        let (id, uri) = world.ann_wrote(Visibility::Public).await;
        world.happens(&request(1, &uri)).await;
        let quote = world.tweet(QUOTE).await.unwrap();
        world.service().withdraw_quote(world.ann.id, quote.id).await.unwrap();
        assert_eq!((world.state(QUOTE).await, world.quotes_count(id).await), (QuoteState::Revoked, 0));
        let told = world.events().await;
        let withdrawn = told.iter().any(|event| {
            matches!(event, Event::QuoteWithdrawn { owner, quoter, .. }
                if *owner == world.ann.id && *quoter == quote.author)
        });
        assert!(withdrawn, "{}", world.engine);
        let stamped = with(quoting(&uri), "quoteAuthorization", json!(quote.quote_stamp.unwrap()));
        world.happens(&update(1, stamped)).await;
        world.happens(&request(2, &uri)).await;
        assert_eq!(world.state(QUOTE).await, QuoteState::Revoked);
        assert_eq!(world.stamps().await.last(), Some(&None), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_quote_of_others_is_shown_by_a_stamp_that_is_theirs_and_for_it() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.serve(QUOTED, &careful());
        world.serve(STAMP, &stamp(QUOTE, QUOTED));
        world.happens(&create(with(quoting(QUOTED), "quoteAuthorization", json!(STAMP)))).await;
        let quote = world.tweet(QUOTE).await.unwrap();
        assert!(world.service().tweet(None, quote.id).await.unwrap().quote_of.is_some(), "{}", world.engine);
        // Word of the quoted author that the stamp is gone hides it; nobody else's does.
        world.happens(&activity("http://b.test/d/1", "Delete", BOB, json!(STAMP))).await;
        assert_eq!(world.state(QUOTE).await, QuoteState::Accepted);
        world.happens(&activity("http://c.test/d/1", "Delete", CAT, json!(STAMP))).await;
        assert_eq!(world.state(QUOTE).await, QuoteState::Revoked, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_stamp_for_another_quote_or_of_another_host_shows_nothing() {
    for (served, claimed) in [
        (stamp("http://b.test/notes/2", QUOTED), STAMP),
        (stamp(QUOTE, "http://c.test/notes/2"), STAMP),
        (with(stamp(QUOTE, QUOTED), "attributedTo", json!(BOB)), STAMP),
        (with(stamp(QUOTE, QUOTED), "id", json!("http://b.test/stamps/1")), "http://b.test/stamps/1"),
        (json!({ "id": STAMP, "type": "Note" }), STAMP),
    ] {
        for world in worlds().await {
            world.ann_follows(BOB).await;
            world.serve(QUOTED, &careful());
            world.serve(claimed, &served);
            world.happens(&create(with(quoting(QUOTED), "quoteAuthorization", json!(claimed)))).await;
            assert_eq!(world.state(QUOTE).await, QuoteState::Rejected, "{}: {served}", world.engine);
        }
    }
}

#[tokio::test]
async fn without_a_stamp_a_quote_waits_where_there_is_consent_and_is_shown_where_there_is_none() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.serve(QUOTED, &careful());
        world.happens(&create(quoting(QUOTED))).await;
        assert_eq!(world.state(QUOTE).await, QuoteState::Pending, "{}", world.engine);
        world.serve(STAMP, &stamp(QUOTE, QUOTED));
        world.happens(&update(1, with(quoting(QUOTED), "quoteAuthorization", json!(STAMP)))).await;
        let quote = world.tweet(QUOTE).await.unwrap();
        assert_eq!((quote.quote_state, quote.edited_at), (QuoteState::Accepted, None), "{}", world.engine);
        assert_eq!(world.tweet(QUOTED).await.unwrap().quotes_count, 1);
        world.happens(&update(2, note(QUOTE, BOB, "<p>look</p>"))).await;
        assert_eq!(world.state(QUOTE).await, QuoteState::Revoked, "its author no longer quotes");
        assert_eq!(world.tweet(QUOTED).await.unwrap().quotes_count, 0);
    }
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.serve(QUOTED, &note(QUOTED, CAT, "<p>old</p>"));
        world.happens(&create(with(note(QUOTE, BOB, "<p>look</p>"), "quoteUri", json!(QUOTED)))).await;
        assert_eq!(world.state(QUOTE).await, QuoteState::Accepted, "{}", world.engine);
    }
}

#[tokio::test]
async fn our_quote_is_shown_once_its_author_says_yes_and_hidden_when_they_change_their_mind() {
    for world in worlds().await {
        let quote = world.ann_quotes().await;
        assert_eq!(quote.quote_state, QuoteState::Pending, "{}", world.engine);
        let state = async || world.service().tweet(None, quote.id).await.unwrap().tweet.quote_state;
        // Not theirs to answer, no stamp, a stamp of another host: none of it is a yes.
        world
            .happens(&with(answer_to(1, "Accept", BOB, &quote), "result", json!("http://b.test/stamps/1")))
            .await;
        world.happens(&answer_to(2, "Accept", CAT, &quote)).await;
        world
            .happens(&with(answer_to(3, "Accept", CAT, &quote), "result", json!("http://b.test/stamps/1")))
            .await;
        assert_eq!(state().await, QuoteState::Pending, "{}", world.engine);
        world.happens(&with(answer_to(4, "Accept", CAT, &quote), "result", json!(STAMP))).await;
        let shown = world.service().tweet(None, quote.id).await.unwrap();
        assert_eq!(shown.tweet.quote_stamp.as_deref(), Some(STAMP));
        assert!(shown.quote_of.is_some() && shown.tweet.edited_at.is_none(), "{}", world.engine);
        world.happens(&activity("http://c.test/d/1", "Delete", CAT, json!(STAMP))).await;
        assert_eq!(state().await, QuoteState::Revoked);
        let decided = world.events().await;
        let decided = decided.iter().filter(|event| matches!(event, Event::QuoteDecided { .. })).count();
        assert_eq!(decided, 2, "{}: others hear of both", world.engine);
    }
}

#[tokio::test]
async fn our_quote_that_is_rejected_is_a_link_only() {
    for world in worlds().await {
        let quote = world.ann_quotes().await;
        world.happens(&answer_to(1, "Reject", BOB, &quote)).await;
        let state = async || world.service().tweet(None, quote.id).await.unwrap().tweet.quote_state;
        assert_eq!(state().await, QuoteState::Pending, "{}", world.engine);
        world.happens(&answer_to(2, "Reject", CAT, &quote)).await;
        assert_eq!(state().await, QuoteState::Rejected, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_post_whose_author_decides_about_each_quote_may_be_quoted_and_waits_for_them() {
    for world in worlds().await {
        let followers = format!("{CAT}/followers");
        let policies = [
            (json!({ "manualApproval": [PUBLIC] }), QuotePolicy::Asked),
            (json!({ "automaticApproval": [followers], "manualApproval": PUBLIC }), QuotePolicy::Asked),
            (json!({ "automaticApproval": followers }), QuotePolicy::Followers),
            (json!({ "automaticApproval": [], "manualApproval": [followers] }), QuotePolicy::Asked),
            (json!({ "automaticApproval": PUBLIC, "manualApproval": [] }), QuotePolicy::Everyone),
            (json!({ "automaticApproval": [CAT] }), QuotePolicy::Nobody),
            (json!({ "manualApproval": { "href": 3 } }), QuotePolicy::Nobody),
        ];
        for (number, (rule, policy)) in (1..).zip(policies) {
            let id = format!("http://c.test/notes/p{number}");
            let post = note(&id, CAT, "<p>quote me</p>");
            world.serve(&id, &with(post, "interactionPolicy", json!({ "canQuote": rule })));
            let quoted = world.federation.tweet(&Url::parse(&id).unwrap()).await.unwrap();
            assert_eq!(world.tweet(&id).await.unwrap().can_quote, Some(policy), "{}: {rule}", world.engine);
            let new =
                NewTweet { text: format!("so {number}"), quote_of: Some(quoted), ..NewTweet::default() };
            match world.service().create_tweet(world.ann.id, new).await {
                Ok(view) => {
                    assert_eq!(view.tweet.quote_state, QuoteState::Pending, "{}: {rule}", world.engine);
                    assert_ne!(policy, QuotePolicy::Nobody, "{}: {rule}", world.engine);
                }
                Err(error) => {
                    assert_eq!(error.code(), "not_allowed", "{}: {rule}", world.engine);
                    assert_eq!(policy, QuotePolicy::Nobody, "{}: {rule}", world.engine);
                }
            }
        }
    }
}

#[tokio::test]
async fn the_words_that_stand_for_a_quote_are_kept_for_when_it_is_not_shown_and_are_no_text() {
    for world in worlds().await {
        let (_, uri) = world.ann_wrote(Visibility::Public).await;
        let fallback = format!("<p class=\"quote-inline\">RE: <a href=\"{uri}\">{uri}</a></p>");
        let quote = with(quoting(&uri), "content", json!(format!("{fallback}<p>look</p>")));
        world.happens(&create(quote)).await;
        let tweet = world.tweet(QUOTE).await.unwrap();
        assert_eq!(tweet.text, "look", "{}", world.engine);
        assert!(tweet.html.contains("class=\"quote-inline\""), "{}: {}", world.engine, tweet.html);
    }
}

#[tokio::test]
async fn a_post_of_ours_with_a_policy_of_its_own_goes_by_that() {
    for world in worlds().await {
        world.ann_lets(QuotePolicy::Everyone).await;
        let (id, uri) = world.ann_wrote(Visibility::Public).await;
        world.service().set_quotable(world.ann.id, id, QuotePolicy::Nobody).await.unwrap();
        world.happens(&request(1, &uri)).await;
        assert_eq!(world.stamps().await, [None], "{}", world.engine);
        world.service().set_quotable(world.ann.id, id, QuotePolicy::Everyone).await.unwrap();
        world.ann_lets(QuotePolicy::Nobody).await;
        world.happens(&request(2, &uri)).await;
        assert!(world.stamps().await[1].is_some(), "{}", world.engine);
    }
}
