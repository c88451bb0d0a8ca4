//! Our own activities, built exactly as peers expect them.
//!
//! `actor` and `object` are plain ids where an id suffices; `Create` and `Update` carry the whole object; `Accept`,
//! `Reject` and `Undo` embed the whole inner activity, because some peers match on it.

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::actor::ActorDocument;
use super::addressing::{Addressing, PUBLIC};
use super::liberal::write_time;
use super::local::LocalActor;
use super::note::Note;
use super::tombstone::Tombstone;
use crate::clock::Millis;
use crate::federation::context::WithContext;

/// Bytes of an activity that every peer takes; Misskey refuses longer ones.
pub const MAX_ACTIVITY_BYTES: usize = 64 * 1024;

/// An own activity, ready to be written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutgoingActivity {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    to: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cc: Vec<String>,
    object: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instrument: Option<Value>,
}

impl OutgoingActivity {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it makes or changes a post that is for its actor's followers, and not for everybody.
    pub fn is_for_followers(&self) -> bool {
        let followers = format!("{}/followers", self.actor);
        let mut recipients = self.to.iter().chain(&self.cc);
        matches!(self.kind, "Create" | "Update" | "Announce")
            && self.to.contains(&followers)
            && !recipients.any(|recipient| recipient == PUBLIC)
    }

    /// The JSON bytes to send, with `@context`.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        WithContext::new(self).to_bytes()
    }

    /// Without `@context`, to be listed in a collection.
    pub fn to_value(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    fn addressed(self, addressing: &Addressing) -> Self {
        let texts = |urls: &[Url]| urls.iter().map(Url::to_string).collect();
        Self { to: texts(&addressing.to), cc: texts(&addressing.cc), ..self }
    }

    fn to(self, recipient: &str) -> Self {
        Self { to: vec![recipient.to_owned()], ..self }
    }

    fn published(self, at: String) -> Self {
        Self { published: Some(at), ..self }
    }
}

/// A follow or quote request of somebody else that is answered; written back as it came.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The id of the request.
    pub id: &'a str,
    /// Who asks.
    pub actor: &'a str,
    /// What is asked for: the followed actor, or the post to be quoted.
    pub object: &'a str,
}

impl Asked<'_> {
    fn as_follow(&self) -> Value {
        json!({ "id": self.id, "type": "Follow", "actor": self.actor, "object": self.object })
    }

    fn as_quote_request(&self, quoting: &str) -> Value {
        json!({ "id": self.id, "type": "QuoteRequest", "actor": self.actor, "object": self.object,
            "instrument": quoting })
    }
}

/// A vote in somebody else's poll.
#[derive(Clone, Copy, Debug)]
pub struct Vote<'a> {
    /// Our number for it.
    pub number: i64,
    /// The poll's post.
    pub question: &'a str,
    /// The poll's author.
    pub author: &'a str,
    /// The text of the chosen option.
    pub option: &'a str,
}

/// What our own actors do. `number` makes an id unique among the actor's activities of that kind.
impl LocalActor {
    /// A new post, for whom the post is.
    pub fn create(&self, note: &Note) -> Result<OutgoingActivity, serde_json::Error> {
        let activity = self.does("Create", format!("{}/activity", note.id()), serde_json::to_value(note)?);
        Ok(activity.published(note.published().to_owned()).addressed(note.addressing()))
    }

    /// An edited post, for whom the post is.
    pub fn update_note(
        &self,
        note: &Note,
        updated_ms: Millis,
    ) -> Result<OutgoingActivity, serde_json::Error> {
        let id = format!("{}#updates/{updated_ms}", note.id());
        let activity = self.does("Update", id, serde_json::to_value(note)?);
        Ok(activity.published(write_time(updated_ms)).addressed(note.addressing()))
    }

    /// A post with a poll's new counts, or a quote that stands otherwise now; `what` tells these apart. It is not
    /// another version of its words.
    pub fn update_beside(
        &self,
        note: &Note,
        what: &str,
        at_ms: Millis,
    ) -> Result<OutgoingActivity, serde_json::Error> {
        let id = format!("{}#{what}/{at_ms}", note.id());
        let activity = self.does("Update", id, serde_json::to_value(note)?);
        Ok(activity.published(write_time(at_ms)).addressed(note.addressing()))
    }

    /// A changed profile.
    pub fn update_actor(
        &self,
        number: i64,
        actor: &ActorDocument,
    ) -> Result<OutgoingActivity, serde_json::Error> {
        Ok(self
            .does("Update", self.under(&format!("#updates/{number}")), serde_json::to_value(actor)?)
            .to(PUBLIC))
    }

    /// A deleted post. Addressed to everybody, whoever could see it: it tells only the id.
    pub fn delete_status(&self, tweet: i64) -> Result<OutgoingActivity, serde_json::Error> {
        let note = self.status(tweet);
        let id = format!("{note}#delete");
        Ok(self.does("Delete", id, serde_json::to_value(Tombstone::new(note, None))?).to(PUBLIC))
    }

    /// The actor itself is deleted.
    pub fn delete_self(&self) -> OutgoingActivity {
        self.does("Delete", self.under("#delete"), json!(self.id())).to(PUBLIC)
    }

    /// Asks to follow `target`.
    pub fn follow(&self, number: i64, target: &str) -> OutgoingActivity {
        self.does("Follow", self.under(&format!("#follows/{number}")), json!(target))
    }

    /// Asks a relay for its posts: by its actor (LitePub), or by a Follow of everybody (Mastodon).
    pub fn follow_relay(&self, number: i64, relay: Option<&str>) -> OutgoingActivity {
        self.does("Follow", self.relay_follow(number), json!(relay.unwrap_or(PUBLIC)))
    }

    /// Lets somebody follow.
    pub fn accept_follow(&self, number: i64, follow: &Asked<'_>) -> OutgoingActivity {
        let id = self.under(&format!("#accepts/follows/{number}"));
        self.does("Accept", id, follow.as_follow()).to(follow.actor)
    }

    /// Does not let somebody follow, or no longer.
    pub fn reject_follow(&self, number: i64, follow: &Asked<'_>) -> OutgoingActivity {
        let id = self.under(&format!("#rejects/follows/{number}"));
        self.does("Reject", id, follow.as_follow()).to(follow.actor)
    }

    /// Likes a post.
    pub fn like(&self, number: i64, object: &str) -> OutgoingActivity {
        self.does("Like", self.under(&format!("#likes/{number}")), json!(object))
    }

    /// Reacts to a post with an emoji.
    pub fn emoji_react(&self, number: i64, object: &str, emoji: &str) -> OutgoingActivity {
        let activity = self.does("EmojiReact", self.under(&format!("#reacts/{number}")), json!(object));
        OutgoingActivity { content: Some(emoji.to_owned()), ..activity }
    }

    /// Retweets a post; `tweet` is the retweet's own id.
    pub fn announce(
        &self,
        tweet: i64,
        object: &str,
        at_ms: Millis,
        addressing: &Addressing,
    ) -> OutgoingActivity {
        let activity = self.does("Announce", self.status_activity(tweet), json!(object));
        activity.published(write_time(at_ms)).addressed(addressing)
    }

    /// Takes back an earlier activity of its own, for whom that was.
    pub fn undo(&self, earlier: &OutgoingActivity) -> Result<OutgoingActivity, serde_json::Error> {
        let activity = self.does("Undo", format!("{}/undo", earlier.id), earlier.to_value()?);
        Ok(OutgoingActivity { to: earlier.to.clone(), cc: earlier.cc.clone(), ..activity })
    }

    /// Moves to another account.
    pub fn move_to(&self, number: i64, target: &str) -> OutgoingActivity {
        let activity = self.does("Move", self.under(&format!("#moves/{number}")), json!(self.id()));
        OutgoingActivity { target: Some(target.to_owned()), ..activity }.to(&self.followers())
    }

    /// Blocks somebody; sent to their server only.
    pub fn block(&self, number: i64, target: &str) -> OutgoingActivity {
        self.does("Block", self.under(&format!("#blocks/{number}")), json!(target)).to(target)
    }

    /// Reports an account and some of its posts. Sent by the instance's actor, so that the reporter stays unnamed.
    pub fn flag(&self, number: i64, reported: &str, posts: &[String], comment: &str) -> OutgoingActivity {
        let objects: Vec<&str> = std::iter::once(reported).chain(posts.iter().map(String::as_str)).collect();
        let activity = self.does("Flag", format!("{}/reports/{number}", self.base()), json!(objects));
        OutgoingActivity { content: Some(comment.to_owned()), ..activity }.to(reported)
    }

    /// Pins a post.
    pub fn pin(&self, tweet: i64) -> OutgoingActivity {
        let activity = self.does("Add", self.under(&format!("#pin/{tweet}")), json!(self.status(tweet)));
        OutgoingActivity { target: Some(self.featured()), ..activity }.to(PUBLIC)
    }

    /// Unpins a post.
    pub fn unpin(&self, tweet: i64) -> OutgoingActivity {
        let activity = self.does("Remove", self.under(&format!("#unpin/{tweet}")), json!(self.status(tweet)));
        OutgoingActivity { target: Some(self.featured()), ..activity }.to(PUBLIC)
    }

    /// Votes in a poll.
    pub fn vote(&self, vote: &Vote<'_>) -> OutgoingActivity {
        let id = self.under(&format!("#votes/{}", vote.number));
        let note = json!({ "id": id, "type": "Note", "name": vote.option, "attributedTo": self.id(),
            "inReplyTo": vote.question, "to": [vote.author] });
        self.does("Create", format!("{id}/activity"), note).to(vote.author)
    }

    /// Asks to quote a post (FEP-044f); `quoting` is our post: whole, or its id when it is not for everybody.
    pub fn quote_request(&self, number: i64, quoted: &str, quoting: Value) -> OutgoingActivity {
        let activity =
            self.does("QuoteRequest", self.under(&format!("#quote_requests/{number}")), json!(quoted));
        OutgoingActivity { instrument: Some(quoting), ..activity }
    }

    /// Lets somebody quote, by the stamp with our number `stamp`; `quoting` is their post.
    pub fn accept_quote(
        &self,
        number: i64,
        stamp: i64,
        request: &Asked<'_>,
        quoting: &str,
    ) -> OutgoingActivity {
        let id = self.under(&format!("#accepts/quote_requests/{number}"));
        let activity = self.does("Accept", id, request.as_quote_request(quoting));
        OutgoingActivity { result: Some(self.quote_stamp(stamp)), ..activity }.to(request.actor)
    }

    /// Does not let somebody quote.
    pub fn reject_quote(&self, number: i64, request: &Asked<'_>, quoting: &str) -> OutgoingActivity {
        let id = self.under(&format!("#rejects/quote_requests/{number}"));
        self.does("Reject", id, request.as_quote_request(quoting)).to(request.actor)
    }

    /// Takes back a stamp: the quote is no longer allowed.
    pub fn revoke_quote(&self, number: i64) -> OutgoingActivity {
        let stamp = self.quote_stamp(number);
        self.does("Delete", format!("{stamp}#delete"), json!(stamp)).to(PUBLIC)
    }

    fn does(&self, kind: &'static str, id: String, object: Value) -> OutgoingActivity {
        OutgoingActivity {
            id,
            kind,
            actor: self.id().to_owned(),
            published: None,
            to: Vec::new(),
            cc: Vec::new(),
            object,
            target: None,
            content: None,
            result: None,
            instrument: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::activity::{Activity, Body};
    use super::super::note;
    use super::*;

    const U: &str = "https://a.test/users/1";
    const BOB: &str = "https://b.test/users/bob";
    const NOTE: &str = "https://b.test/notes/1";

    fn ann() -> LocalActor {
        LocalActor::new("https://a.test", U)
    }

    fn written(activity: &OutgoingActivity) -> Value {
        activity.to_value().unwrap()
    }

    #[test]
    fn small_activities_are_written_exactly_so() {
        let ann = ann();
        for (activity, expected) in [
            (
                ann.follow(12, BOB),
                json!({ "id": format!("{U}#follows/12"), "type": "Follow", "actor": U, "object": BOB }),
            ),
            (
                ann.like(4, NOTE),
                json!({ "id": format!("{U}#likes/4"), "type": "Like", "actor": U, "object": NOTE }),
            ),
            (
                ann.emoji_react(5, NOTE, "🎉"),
                json!({ "id": format!("{U}#reacts/5"), "type": "EmojiReact", "actor": U,
                "object": NOTE, "content": "🎉" }),
            ),
            (
                ann.delete_self(),
                json!({ "id": format!("{U}#delete"), "type": "Delete", "actor": U, "to": [PUBLIC], "object": U }),
            ),
            (
                ann.delete_status(7).unwrap(),
                json!({ "id": format!("{U}/statuses/7#delete"), "type": "Delete", "actor": U,
                "to": [PUBLIC], "object": { "id": format!("{U}/statuses/7"), "type": "Tombstone" } }),
            ),
            (
                ann.move_to(1, "https://c.test/users/ann"),
                json!({ "id": format!("{U}#moves/1"), "type": "Move", "actor": U,
                "object": U, "target": "https://c.test/users/ann", "to": [format!("{U}/followers")] }),
            ),
            (
                ann.block(2, BOB),
                json!({ "id": format!("{U}#blocks/2"), "type": "Block", "actor": U, "object": BOB, "to": [BOB] }),
            ),
            (
                LocalActor::instance("https://a.test").flag(3, BOB, &[NOTE.to_owned()], "why"),
                json!({ "id": "https://a.test/reports/3", "type": "Flag", "actor": "https://a.test/actor", "content": "why",
                    "object": [BOB, NOTE], "to": [BOB] }),
            ),
            (
                ann.pin(7),
                json!({ "id": format!("{U}#pin/7"), "type": "Add", "actor": U, "to": [PUBLIC],
                "object": format!("{U}/statuses/7"), "target": format!("{U}/collections/featured") }),
            ),
        ] {
            assert_eq!(written(&activity), expected);
        }
    }

    #[test]
    fn an_answer_or_an_undo_embeds_the_whole_inner_activity() {
        let ann = ann();
        let follow = Asked { id: "https://b.test/f/1", actor: BOB, object: U };
        let inner = json!({ "id": "https://b.test/f/1", "type": "Follow", "actor": BOB, "object": U });
        for (answer, kind) in
            [(ann.accept_follow(9, &follow), "Accept"), (ann.reject_follow(9, &follow), "Reject")]
        {
            let answer = written(&answer);
            assert_eq!(
                (&answer["type"], &answer["object"], &answer["to"]),
                (&json!(kind), &inner, &json!([BOB]))
            );
        }
        let like = ann.like(4, NOTE);
        assert_eq!(
            written(&ann.undo(&like).unwrap()),
            json!({ "id": format!("{U}#likes/4/undo"), "type": "Undo", "actor": U, "object": {
                "id": format!("{U}#likes/4"), "type": "Like", "actor": U, "object": NOTE } })
        );
    }

    #[test]
    fn a_post_is_sent_with_its_own_addressing() {
        let note = note::example(&ann());
        for activity in [ann().create(&note).unwrap(), ann().update_note(&note, 1_767_323_045_001).unwrap()] {
            let activity = written(&activity);
            assert_eq!(
                (&activity["to"], &activity["cc"]),
                (&activity["object"]["to"], &activity["object"]["cc"])
            );
            assert_eq!(activity["object"]["content"], "<p>hi</p>");
        }
        let create = written(&ann().create(&note).unwrap());
        assert_eq!(
            (create["id"].as_str(), create["published"].as_str()),
            (Some("https://a.test/users/1/statuses/7/activity"), Some("2026-01-02T03:04:05Z"))
        );
        let announce = ann().announce(8, NOTE, 1_767_323_045_000, note.addressing());
        assert_eq!(written(&announce)["object"], NOTE);
        assert_eq!(written(&ann().undo(&announce).unwrap())["to"], json!([PUBLIC]));
    }

    #[test]
    fn a_vote_is_a_named_note_for_the_author_only() {
        let vote =
            ann().vote(&Vote { number: 1, question: "https://b.test/q/1", author: BOB, option: "Yes" });
        assert_eq!(
            written(&vote),
            json!({ "id": format!("{U}#votes/1/activity"), "type": "Create", "actor": U, "to": [BOB], "object": {
                "id": format!("{U}#votes/1"), "type": "Note", "name": "Yes", "attributedTo": U,
                "inReplyTo": "https://b.test/q/1", "to": [BOB] } })
        );
    }

    #[test]
    fn a_quote_is_asked_for_answered_and_revoked() {
        let ann = ann();
        let request =
            written(&ann.quote_request(3, NOTE, serde_json::to_value(note::example(&ann)).unwrap()));
        assert_eq!(
            (&request["object"], &request["instrument"]["id"]),
            (&json!(NOTE), &json!(format!("{U}/statuses/7")))
        );
        let asked =
            Asked { id: "https://b.test/r/1", actor: BOB, object: "https://a.test/users/1/statuses/7" };
        let accept = written(&ann.accept_quote(6, 5, &asked, NOTE));
        assert_eq!(accept["result"], format!("{U}/quote_authorizations/5"));
        assert_eq!(
            (&accept["object"]["type"], &accept["object"]["instrument"]),
            (&json!("QuoteRequest"), &json!(NOTE))
        );
        assert!(written(&ann.reject_quote(5, &asked, NOTE)).get("result").is_none());
        assert_eq!(written(&ann.revoke_quote(5))["object"], format!("{U}/quote_authorizations/5"));
    }

    #[test]
    fn what_we_send_our_own_parser_reads() {
        let ann = ann();
        let bytes = ann.create(&note::example(&ann)).unwrap().to_bytes().unwrap();
        let activity = Activity::parse(&bytes).unwrap();
        assert_eq!((activity.actor.as_str(), activity.raw["@context"].is_array()), (U, true));
        let Body::Create(objects) = activity.body else { panic!() };
        assert_eq!(objects[0].kind(), Some("Note"));
        let undo = ann.undo(&ann.follow(1, BOB)).unwrap().to_bytes().unwrap();
        let Body::Undo(inner) = Activity::parse(&undo).unwrap().body else { panic!() };
        assert_eq!(inner.id().unwrap().as_str(), "https://a.test/users/1#follows/1");
    }
}
