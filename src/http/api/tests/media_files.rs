//! Pictures on their way out: served as they were kept, kept as long as they are needed, remote ones through us.

use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use super::media::{picture, send};
use super::world::{Person, World, id, worlds};
use crate::clock::DAY_MS;
use crate::model::account::Account;
use crate::model::ids::{AccountId, MediaId};
use crate::model::pictures;
use crate::model::tweet::Media;
use crate::service::media_upkeep::remove_abandoned;
use crate::store::{accounts, media};

/// What nobody but the photographer should learn.
const SECRET: &[u8] = b"52.5200 N 13.4050 E";

/// A JPEG with Exif data, as cameras write them.
fn photo() -> Vec<u8> {
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_fn(90, 60, |x, y| {
        image::Rgb([u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 90])
    });
    image.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let exif = [b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0".as_slice(), SECRET].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let jpeg = jpeg.into_inner();
    [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

async fn uploaded(world: &World, who: &Person, picture: &[u8]) -> Value {
    send(world, who, "POST /api/media", &[("file", picture)]).await.good()
}

#[tokio::test]
async fn an_attached_photo_is_served_without_what_the_camera_wrote() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let photo = photo();
        assert!(contains(&photo, SECRET));
        let media = uploaded(&world, &ann, &photo).await;
        assert_eq!(world.get(&ann, &format!("/api/media/{}", id(&media))).await, media);
        let tweet = json!({"text": "look", "media": [media["id"]]});
        let tweet = world.ask(Some(&ann), "POST /api/tweets", Some(tweet)).await.good();
        for (address, size) in [("url", (90, 60)), ("preview_url", (90, 60))] {
            let address = tweet["media"][0][address].as_str().unwrap();
            let (status, headers, bytes) = world.file(&format!("GET {address}"), &[]).await;
            assert_eq!((status, &headers["content-type"]), (200, &"image/jpeg".parse().unwrap()));
            assert_eq!(headers["content-length"], bytes.len().to_string().as_str());
            assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
            assert_eq!(headers["content-security-policy"], "default-src 'none'");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert!(!contains(&bytes, SECRET) && !contains(&bytes, b"Exif"));
            let image = image::load_from_memory(&bytes).unwrap();
            assert_eq!((image.width(), image.height()), size);

            let (status, described, body) = world.file(&format!("HEAD {address}"), &[]).await;
            assert_eq!((status, body.len()), (200, 0));
            assert_eq!(described["content-length"], headers["content-length"]);
            let etag = headers["etag"].to_str().unwrap();
            for known in [etag.to_owned(), format!("\"x\", W/{etag}"), "*".to_owned()] {
                let again = world.file(&format!("GET {address}"), &[("if-none-match", &known)]).await;
                assert_eq!((again.0, again.2.len(), &again.1["etag"]), (304, 0, &headers["etag"]), "{known}");
            }
            assert_eq!(world.file(&format!("GET {address}"), &[("if-none-match", "\"x\"")]).await.0, 200);
        }
    }
}

#[tokio::test]
async fn what_is_no_key_of_a_file_is_not_found() {
    for world in worlds().await {
        for path in [
            "/media/00/00/00000000000000000000000000000000.jpg",
            "/media/00/00/../../rookery.db",
            "/media/00/00/%2e%2e",
            "/media/00/00/%ff",
            "/media/00/00/00000000000000000000000000000000.html",
            "/media/x",
            "/media/",
        ] {
            let answer = world.ask(None, &format!("GET {path}"), None).await;
            assert_eq!(answer.problem(), (404, "not_found", None), "{path}");
        }
    }
}

#[tokio::test]
async fn too_big_a_picture_is_refused_at_the_limit() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let big = vec![0; (1 << 20) + 1];
        for line in ["POST /api/media", "PUT /api/users/me/avatar", "PUT /api/users/me/header"] {
            let refused = send(&world, &ann, line, &[("file", &big)]).await;
            assert_eq!(refused.problem(), (422, "too_big", Some("file")), "{line}");
        }
        assert_eq!(world.files(), 0);
    }
}

#[tokio::test]
async fn uploads_that_no_tweet_takes_go_after_a_day_and_pictures_go_with_their_tweet() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let forgotten = uploaded(&world, &ann, &picture()).await;
        let shown = uploaded(&world, &ann, &picture()).await;
        let strangers = world.ask(Some(&bob), &format!("GET /api/media/{}", id(&shown)), None).await;
        assert_eq!(strangers.problem(), (404, "not_found", None));
        let tweet = json!({"text": "", "media": [shown["id"]]});
        let tweet = id(&world.ask(Some(&ann), "POST /api/tweets", Some(tweet)).await.good());
        assert_eq!(remove_abandoned(&world.service, &world.media).await.unwrap(), 0);
        world.clock.advance(DAY_MS + 1);
        assert_eq!(remove_abandoned(&world.service, &world.media).await.unwrap(), 1, "{}", world.engine);
        let lost = world.ask(Some(&ann), &format!("GET /api/media/{}", id(&forgotten)), None).await;
        assert_eq!((lost.problem().0, world.files()), (404, 2));

        world.act(&ann, &format!("DELETE /api/tweets/{tweet}")).await;
        assert_eq!(remove_abandoned(&world.service, &world.media).await.unwrap(), 1);
        assert_eq!((world.files(), world.rows().await["media"]), (0, 0));
    }
}

/// A remote picture that nobody has looked at; answers its paths, whole and small.
async fn remote_picture(world: &World, source: &str) -> (String, String) {
    let mut owner = Account::blank(AccountId(5), "far".into(), 0);
    owner.domain = Some("a.test".into());
    let remote = Media {
        id: MediaId(7),
        account: owner.id,
        tweet: None,
        kind: "image".into(),
        mime: "image/png".into(),
        file_key: None,
        thumb_key: None,
        remote_url: Some(source.into()),
        alt: String::new(),
        width: 0,
        height: 0,
        thumb_width: 0,
        thumb_height: 0,
        blurhash: None,
        size_bytes: 0,
        ..Default::default()
    };
    let paths = (pictures::attachment_url(&remote), pictures::attachment_preview_url(&remote));
    let written = world.service.store().write(move |conn| {
        accounts::insert(conn, &owner)?;
        media::insert(conn, &remote, 0)
    });
    written.await.unwrap();
    (paths.0.unwrap(), paths.1.unwrap())
}

#[tokio::test]
async fn a_remote_picture_is_served_from_here() {
    for world in worlds().await {
        let (whole, small) = remote_picture(&world, "http://a.test/1.png").await;
        let answer = ResponseTemplate::new(200).set_body_bytes(picture());
        Mock::given(path("/1.png")).respond_with(answer).mount(&world.remote).await;
        for (at, kind) in [(&whole, "image/png"), (&small, "image/jpeg")] {
            let viewer = [("cookie", "secret=1"), ("x-forwarded-for", "203.0.113.1"), ("user-agent", "me")];
            let (status, headers, bytes) = world.file(&format!("GET {at}"), &viewer).await;
            assert_eq!((status, &headers["content-type"]), (200, &kind.parse().unwrap()), "{at}");
            assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
            assert!(image::load_from_memory(&bytes).is_ok());
        }
        let seen = world.remote.received_requests().await.unwrap();
        let mut told: Vec<&str> = seen[0].headers.keys().map(axum::http::HeaderName::as_str).collect();
        told.sort_unstable();
        assert_eq!((seen.len(), told), (1, vec!["accept", "host", "user-agent"]));
        assert_eq!(seen[0].headers["user-agent"], "test");
    }
}

#[tokio::test]
async fn a_remote_picture_that_cannot_be_had_is_not_found_for_a_while() {
    for world in worlds().await {
        let (whole, _) = remote_picture(&world, "http://a.test/gone.png").await;
        for at in [
            whole.as_str(),
            "/media/remote/7",
            "/media/remote/7?v=0123456789abcdef",
            "/media/remote/avatar/5",
        ] {
            let answer = world.ask(None, &format!("GET {at}"), None).await;
            assert_eq!(answer.problem(), (404, "not_found", None), "{at}");
            assert_eq!(answer.headers["cache-control"], "public, max-age=600");
        }
        assert_eq!(world.remote.received_requests().await.unwrap().len(), 1);
        let bad = world.ask(None, "GET /media/remote/x", None).await;
        assert_eq!(bad.problem(), (400, "bad_id", Some("mediaId")));
        let bad = world.ask(None, &format!("GET {whole}&size=huge"), None).await;
        assert_eq!(bad.problem(), (422, "invalid", Some("size")));
    }
}
