//! Signed requests: GETs by the instance actor, POSTs by the author of an activity.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use quick_cache::sync::Cache;
use url::Url;

use super::Federation;
use super::origin::authority;
use super::outbound::Payload;
use super::signature::Form;
use super::signing::SignedBy;
use crate::client::{ClientError, Limits, Request, Response, Signing};
use crate::telemetry::caches::{self, Lookups};

/// What we ask for; the quoted profile is what strict servers want to see.
const ACCEPTED: HeaderValue = HeaderValue::from_static(
    "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
);
/// The type of what we send.
const SENT: HeaderValue = HeaderValue::from_static("application/activity+json");

/// Hosts of which it is remembered how they want fetches signed; the least used go first.
const KNOCKS_KEPT: usize = 4_096;

/// The forms of signatures that hosts took when they did not take the usual one.
pub(super) struct Knocks {
    forms: Cache<String, Form>,
    lookups: Lookups,
}

impl Knocks {
    pub(super) fn new() -> Self {
        Self { forms: Cache::new(KNOCKS_KEPT), lookups: Lookups::of(&caches::KNOCKS) }
    }

    fn form_of(&self, host: &str) -> Form {
        self.lookups.seen(self.forms.get(host)).unwrap_or(Form::Cavage)
    }

    fn remember(&self, host: &str, form: Form) {
        self.forms.insert(host.to_owned(), form);
    }
}

/// One way to sign a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Knock {
    form: Form,
    path_only: bool,
}

/// How to ask again after a refusal: old peers verify the path without its query, others know only the other form.
fn further(first: Form, url: &Url) -> impl Iterator<Item = Knock> {
    let old = Knock { form: Form::Cavage, path_only: true };
    let other = match first {
        Form::Cavage => Form::Rfc9421,
        Form::Rfc9421 => Form::Cavage,
    };
    let other = Knock { form: other, path_only: false };
    url.query().map(|_| old).into_iter().chain([other])
}

/// What a peer answers that cannot read a signature, or does not believe it.
pub(super) fn refuses_signature(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED)
}

impl Federation {
    /// Fetches an ActivityPub document, signed by the instance actor. A host that refuses the one form of signatures
    /// is asked in the other, which is remembered. The answer's type is not checked here.
    pub(super) async fn get_document(&self, url: &Url) -> Result<Response, ClientError> {
        let host = authority(url);
        let first = self.0.knocks.form_of(&host);
        let mut answer = self.get_signed(url, Knock { form: first, path_only: false }).await?;
        for knock in further(first, url) {
            if !refuses_signature(answer.status) {
                break;
            }
            answer = self.get_signed(url, knock).await?;
            if answer.status.is_success() {
                self.0.knocks.remember(&host, knock.form);
            }
        }
        Ok(answer)
    }

    async fn get_signed(&self, url: &Url, knock: Knock) -> Result<Response, ClientError> {
        let Knock { form, path_only } = knock;
        let key = self.0.own_keys.instance().await.map_err(|_| ClientError::Signing)?;
        let by = SignedBy { key, form, digest: None, path_only, synchronization: None };
        let signer = |method: &Method, url: &Url| self.signing(&by, method, url);
        let request = Request::new(url).headers(HeaderMap::from_iter([(ACCEPT, ACCEPTED)])).sign(&signer);
        self.0.client.get(request.limits(Limits::JSON)).await
    }

    /// Fetches a plain JSON document (WebFinger, NodeInfo), unsigned.
    pub(super) async fn get_plain(&self, url: &Url, accept: &'static str) -> Result<Response, ClientError> {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
        self.0.client.get(Request::new(url).headers(headers).limits(Limits::JSON)).await
    }

    /// Posts an activity to an inbox, signed so.
    pub(super) async fn post_activity(
        &self,
        inbox: &Url,
        payload: &Payload,
        by: SignedBy,
    ) -> Result<Response, ClientError> {
        let signer = |method: &Method, url: &Url| self.signing(&by, method, url);
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, SENT)]);
        let request = Request::new(inbox).headers(headers).body(payload.body.clone()).sign(&signer);
        self.0.client.post(request).await
    }

    fn signing(&self, by: &SignedBy, method: &Method, url: &Url) -> Signing<'_> {
        Box::pin(self.0.signers.sign(by.clone(), method.clone(), url.clone()))
    }
}
