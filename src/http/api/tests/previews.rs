//! Cards of linked pages through the API, and their pictures.

use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use super::world::{World, worlds};
use crate::http::fixtures::card;
use crate::model::preview::Page;
use crate::service::Operator;

fn said() -> Page {
    Page {
        title: "Rooks <3 elms".into(),
        description: "About them".into(),
        site_name: "The Site".into(),
        author: "Ann".into(),
        picture: Some("http://a.test/1.png".parse().unwrap()),
        picture_alt: "a rook".into(),
    }
}

fn png() -> ResponseTemplate {
    let mut png = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_pixel(900, 450, image::Rgb([200, 30, 90]));
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    ResponseTemplate::new(200).set_body_bytes(png.into_inner())
}

async fn look(world: &World, address: &Value) -> (u16, Vec<u8>) {
    let (status, _, bytes) = world.file(&format!("GET {}", address.as_str().unwrap()), &[]).await;
    (status, bytes)
}

#[tokio::test]
async fn a_tweet_has_the_card_of_its_page_with_a_picture_that_is_read_here() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let tweet = world.tweet(&ann, "see http://a.test/x").await;
        assert_eq!(world.get(&ann, &format!("/api/tweets/{tweet}")).await["preview"], Value::Null);
        card(&world.service, tweet.parse().unwrap(), "http://a.test/x", said()).await;
        let seen = world.get(&ann, &format!("/api/tweets/{tweet}")).await["preview"].clone();
        for (member, value) in [
            ("url", "http://a.test/x"),
            ("host", "a.test"),
            ("title", "Rooks <3 elms"),
            ("description", "About them"),
            ("site_name", "The Site"),
            ("author", "Ann"),
        ] {
            assert_eq!(seen[member], value, "{}: {member}", world.engine);
        }
        let picture = &seen["picture"];
        assert_eq!((&picture["alt"], &picture["width"]), (&json!("a rook"), &json!(0)));
        assert!(!picture.to_string().contains("a.test"), "{picture}: nobody is sent there");

        Mock::given(path("/1.png")).respond_with(png()).mount(&world.remote).await;
        let (status, small) = look(&world, &picture["preview_url"]).await;
        assert_eq!(
            (status, image::load_from_memory(&small).unwrap().width()),
            (200, 400),
            "{}",
            world.engine
        );
        assert_eq!(look(&world, &picture["url"]).await.0, 200);
        assert_eq!(world.remote.received_requests().await.unwrap().len(), 1);
        let local = world.get(&ann, "/api/timelines/local").await;
        let seen = &local["items"][0]["preview"]["picture"];
        assert_eq!((&seen["width"], &seen["height"]), (&json!(900), &json!(450)), "{}", world.engine);
        assert!(seen["blurhash"].is_string());
        let guessed = picture["url"].as_str().unwrap().split_once("?v=").unwrap().0.to_owned();
        assert_eq!(look(&world, &json!(guessed)).await.0, 404, "counting finds nothing");
    }
}

#[tokio::test]
async fn the_picture_of_a_card_from_a_blocked_host_is_not_read() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        Mock::given(path("/1.png")).respond_with(png()).mount(&world.remote).await;
        for (text, at, blocked) in
            [("one", "http://b.test/x", "b.test"), ("two", "http://c.test/y", "a.test")]
        {
            let tweet = world.tweet(&ann, text).await;
            card(&world.service, tweet.parse().unwrap(), at, said()).await;
            world.service.block_instance(Operator::CommandLine, blocked).await.unwrap();
            let seen = world.get(&ann, &format!("/api/tweets/{tweet}")).await;
            assert_eq!(
                look(&world, &seen["preview"]["picture"]["url"]).await.0,
                404,
                "{} {text}",
                world.engine
            );
        }
        assert_eq!(world.remote.received_requests().await.unwrap().len(), 0);
    }
}
