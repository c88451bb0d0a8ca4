//! Who asks for a document. Signatures are checked where the answer depends on them: on every request when the
//! instance demands signed fetches, else only for what is not for everybody.

use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use url::Url;

use super::envelope::{Envelope, refusal};
use super::negotiate::{document, served, wants_document};
use crate::error::Result;
use crate::federation::inbound::Refused;
use crate::federation::rendered::About;
use crate::federation::signature::SignatureError;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::AccountId;

/// What an answer depends on when the signer may make a difference.
const BY_SIGNER: HeaderValue = HeaderValue::from_static("Accept, Signature, Signature-Input");
/// Not to be kept by a cache between us and the signer.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

/// Who asks for a document.
pub(super) enum Reader {
    /// Whoever it is may see what everybody may; the rest after a look at the signature.
    Anyone(Envelope),
    /// Somebody whose signature held; the account, if it is known here.
    Signed(Option<AccountId>),
}

/// What is asked for at an address that is a page for people and a document for instances.
pub(super) enum Wanted {
    /// The page.
    Page,
    /// The document.
    Document(Reader),
}

impl Reader {
    /// The account that asks, once its signature has held. A signature that does not hold makes nobody.
    pub(super) async fn account(&self, state: &AppState) -> Option<AccountId> {
        match self {
            Self::Signed(account) => *account,
            Self::Anyone(envelope) if is_signed(envelope) => {
                state.federation.reader(&envelope.with(&[])).await.ok().flatten()
            }
            Self::Anyone(_) => None,
        }
    }

    /// The answer with what everybody may see.
    pub(super) fn give(&self, answer: Result<Response, ApiError>) -> Result<Response, ApiError> {
        Ok(self.seal(answer?, true))
    }

    /// A document that everybody may have: from memory for anyone, written for those who have to say who they are.
    pub(super) async fn open<T: Serialize>(
        &self,
        state: &AppState,
        path: &str,
        written: impl Future<Output = Result<(T, About)>>,
    ) -> Result<Response, ApiError> {
        match self {
            Self::Anyone(envelope) => {
                let document = state.federation.document_at(path, written).await?;
                Ok(served(&envelope.headers, &document))
            }
            Self::Signed(_) => self.give(document(&written.await?.0)),
        }
    }

    /// The answer, kept from caches that would give it to others: when it is not `for_everybody`, or given only to
    /// those who say who they are.
    pub(super) fn seal(&self, answer: Response, for_everybody: bool) -> Response {
        if !for_everybody || matches!(self, Self::Signed(_)) {
            return for_one(answer);
        }
        answer
    }
}

impl FromRequestParts<AppState> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let envelope = Envelope::of(parts);
        if !state.service.rules().authorized_fetch {
            return Ok(Self::Anyone(envelope));
        }
        if !is_signed(&envelope) {
            return Err(refusal(Refused::Signature(SignatureError::Missing)));
        }
        state.federation.reader(&envelope.with(&[])).await.map(Self::Signed).map_err(refusal)
    }
}

/// Who signed the request, whatever the instance demands otherwise: the actor's id.
pub(super) struct Signer(pub(super) Url);

impl FromRequestParts<AppState> for Signer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let envelope = Envelope::of(parts);
        if !is_signed(&envelope) {
            return Err(refusal(Refused::Signature(SignatureError::Missing)));
        }
        state.federation.signing_actor(&envelope.with(&[])).await.map(Self).map_err(refusal)
    }
}

impl FromRequestParts<AppState> for Wanted {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        if !wants_document(&parts.headers) {
            return Ok(Self::Page);
        }
        Reader::from_request_parts(parts, state).await.map(Self::Document)
    }
}

fn is_signed(envelope: &Envelope) -> bool {
    envelope.headers.contains_key("signature") || envelope.headers.contains_key("signature-input")
}

/// What a reader is not given, another may be: no cache shall answer the one with the other's refusal.
pub(super) async fn refusals_are_for_one(answer: Response) -> Response {
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
    if !refused.contains(&answer.status()) {
        return answer;
    }
    for_one(answer)
}

/// The answer, kept from caches that would give it to others than who signed for it.
pub(super) fn for_one(answer: Response) -> Response {
    ([(VARY, BY_SIGNER), (CACHE_CONTROL, PRIVATE)], answer).into_response()
}
