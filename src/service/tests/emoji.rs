//! Admins and the instance's own emoji, on both engines.

use super::world::worlds;
use crate::config::limits::{EMOJI_CATEGORY_MAX, EMOJI_OWN_MAX};
use crate::model::account::Account;
use crate::model::emoji::{EmojiPicture, OwnEmoji, RemoteEmoji, remote_key};
use crate::model::event::Event;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::poll::{Poll, PollOption};
use crate::model::tweet::Tweet;
use crate::service::{EmojiChanges, NewEmoji, Operator, blank_tweet};
use crate::store::{Conn, custom_emoji};

const BY: Operator = Operator::CommandLine;

fn new(shortcode: &str) -> NewEmoji {
    NewEmoji { shortcode: shortcode.into(), category: " birds ".into(), file_key: format!("{shortcode}-1") }
}

#[tokio::test]
async fn an_emoji_is_added_replaced_disabled_and_removed() {
    for world in worlds().await {
        let service = &world.service;
        let rook = service.add_emoji(BY, new("rook")).await.unwrap();
        assert_eq!((rook.category.as_str(), rook.enabled), ("birds", true), "{}", world.engine);
        assert_eq!(service.add_emoji(BY, new(":rook:")).await.unwrap_err().code(), "taken");
        assert_eq!(service.palette().get("rook"), Some(&rook));

        world.clock.advance(1_000);
        let picture = EmojiChanges { file_key: Some("rook-2".into()), ..EmojiChanges::default() };
        let (replaced, orphan) = service.change_emoji(BY, "rook", picture).await.unwrap();
        assert_eq!((replaced.file_key.as_str(), orphan.as_deref()), ("rook-2", Some("rook-1")));
        assert_eq!(replaced.updated_at - rook.updated_at, 1_000);

        let disable = EmojiChanges { enabled: Some(false), ..EmojiChanges::default() };
        let (disabled, orphan) = service.change_emoji(BY, "rook", disable).await.unwrap();
        assert_eq!((disabled.updated_at, orphan), (replaced.updated_at, None), "its picture is the same");
        assert!(service.palette().get("rook").is_none());
        assert_eq!(service.emoji("", 10).await.unwrap().items, [disabled], "admins still see it");

        assert_eq!(service.remove_emoji(BY, "rook").await.unwrap(), "rook-2");
        assert_eq!(service.remove_emoji(BY, "rook").await.unwrap_err().code(), "not_found");
        let log = world.log().await;
        assert_eq!(log.iter().filter(|event| **event == Event::EmojiChanged).count(), 4, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_another_process_changed_is_seen_after_it_was_read_anew() {
    for world in worlds().await {
        let rook = world.service.add_emoji(BY, new("rook")).await.unwrap();
        let gone = world.service.store().write(|conn: &mut Conn| custom_emoji::remove(conn, "rook", 1));
        assert_eq!(gone.await.unwrap(), Some(rook));
        assert!(world.service.palette().get("rook").is_some());
        world.service.read_palette().await.unwrap();
        assert!(world.service.palette().get("rook").is_none(), "{}", world.engine);
    }
}

#[tokio::test]
async fn codes_categories_and_their_number_have_limits_and_lists_have_pages() {
    for world in worlds().await {
        let service = &world.service;
        let long = NewEmoji { category: "x".repeat(EMOJI_CATEGORY_MAX + 1), ..new("rook") };
        let refused = service.add_emoji(BY, long).await.unwrap_err();
        assert_eq!((refused.field(), refused.code()), (Some("category"), "too_long"), "{}", world.engine);
        assert_eq!(service.add_emoji(BY, new("ro ok")).await.unwrap_err().code(), "bad_characters");
        let most = i64::try_from(EMOJI_OWN_MAX).unwrap();
        let one = service.add_emoji(BY, new("e0")).await.unwrap();
        let fill = move |conn: &mut Conn| {
            (1..most).try_for_each(|n| {
                let emoji = OwnEmoji { id: RowId(n), shortcode: format!("e{n}"), ..one.clone() };
                custom_emoji::insert(conn, &emoji)
            })
        };
        service.store().write(fill).await.unwrap();
        assert_eq!(service.add_emoji(BY, new("rook")).await.unwrap_err().code(), "too_many");
        let first = service.emoji("", 2).await.unwrap();
        assert_eq!((first.items.len(), first.next.as_deref()), (2, Some("e1")));
        assert_eq!(service.emoji("e999", 2).await.unwrap().next, None);
    }
}

fn codes_of(pictures: &[EmojiPicture]) -> Vec<&str> {
    pictures.iter().map(|picture| picture.shortcode.as_str()).collect()
}

#[tokio::test]
async fn enabled_emoji_are_drawn_wherever_a_tweet_or_account_of_ours_has_words() {
    for world in worlds().await {
        for code in ["rook", "crow", "jay", "old"] {
            world.service.add_emoji(BY, new(code)).await.unwrap();
        }
        let disable = EmojiChanges { enabled: Some(false), ..EmojiChanges::default() };
        world.service.change_emoji(BY, "old", disable).await.unwrap();
        let palette = world.service.palette();
        let options = vec![PollOption { title: ":jay:".into(), votes: 0 }];
        let tweet = Tweet {
            text: ":rook: :rook: :old: :unknown:".into(),
            content_warning: ":crow:".into(),
            poll: Some(Poll { options, multiple: false, ends_at: None, voters: None }),
            ..blank_tweet(TweetId(1), AccountId(1), 1)
        };
        assert_eq!(codes_of(&palette.of_tweet(&tweet)), ["crow", "jay", "rook"], "{}", world.engine);
        let display_name = "Ann :rook:".into();
        let account = Account { display_name, ..Account::blank(AccountId(1), "ann".into(), 1) };
        assert_eq!(codes_of(&palette.of_account(&account)), ["rook"]);

        // What is remote has the emoji of its own host alone.
        let theirs = RemoteEmoji { id: RowId(7), shortcode: "elm".into(), key: remote_key("b.test", "elm") };
        let theirs = Tweet { local: false, text: ":rook: :elm:".into(), emoji: vec![theirs], ..tweet };
        let drawn = palette.of_tweet(&theirs);
        assert_eq!(codes_of(&drawn), ["elm"]);
        assert!(drawn[0].path.starts_with("/media/remote/emoji/7?v="), "{}", drawn[0].path);
    }
}
