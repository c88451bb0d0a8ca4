//! Signed requests: GETs by the instance actor, POSTs by the author of an activity.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::Federation;
use super::own_keys::SigningKey;
use super::signature::{BodyDigest, Form, Outgoing, Signer, sign};
use crate::client::{ClientError, Limits, Request, Response, SignFailed};

/// What we ask for; the quoted profile is what strict servers want to see.
const ACCEPTED: HeaderValue = HeaderValue::from_static(
    "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
);
/// The type of what we send.
const SENT: HeaderValue = HeaderValue::from_static("application/activity+json");

impl Federation {
    /// Fetches an ActivityPub document, signed by the instance actor. The answer's type is not checked here.
    pub(super) async fn get_document(&self, url: &Url) -> Result<Response, ClientError> {
        let key = self.0.own_keys.instance();
        let now_ms = || self.0.service.clock().now_ms();
        let signer = |method: &Method, url: &Url| {
            signed(
                key,
                Form::Cavage,
                &Outgoing { method, url, digest: None, now_ms: now_ms(), path_only: false },
            )
        };
        let request = Request::new(url).headers(HeaderMap::from_iter([(ACCEPT, ACCEPTED)])).sign(&signer);
        self.0.client.get(request.limits(Limits::JSON)).await
    }

    /// Fetches a plain JSON document (WebFinger, NodeInfo), unsigned.
    pub(super) async fn get_plain(&self, url: &Url, accept: &'static str) -> Result<Response, ClientError> {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
        self.0.client.get(Request::new(url).headers(headers).limits(Limits::JSON)).await
    }

    /// Posts an activity to an inbox, signed by its author in this form.
    pub(super) async fn post_activity(
        &self,
        inbox: &Url,
        body: Bytes,
        key: &SigningKey,
        form: Form,
    ) -> Result<Response, ClientError> {
        let digest = BodyDigest::of(&body);
        let now_ms = || self.0.service.clock().now_ms();
        let signer = |method: &Method, url: &Url| {
            let digest = Some(&digest);
            signed(key, form, &Outgoing { method, url, digest, now_ms: now_ms(), path_only: false })
        };
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, SENT)]);
        self.0.client.post(Request::new(inbox).headers(headers).body(body.clone()).sign(&signer)).await
    }
}

fn signed(key: &SigningKey, form: Form, outgoing: &Outgoing<'_>) -> Result<HeaderMap, SignFailed> {
    let signer = Signer { key: &key.pair, key_id: &key.key_id };
    sign(form, &signer, outgoing).map_err(|_| SignFailed)
}
