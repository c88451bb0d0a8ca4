use axum::body::Body;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::model::ids::TweetId;

const JSON: &str = "application/json";

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Poll {
    options: Vec<String>,
    #[serde(deserialize_with = "blank_is_none")]
    expires_in: Option<i64>,
    multiple: bool,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Seen {
    #[default]
    Public,
    Direct,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Keyword {
    keyword: String,
    whole_word: Option<bool>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Status {
    status: String,
    sensitive: Option<bool>,
    limit: Option<u8>,
    weight: Option<f64>,
    visibility: Seen,
    in_reply_to_id: Option<TweetId>,
    media_ids: Vec<TweetId>,
    poll: Option<Poll>,
    keywords_attributes: Vec<Keyword>,
}

async fn take(line: &str, kind: &str, body: impl Into<Body>) -> Result<Status, Problem> {
    let (method, uri) = line.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(uri);
    let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
    Lenient::from_request(request.body(body.into()).unwrap(), &()).await.map(|Lenient(status)| status)
}

async fn form(body: &str) -> Status {
    take("POST /", FORM_TYPE, body.to_owned()).await.unwrap()
}

async fn refused(line: &str, kind: &str, body: impl Into<Body>) -> (u16, &'static str, Option<String>) {
    let problem = take(line, kind, body).await.unwrap_err();
    (problem.status.as_u16(), problem.code, problem.field.map(String::from))
}

fn ids(ids: &[i64]) -> Vec<TweetId> {
    ids.iter().copied().map(TweetId).collect()
}

#[tokio::test]
async fn the_same_is_read_from_every_form_that_a_client_may_use() {
    let wanted = Status {
        status: "hällo & you".into(),
        sensitive: Some(true),
        limit: Some(20),
        in_reply_to_id: Some(TweetId(7)),
        media_ids: ids(&[1, 2]),
        poll: Some(Poll { options: vec!["a".into(), "b".into()], expires_in: Some(300), multiple: true }),
        ..Status::default()
    };
    let encoded = "status=h%C3%A4llo+%26+you&sensitive=1&limit=20&in_reply_to_id=7&media_ids[]=1&media_ids[]=2\
        &poll%5Boptions%5D%5B%5D=a&poll[options][]=b&poll[expires_in]=300&poll[multiple]=on";
    assert_eq!(form(encoded).await, wanted);
    assert_eq!(take(&format!("GET /?{encoded}"), "", "").await.unwrap(), wanted);
    let strict = json!({"status": "hällo & you", "sensitive": true, "limit": 20, "in_reply_to_id": "7",
        "media_ids": ["1", "2"], "poll": {"options": ["a", "b"], "expires_in": 300, "multiple": true}});
    assert_eq!(take("POST /", JSON, strict.to_string()).await.unwrap(), wanted);
    let loose = json!({"status": "hällo & you", "sensitive": "1", "limit": "20", "in_reply_to_id": 7,
        "media_ids": [1, 2], "poll": {"options": ["a", "b"], "expires_in": "300", "multiple": "true"}});
    assert_eq!(take("POST /", JSON, loose.to_string()).await.unwrap(), wanted);
    let part = |(name, text): (&str, &str)| {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let file = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\u{1}\r\n";
    let parts = [
        ("status", "hällo & you"),
        ("sensitive", "t"),
        ("limit", "20"),
        ("in_reply_to_id", "7"),
        ("media_ids[]", "1"),
        ("media_ids[]", "2"),
        ("poll[options][]", "a"),
        ("poll[options][]", "b"),
        ("poll[expires_in]", "300"),
        ("poll[multiple]", "yes"),
    ];
    let body = parts.map(part).concat() + file + "--b--";
    assert_eq!(take("PUT /", "multipart/form-data; boundary=b", body).await.unwrap(), wanted);
}

#[tokio::test]
async fn lists_come_as_repeated_names_brackets_numbers_or_a_single_value() {
    for body in ["media_ids=1&media_ids=2", "media_ids[]=1&media_ids[]=2", "media_ids[10]=2&media_ids[9]=1"] {
        assert_eq!(form(body).await.media_ids, ids(&[1, 2]), "{body}");
    }
    assert_eq!(form("media_ids=1").await.media_ids, ids(&[1]));
    assert_eq!(form("media_ids=").await.media_ids, ids(&[]));
    let single = take("POST /", JSON, r#"{"media_ids":5}"#).await.unwrap();
    assert_eq!(single.media_ids, ids(&[5]));
    let none = take("POST /", JSON, r#"{"media_ids":null,"poll":null}"#).await.unwrap();
    assert_eq!(none, Status::default());
}

#[tokio::test]
async fn rows_are_numbered_or_begin_with_a_name_that_comes_again() {
    let row = |keyword: &str, whole_word| Keyword { keyword: keyword.into(), whole_word };
    let wanted = vec![row("cats", Some(true)), row("dogs", None)];
    for body in [
        "keywords_attributes[0][keyword]=cats&keywords_attributes[0][whole_word]=true&keywords_attributes[1][keyword]=dogs",
        "keywords_attributes[][keyword]=cats&keywords_attributes[][whole_word]=true&keywords_attributes[][keyword]=dogs",
    ] {
        assert_eq!(form(body).await.keywords_attributes, wanted, "{body}");
    }
    let object =
        json!({"keywords_attributes": {"0": {"keyword": "cats", "whole_word": 1}, "1": {"keyword": "dogs"}}});
    let read = take("POST /", JSON, object.to_string()).await.unwrap();
    assert_eq!(read.keywords_attributes, wanted);
}

#[tokio::test]
async fn truths_and_numbers_are_what_they_mean_and_nonsense_is_named() {
    for (word, truth) in
        [("true", true), ("on", true), ("0", false), ("False", false), ("off", false), ("", false)]
    {
        assert_eq!(form(&format!("sensitive={word}")).await.sensitive, Some(truth), "{word}");
    }
    assert_eq!(form("weight=-1.5&visibility=direct").await.visibility, Seen::Direct);
    assert_eq!(form("weight=-1.5").await.weight, Some(-1.5));
    assert_eq!(form("poll[expires_in]=").await.poll.unwrap().expires_in, None);
    let number_as_text = take("POST /", JSON, r#"{"status":12}"#).await.unwrap();
    assert_eq!(number_as_text.status, "12");
    for (body, field) in [
        ("sensitive=perhaps", "sensitive"),
        ("limit=999", "limit"),
        ("limit=many", "limit"),
        ("visibility=loud", "visibility"),
        ("status=a&status=b", "status"),
        ("status[x]=a", "status"),
        ("poll=1", "poll"),
        ("poll[expires_in]=soon", "poll.expires_in"),
        ("media_ids[]=1&media_ids[]=x", "media_ids[1]"),
        ("media_ids[first]=1", "media_ids"),
    ] {
        let found = refused("POST /", FORM_TYPE, body).await;
        assert_eq!(found, (422, "invalid", Some(field.to_owned())), "{body}");
    }
}

#[tokio::test]
async fn the_body_stands_over_the_query_and_a_delete_may_have_one() {
    let both = take("POST /?status=query&limit=3", FORM_TYPE, "status=body").await.unwrap();
    assert_eq!((both.status.as_str(), both.limit), ("body", Some(3)));
    for (kind, body) in [(JSON, r#"{"media_ids":["1"]}"#), (FORM_TYPE, "media_ids[]=1"), ("", "")] {
        let read = take("DELETE /?media_ids=1", kind, body).await.unwrap();
        assert_eq!(read.media_ids, ids(&[1]), "{kind}");
    }
    assert_eq!(take("POST /", JSON, "").await.unwrap(), Status::default(), "an empty body says nothing");
}

#[tokio::test]
async fn names_that_are_no_names_are_ignored_and_what_never_ends_is_refused() {
    for body in ["a[=1", "[]=1", "[a]=1", "=1", "a]=1", "a[b=1", "%5B%5D%5B=2", "&&&"] {
        assert_eq!(form(body).await, Status::default(), "{body}");
    }
    let deep = format!("a{}=1", "[b]".repeat(fields::DEPTH_MAX));
    assert_eq!(refused("POST /", FORM_TYPE, deep).await.1, "too_deep");
    assert_eq!(
        refused("POST /", FORM_TYPE, "a[]=1&".repeat(fields::FIELDS_MAX + 1)).await.1,
        "too_many_fields"
    );
    form("a[4294967295]=1&a[99999999999999]=2").await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_its_reason() {
    for (kind, body, wanted) in [
        (JSON, "{", (400, "bad_json")),
        (JSON, "[1]", (422, "invalid")),
        (JSON, "7", (422, "invalid")),
        (FORM_TYPE, "status=%ff", (422, "bad_utf8")),
        ("text/plain", "status=a", (415, "unsupported_media_type")),
        ("multipart/form-data", "x", (415, "unsupported_media_type")),
        ("multipart/form-data; boundary=b", "--b\r\nnever", (422, "bad_multipart")),
    ] {
        let (status, code, _) = refused("POST /", kind, body).await;
        assert_eq!((status, code), wanted, "{kind} {body}");
    }
    let nested = format!(r#"{{"status":{}"#, "[".repeat(100_000));
    assert_eq!(refused("POST /", JSON, nested).await.0, 400);
}
