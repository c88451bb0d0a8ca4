//! Films that wait to be worked on, and who has them.

use super::database::stores;
use super::people;
use crate::model::attachment::MediaState;
use crate::model::ids::{AccountId, MediaId};
use crate::model::tweet::Media;
use crate::store::{accounts, films, media};

const NOW: i64 = 1_767_323_045_000;
const UNTIL: i64 = NOW + 60_000;

fn upload(id: i64) -> Media {
    Media {
        id: MediaId(id),
        account: AccountId(1),
        kind: "video".to_owned(),
        mime: "application/octet-stream".to_owned(),
        file_key: Some(format!("{id}.orig")),
        state: MediaState::Waiting,
        ..Media::default()
    }
}

#[tokio::test]
async fn a_film_is_one_process_at_a_time_and_another_ones_when_its_time_is_over() {
    for test in stores().await {
        let write = test.store.write(|conn| {
            accounts::insert(conn, &people::account(1, "ann"))?;
            for id in [7, 8] {
                media::insert(conn, &upload(id), NOW)?;
                films::add(conn, MediaId(id), NOW)?;
            }
            let mut take =
                |process, now_ms, until_ms| -> Result<Option<(i64, i64)>, crate::store::StoreError> {
                    Ok(films::take(conn, process, now_ms, until_ms)?
                        .map(|job| (job.media.id.0, job.attempts)))
                };
            assert_eq!(take(1, NOW - 1, UNTIL)?, None, "not due yet");
            assert_eq!(take(1, NOW, UNTIL)?, Some((7, 1)));
            assert_eq!(take(2, NOW, UNTIL)?, Some((8, 1)));
            assert_eq!(take(3, NOW, UNTIL)?, None);
            assert_eq!(take(3, UNTIL, UNTIL + 1)?, Some((7, 2)), "a process that is gone has it no longer");
            films::give_back(conn, MediaId(8), UNTIL + 5)?;
            assert_eq!(films::take(conn, 1, UNTIL, UNTIL + 9)?, None, "it waits before the next try");
            assert_eq!(films::take_back(conn, 3)?, 1, "a process that starts again takes its own back");
            assert_eq!(films::take(conn, 3, UNTIL, UNTIL + 9)?.map(|job| job.attempts), Some(3));
            films::count(conn, 10)
        });
        assert_eq!(write.await.unwrap(), 2, "{}", test.engine);
    }
}

#[tokio::test]
async fn what_was_made_replaces_the_upload_but_not_the_picture_that_its_owner_gave() {
    for test in stores().await {
        let write = test.store.write(|conn| {
            accounts::insert(conn, &people::account(1, "ann"))?;
            media::insert(conn, &upload(7), NOW)?;
            films::add(conn, MediaId(7), NOW)?;
            let thumb = media::Thumb { key: "own.jpg".into(), width: 4, height: 3, blurhash: "own".into() };
            let words = media::Description { thumb: Some(thumb), ..media::Description::default() };
            media::describe(conn, MediaId(7), AccountId(1), &words)?;
            let made = Media {
                state: MediaState::Ready,
                file_key: Some("made.mp4".to_owned()),
                thumb_key: Some("made.jpg".to_owned()),
                thumb_width: 400,
                blurhash: Some("made".to_owned()),
                ..upload(7)
            };
            let before = films::finish(conn, &made)?.unwrap();
            assert_eq!(
                (before.file_key.as_deref(), before.thumb_key.as_deref()),
                (Some("7.orig"), Some("own.jpg"))
            );
            let after = media::by_id(conn, MediaId(7))?.unwrap();
            assert_eq!((after.file_key.as_deref(), after.state), (Some("made.mp4"), MediaState::Ready));
            assert_eq!((after.thumb_key.as_deref(), after.thumb_width), (Some("own.jpg"), 4));
            assert_eq!(after.blurhash.as_deref(), Some("own"));
            assert_eq!(films::finish(conn, &made)?, None, "it is done once");
            assert_eq!(films::finish(conn, &upload(9))?, None, "its owner took it away");
            films::count(conn, 10)
        });
        assert_eq!(write.await.unwrap(), 0, "{}", test.engine);
    }
}
