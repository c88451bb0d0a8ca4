//! A browser without JavaScript: it keeps cookies, sends forms, and shows what it got.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request};

use super::world::World;

const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const BOUNDARY: &str = "----rookery-test";

/// A browser.
pub(super) struct Browser<'w> {
    world: &'w World,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// What it was answered.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) html: String,
}

/// A part of a form with files.
pub(super) enum Part<'a> {
    Text(&'a str, &'a str),
    File(&'a str, &'a [u8]),
}

impl<'w> Browser<'w> {
    pub(super) fn new(world: &'w World) -> Self {
        Self { world, cookies: RefCell::default() }
    }

    /// Opens an address.
    pub(super) async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Opens an address that must show a sound page.
    pub(super) async fn open(&self, path: &str) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{path}: {} {:?}", page.html, page.headers.get(LOCATION));
        page.check(path);
        page
    }

    /// Sends a form of our own pages.
    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = serde_html_form::to_string(fields).unwrap();
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.header("sec-fetch-site", "same-origin"), body.into()).await
    }

    /// Sends a form and shows the page that it leads to.
    pub(super) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let answer = self.post(path, fields).await;
        self.open(&answer.location()).await
    }

    /// Sends a form with files.
    pub(super) async fn post_parts(&self, path: &str, parts: &[Part<'_>]) -> Page {
        let mut body = Vec::new();
        for part in parts {
            let (head, bytes) = match part {
                Part::Text(name, text) => (format!("name=\"{name}\""), text.as_bytes()),
                Part::File(name, bytes) => (format!("name=\"{name}\"; filename=\"a.bin\""), *bytes),
            };
            body.extend_from_slice(
                format!("--{BOUNDARY}\r\ncontent-disposition: form-data; {head}\r\n\r\n").as_bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = Request::post(path).header("content-type", kind);
        self.send(request.header("sec-fetch-site", "same-origin"), body.into()).await
    }

    /// Writes a post, and answers its address.
    pub(super) async fn tweet(&self, text: &str) -> String {
        let answer = self.post_parts("/tweets", &[Part::Text("text", text)]).await;
        assert_eq!((answer.status, answer.location().as_str()), (303, "/home"), "{}", answer.html);
        let home = self.open("/home").await;
        home.links().into_iter().find(|link| is_tweet(link)).expect("no post on the home page")
    }

    /// Sends a request with the cookies, and keeps those that come back.
    pub(super) async fn send(&self, request: axum::http::request::Builder, body: Body) -> Page {
        let pairs: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("accept", ACCEPT).header("cookie", pairs.join("; "));
        let page = self.world.send(request.body(body).unwrap()).await;
        for line in page.headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            match line.contains("Max-Age=0") {
                true => self.cookies.borrow_mut().remove(name),
                false => self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned()),
            };
        }
        page
    }

    /// The value of a cookie.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    /// Plants a cookie.
    pub(super) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }
}

fn is_tweet(link: &str) -> bool {
    link.starts_with("/@") && link.rsplit('/').next().is_some_and(|id| id.parse::<i64>().is_ok())
}

impl Page {
    /// Where it leads; empty when nowhere.
    pub(super) fn location(&self) -> String {
        let location = self.headers.get(LOCATION).map(|value| value.to_str().unwrap());
        location.unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub(super) fn has(&self, text: &str) -> &Self {
        assert!(self.html.contains(text), "no {text:?} in {}", self.html);
        self
    }

    #[track_caller]
    pub(super) fn has_not(&self, text: &str) -> &Self {
        assert!(!self.html.contains(text), "{text:?} in {}", self.html);
        self
    }

    /// The addresses of its links, in order.
    pub(super) fn links(&self) -> Vec<String> {
        self.html.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(unescaped).collect()
    }

    /// The value of the input with this name.
    #[track_caller]
    pub(super) fn input(&self, name: &str) -> String {
        let tag = self.html.split('<').find(|tag| tag.contains(&format!(" name=\"{name}\"")));
        let tag = tag.unwrap_or_else(|| panic!("no input {name} in {}", self.html));
        let (_, rest) = tag.split_once(" value=\"").unwrap_or_else(|| panic!("no value in {tag}"));
        unescaped(rest.split('"').next().unwrap())
    }

    /// What holds for every page: one first heading, unique ids, nothing inline that the policy forbids.
    #[track_caller]
    pub(super) fn check(&self, path: &str) {
        let html = &self.html;
        assert!(html.starts_with("<!doctype html>"), "{path}: {html}");
        assert!(html.trim_end().ends_with("</html>"), "{path}");
        assert_eq!(html.matches("<h1").count(), 1, "first headings of {path}");
        assert_eq!(html.matches("<main").count(), 1, "{path}");
        assert!(!html.contains(" style=\"") && !html.contains("<script>"), "inline code on {path}");
        let mut ids: Vec<&str> =
            html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "an id stands twice on {path}: {html}");
        assert_eq!(self.headers["content-type"], "text/html; charset=utf-8", "{path}");
        assert!(self.headers.contains_key("content-security-policy"), "{path}");
    }
}

fn unescaped(text: &str) -> String {
    let signs =
        [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&"), ("&amp;", "&")];
    signs.iter().fold(text.to_owned(), |text, (name, sign)| text.replace(name, sign))
}
