//! What an activity is about: activities about the same thing are worked off in the order in which they came.

use url::Url;

use crate::federation::objects::{Activity, Body, IdOr, Object};
use crate::federation::quirks;

/// The object of an activity; of a follow, block, like or retweet together with who does it, since only what the same
/// actor does to it must keep its order, and no stranger shall delay others. Of an undo the same as of what it undoes;
/// `undone_object` is that of the undone activity, when it is known.
pub(super) fn of(activity: &Activity, undone_object: Option<String>) -> String {
    let by_actor = |object: &Url| format!("{object} {}", activity.actor);
    let subject = match &activity.body {
        Body::Create(objects) => objects.first().and_then(IdOr::id).cloned(),
        Body::Update(object) | Body::Delete(object) => object.id().cloned(),
        Body::Accept { object, .. } | Body::Reject(object) => object.id().cloned(),
        Body::Follow(object) | Body::Block(object) | Body::Like { object, .. } => return by_actor(object),
        Body::Announce(object) => match announced(object).or_else(|| object_passed_on(object)) {
            Some(uri) => return by_actor(&uri),
            None => None,
        },
        Body::Undo(object) => match (undone_object, embedded_object(object)) {
            (Some(known), _) => return known,
            (None, Some(embedded)) => return by_actor(&embedded),
            (None, None) => object.id().cloned(),
        },
        _ => None,
    };
    subject.unwrap_or_else(|| activity.id.clone()).as_str().to_owned()
}

/// What is repeated: a post, or the post of an activity that a group passes on.
pub(super) fn announced(object: &IdOr) -> Option<Url> {
    match quirks::announced_activity(object) {
        Some(passed_on) if Object(passed_on).kind() == Some("Create") => {
            Object(passed_on).loose_link("object")
        }
        Some(_) => None,
        None => object.id().cloned(),
    }
}

/// What an activity is about that a group passes on.
fn object_passed_on(object: &IdOr) -> Option<Url> {
    let activity = Object(quirks::announced_activity(object)?);
    match activity.kind() {
        Some("Undo") => activity.get("object").and_then(Object::in_value)?.loose_link("object"),
        _ => activity.loose_link("object"),
    }
}

fn embedded_object(object: &IdOr) -> Option<Url> {
    Object(object.document()?).loose_link("object")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn subject(document: Value, undone: Option<&str>) -> String {
        let Value::Object(map) = document else { panic!("not an object") };
        of(&Activity::from_document(map).unwrap(), undone.map(str::to_owned))
    }

    fn activity(kind: &str, object: Value) -> Value {
        json!({ "id": "https://b.test/a/1", "type": kind, "actor": "https://b.test/u", "object": object })
    }

    #[test]
    fn an_undo_waits_for_what_it_undoes() {
        let like = activity("Like", json!("https://a.test/1"));
        assert_eq!(subject(like.clone(), None), "https://a.test/1 https://b.test/u");
        assert_eq!(subject(activity("Undo", like), None), "https://a.test/1 https://b.test/u");
        assert_eq!(
            subject(activity("Undo", json!("https://b.test/l/1")), Some("https://a.test/1")),
            "https://a.test/1"
        );
        assert_eq!(subject(activity("Undo", json!("https://b.test/l/1")), None), "https://b.test/l/1");
    }

    #[test]
    fn create_update_and_delete_are_about_the_post() {
        let note = json!({ "id": "https://b.test/n/1", "type": "Note" });
        for kind in ["Create", "Update", "Delete"] {
            assert_eq!(subject(activity(kind, note.clone()), None), "https://b.test/n/1", "{kind}");
        }
        assert_eq!(subject(activity("Delete", json!("https://b.test/n/1")), None), "https://b.test/n/1");
    }

    #[test]
    fn an_announce_is_about_the_post_even_in_a_groups_wrapping() {
        let announced = "https://c.test/n/1 https://b.test/u";
        assert_eq!(subject(activity("Announce", json!("https://c.test/n/1")), None), announced);
        let create = json!({ "id": "https://c.test/a/1", "type": "Create", "actor": "https://c.test/u",
            "object": { "id": "https://c.test/n/1", "type": "Note" } });
        assert_eq!(subject(activity("Announce", create), None), announced);
    }

    #[test]
    fn strangers_do_not_wait_for_each_other() {
        let of = |actor: &str| {
            let mut follow = activity("Follow", json!("https://a.test/ann"));
            follow["actor"] = json!(actor);
            subject(follow, None)
        };
        assert_ne!(of("https://b.test/u"), of("https://b.test/v"));
    }

    #[test]
    fn what_is_not_understood_is_about_itself() {
        assert_eq!(subject(activity("View", json!("https://a.test/1")), None), "https://b.test/a/1");
    }
}
