//! Remote pictures against an instance of our own making, on both engines.

use crate::store::tests::database;

use std::collections::HashMap;
use std::path::Path;

use futures_util::future::join_all;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use self::database::{TestStore, stores};
use super::*;
use crate::client::ClientSettings;
use crate::clock::Clock;
use crate::media::MediaSettings;
use crate::model::account::Account;
use crate::model::address::Addresses;
use crate::model::ids::IdMaker;
use crate::service::Rules;
use crate::store::emoji::Named;

/// The least that a file counts: room for one small picture and its small version.
const BLOCK: u64 = 4 << 10;

struct World {
    pictures: RemotePictures,
    remote: MockServer,
    clock: Clock,
    engine: &'static str,
    client: Client,
    folder: tempfile::TempDir,
    _database: TestStore,
}

fn settings(cache_bytes: u64, fetches: bool) -> PictureSettings {
    PictureSettings { cache_bytes, fetches, stop: CancellationToken::new(), tasks: TaskTracker::new() }
}

async fn worlds(cache_bytes: u64) -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        worlds.push(World::new(database, cache_bytes).await);
    }
    worlds
}

impl World {
    async fn new(database: TestStore, cache_bytes: u64) -> Self {
        let clock = Clock::manual(1_767_323_045_000);
        let addresses = Addresses::new("https://rook.test".parse().unwrap()).unwrap();
        let ids = Arc::new(IdMaker::new(clock.clone(), 1));
        let store = database.store.clone();
        let service = Service::new(store, clock.clone(), ids, addresses, Rules::default());
        let folder = tempfile::tempdir().unwrap();
        let media_settings = MediaSettings {
            data_dir: folder.path().to_owned(),
            decode_threads: 1,
            decode_queue: 8,
            image_max_bytes: 1 << 20,
            films: None,
        };
        let media = Arc::new(Media::open(&media_settings, &clock).unwrap());
        let remote = MockServer::start().await;
        let dev_hosts = HashMap::from([("a.test".to_owned(), *remote.address())]);
        let client = ClientSettings {
            off: false,
            insecure: true,
            dev_hosts,
            user_agent: "Rookery test".into(),
            per_host: 4,
        };
        let client = Client::new(client).unwrap();
        let pictures = RemotePictures::new(service, media, client.clone(), settings(cache_bytes, true));
        let engine = database.engine;
        Self { pictures, remote, clock, engine, client, folder, _database: database }
    }

    /// The same data after a restart with other settings.
    async fn restarted(&self, cache_bytes: u64, fetches: bool) -> RemotePictures {
        let Inner { service, media, .. } = &*self.pictures.0;
        let again = RemotePictures::new(
            service.clone(),
            Arc::clone(media),
            self.client.clone(),
            settings(cache_bytes, fetches),
        );
        again.refill().await.unwrap();
        again
    }

    /// A remote account with this avatar.
    async fn account(&self, id: i64, avatar: &str) -> Account {
        let mut account = Account::blank(AccountId(id), format!("far{id}"), 0);
        account.domain = Some("a.test".into());
        account.avatar = Some(avatar.into());
        let written = account.clone();
        let store = self.pictures.0.service.store();
        store.write(move |conn| accounts::insert(conn, &written)).await.unwrap();
        account
    }

    async fn serves(&self, at: &str, answer: ResponseTemplate) {
        Mock::given(path(at)).respond_with(answer).mount(&self.remote).await;
    }

    async fn requests(&self) -> usize {
        self.remote.received_requests().await.unwrap().len()
    }

    fn files(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
        }
        count(&self.folder.path().join("media"))
    }
}

fn png() -> ResponseTemplate {
    let mut png = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_pixel(40, 20, image::Rgb([200, 30, 90]));
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    ResponseTemplate::new(200).set_body_bytes(png.into_inner())
}

async fn look(pictures: &RemotePictures, id: i64, source: &str) -> Result<Key> {
    let which = RemotePicture::Avatar(AccountId(id));
    let (key, file) = pictures.open(which, &pictures::version(source), Size::Full).await?;
    assert!(file.size > 0);
    Ok(key)
}

#[tokio::test]
async fn many_who_look_at_once_cause_one_fetch() {
    for world in worlds(1 << 20).await {
        let at = "http://a.test/1.png";
        world.account(1, at).await;
        world.serves("/1.png", png()).await;
        let looks = join_all((0..20).map(|_| look(&world.pictures, 1, at))).await;
        let first = looks[0].as_ref().unwrap();
        assert!(looks.iter().all(|key| key.as_ref().unwrap() == first), "{}", world.engine);
        assert_eq!((world.requests().await, world.files()), (1, 2));
    }
}

#[tokio::test]
async fn what_cannot_be_had_is_left_alone_for_ten_minutes() {
    for world in worlds(1 << 20).await {
        world.serves("/page", ResponseTemplate::new(200).set_body_string("<html>")).await;
        world.serves("/huge", ResponseTemplate::new(200).set_body_bytes(vec![0; FETCH_BYTES + 1])).await;
        let failing =
            ["http://a.test/404", "http://a.test/page", "http://a.test/huge", "http://b.test/refused"];
        for (id, at) in (1..).zip(failing) {
            world.account(id, at).await;
            let before = world.requests().await;
            for _ in 0..3 {
                assert_eq!(look(&world.pictures, id, at).await.unwrap_err().code(), "not_found", "{at}");
            }
            let asked = usize::from(at.contains("a.test"));
            assert_eq!(world.requests().await - before, asked, "{at}");
        }
        world.clock.advance(FAILURE_KEEP_MS);
        world.remote.reset().await;
        world.serves("/404", png()).await;
        assert!(look(&world.pictures, 1, failing[0]).await.is_ok());
        assert_eq!(world.files(), 2);
    }
}

#[tokio::test]
async fn the_copy_not_looked_at_for_longest_goes_and_is_fetched_again() {
    for world in worlds(2 * BLOCK).await {
        let at = ["http://a.test/1", "http://a.test/2", "http://a.test/3"];
        for (id, at) in (1..).zip(at) {
            world.account(id, at).await;
            world.serves(at.trim_start_matches("http://a.test"), png()).await;
        }
        for (id, at) in [(1, at[0]), (2, at[1]), (1, at[0]), (3, at[2])] {
            world.clock.advance(HOUR_MS);
            look(&world.pictures, id, at).await.unwrap();
        }
        assert_eq!((world.requests().await, world.files()), (3, 4), "{}", world.engine);
        look(&world.pictures, 1, at[0]).await.unwrap();
        world.clock.advance(HOUR_MS);
        look(&world.pictures, 3, at[2]).await.unwrap();
        assert_eq!(world.requests().await, 3, "the first and the last one were kept");

        let smaller = world.restarted(BLOCK, true).await;
        assert_eq!(world.files(), 2);
        look(&smaller, 3, at[2]).await.unwrap();
        assert_eq!(world.requests().await, 3, "the last one was kept");
        look(&smaller, 2, at[1]).await.unwrap();
        assert_eq!((world.requests().await, world.files()), (4, 2));
    }
}

#[tokio::test]
async fn a_changed_picture_replaces_its_copy() {
    for world in worlds(1 << 20).await {
        let (old, new) = ("http://a.test/old.png", "http://a.test/new.png");
        let account = world.account(1, old).await;
        world.serves("/old.png", png()).await;
        world.serves("/new.png", png()).await;
        let first = look(&world.pictures, 1, old).await.unwrap();
        let store = world.pictures.0.service.store();
        let changed = Account { avatar: Some(new.into()), ..account };
        store.write(move |conn| accounts::update_profile(conn, &changed)).await.unwrap();
        assert_eq!(look(&world.pictures, 1, old).await.unwrap_err().code(), "not_found");
        assert_ne!(look(&world.pictures, 1, new).await.unwrap(), first);
        assert_eq!(world.files(), 2);
        // A header has none of it.
        let header = RemotePicture::Header(AccountId(1));
        let refused = world.pictures.open(header, &pictures::version(new), Size::Full).await;
        assert_eq!(refused.err().unwrap().code(), "not_found");
    }
}

#[tokio::test]
async fn a_looked_at_picture_of_a_tweet_tells_its_size() {
    for world in worlds(1 << 20).await {
        let at = "http://a.test/1.png";
        world.account(1, at).await;
        world.serves("/1.png", png()).await;
        let store = world.pictures.0.service.store();
        let unseen = as_seen_of(MediaId(7), AccountId(1), at);
        store.write(move |conn| media::insert(conn, &unseen, 0)).await.unwrap();
        let which = RemotePicture::Attachment(MediaId(7));
        world.pictures.open(which, &pictures::version(at), Size::Small).await.unwrap();
        let seen = store.read(|conn| media::by_id(conn, MediaId(7))).await.unwrap().unwrap();
        assert_eq!((seen.width, seen.height, seen.mime.as_str()), (40, 20, "image/png"));
        assert!(seen.blurhash.is_some() && seen.remote_url.as_deref() == Some(at) && seen.file_key.is_none());
    }
}

/// A remote picture as its tweet brought it.
fn as_seen_of(id: MediaId, account: AccountId, source: &str) -> tweet::Media {
    tweet::Media {
        id,
        account,
        tweet: None,
        kind: "image".into(),
        mime: "image/jpeg".into(),
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
    }
}

#[tokio::test]
async fn a_copy_whose_files_are_lost_is_fetched_again() {
    for world in worlds(1 << 20).await {
        let at = "http://a.test/1.png";
        world.account(1, at).await;
        world.serves("/1.png", png()).await;
        let key = look(&world.pictures, 1, at).await.unwrap();
        world.pictures.0.media.remove(&key).await.unwrap();
        assert_ne!(look(&world.pictures, 1, at).await.unwrap(), key);
        assert_eq!((world.requests().await, world.files()), (2, 2));
    }
}

#[tokio::test]
async fn nothing_is_fetched_for_suspended_accounts_own_accounts_and_by_an_island() {
    for world in worlds(1 << 20).await {
        let at = "http://a.test/1.png";
        world.account(1, at).await;
        world.serves("/1.png", png()).await;
        let island = world.restarted(1 << 20, false).await;
        assert_eq!(look(&island, 1, at).await.unwrap_err().code(), "not_found");
        let mut own = Account::blank(AccountId(2), "own".into(), 0);
        own.avatar = Some(at.into());
        let store = world.pictures.0.service.store();
        let written = store.write(move |conn| {
            accounts::insert(conn, &own)?;
            accounts::set_suspended(conn, AccountId(1), Some(5))
        });
        written.await.unwrap();
        for id in [1, 2, 3] {
            assert_eq!(look(&world.pictures, id, at).await.unwrap_err().code(), "not_found", "{id}");
        }
        assert_eq!((world.requests().await, world.files()), (0, 0));
    }
}

#[tokio::test]
async fn an_emoji_is_read_still_and_small_under_its_key_until_its_picture_changes_or_its_host_is_blocked() {
    for world in worlds(1 << 20).await {
        world.serves("/rook.gif", moving()).await;
        world.serves("/new.png", png()).await;
        let named = |url: &str, updated_at| Named {
            id: RowId(7),
            shortcode: "rook".into(),
            url: url.into(),
            updated_at,
        };
        let learn = async |named: Named| {
            let store = world.pictures.0.service.store();
            store
                .write(move |conn| emoji::learn(conn, "a.test", std::slice::from_ref(&named), 1))
                .await
                .unwrap()
                .remove(0)
        };
        let which = RemotePicture::Emoji(RowId(7));
        let look = async |key: &str| world.pictures.open(which, key, Size::Full).await.map(|(key, _)| key);
        let rook = learn(named("http://a.test/rook.gif", Some(1))).await;
        assert_eq!(
            look("").await.unwrap_err().code(),
            "not_found",
            "{}: counting finds nothing",
            world.engine
        );
        let first = look(&rook.key).await.unwrap();
        assert_eq!(first.kind(), ImageKind::Png.into(), "an animation stands still");
        assert_eq!(look(&rook.key).await.unwrap(), first);
        assert_eq!(world.requests().await, 1);

        // The same address at another time is another picture.
        learn(named("http://a.test/rook.gif", Some(2))).await;
        assert_ne!(look(&rook.key).await.unwrap(), first);
        assert_eq!((world.requests().await, world.files()), (2, 2), "{}", world.engine);
        let renewed = learn(named("http://a.test/new.png", Some(3))).await;
        assert_eq!(renewed, rook, "what was written before leads to the new picture");
        look(&rook.key).await.unwrap();
        assert_eq!((world.requests().await, world.files()), (3, 2), "{}", world.engine);

        let service = &world.pictures.0.service;
        service.block_instance(crate::service::Operator::CommandLine, "a.test").await.unwrap();
        assert_eq!(look(&rook.key).await.unwrap_err().code(), "not_found", "{}", world.engine);
    }
}

#[tokio::test]
async fn an_emoji_of_more_than_a_mebibyte_is_not_fetched() {
    for world in worlds(4 << 20).await {
        world.serves("/1.png", ResponseTemplate::new(200).set_body_bytes(vec![0; (1 << 20) + 1])).await;
        let named = Named {
            id: RowId(7),
            shortcode: "rook".into(),
            url: "http://a.test/1.png".into(),
            updated_at: None,
        };
        let store = world.pictures.0.service.store();
        let learned = store
            .write(move |conn| emoji::learn(conn, "a.test", std::slice::from_ref(&named), 1))
            .await
            .unwrap();
        let refused = world.pictures.open(RemotePicture::Emoji(RowId(7)), &learned[0].key, Size::Full).await;
        assert_eq!(refused.err().unwrap().code(), "not_found", "{}", world.engine);
        assert_eq!(world.files(), 0);
    }
}

/// A GIF of two frames.
fn moving() -> ResponseTemplate {
    let mut gif = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
    for red in [0, 200] {
        let frame = image::RgbaImage::from_pixel(40, 20, image::Rgba([red, 30, 90, 255]));
        encoder.encode_frame(image::Frame::new(frame)).unwrap();
    }
    drop(encoder);
    ResponseTemplate::new(200).set_body_bytes(gif)
}
