//! Web Push: the door to the services that bring messages to browsers and phones.
//!
//! A subscriber's address is whatever they say: it is asked through the one guarded client, and nothing of its answer is
//! believed but whether it took the message, does not know it any more, or wants to be asked later.

mod encrypt;
mod vapid;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use url::Url;

use self::encrypt::Once;
#[cfg(test)]
pub(crate) use self::encrypt::tests::Subscriber;
pub use self::encrypt::{AUTH_BYTES, PAYLOAD_MAX, PUBLIC_KEY_BYTES, Recipient};
pub use self::vapid::Vapid;
#[cfg(test)]
pub(crate) use self::vapid::tests::claims;
use crate::client::{self, Client, ClientError, Limits, Request};
use crate::clock::Millis;

/// How long a push service keeps a message for who is away: two days, after which it is no news.
const TTL_S: u32 = 2 * 24 * 60 * 60;
/// Bytes of an answer, of which only the status matters, and the time for it.
const LIMITS: Limits = Limits { body_bytes: 16 * 1024, time: Duration::from_secs(10) };

/// Why nothing could be pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// A key that is none.
    #[error("this is not a key for Web Push")]
    BadKey,
    /// The crypto library failed.
    #[error("encrypting or signing failed")]
    Failed,
}

/// Where to, and for whom.
#[derive(Clone, Debug)]
pub struct Target {
    /// The address at the push service.
    pub endpoint: Url,
    /// Whose eyes it is for.
    pub recipient: Recipient,
    /// By the RFCs; else by the drafts before them.
    pub standard: bool,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The push service took it.
    Taken,
    /// The subscription is no more.
    Gone,
    /// Not now; perhaps after this time.
    Later(Option<Duration>),
    /// Not this message.
    Refused,
}

/// Sends a message.
pub async fn send(
    client: &Client,
    vapid: &Vapid,
    target: &Target,
    payload: &[u8],
    now_ms: Millis,
) -> Result<Outcome, PushError> {
    let (headers, body) = message(vapid, target, payload, now_ms)?;
    let request = Request::new(&target.endpoint).headers(headers).body(body).limits(LIMITS);
    Ok(match client.post(request).await {
        Ok(answer) => outcome(answer.status, &answer.headers),
        Err(ClientError::Refused(_)) => Outcome::Gone,
        Err(error) if error.is_transient() => Outcome::Later(None),
        Err(_) => Outcome::Refused,
    })
}

fn outcome(status: StatusCode, headers: &HeaderMap) -> Outcome {
    match status {
        status if status.is_success() => Outcome::Taken,
        StatusCode::NOT_FOUND | StatusCode::GONE => Outcome::Gone,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            Outcome::Later(client::retry_after(headers))
        }
        status if status.is_server_error() => Outcome::Later(client::retry_after(headers)),
        _ => Outcome::Refused,
    }
}

fn message(
    vapid: &Vapid,
    target: &Target,
    payload: &[u8],
    now_ms: Millis,
) -> Result<(HeaderMap, Bytes), PushError> {
    let (statement, public) = (vapid.statement(&target.endpoint, now_ms)?, vapid.public());
    let once = Once::fresh()?;
    let mut headers = HeaderMap::new();
    let mut add = |name: HeaderName, value: String| -> Result<(), PushError> {
        headers.insert(name, HeaderValue::try_from(value).map_err(|_| PushError::Failed)?);
        Ok(())
    };
    add(HeaderName::from_static("ttl"), TTL_S.to_string())?;
    add(HeaderName::from_static("urgency"), "normal".to_owned())?;
    add(CONTENT_TYPE, "application/octet-stream".to_owned())?;
    let body = if target.standard {
        add(CONTENT_ENCODING, "aes128gcm".to_owned())?;
        add(AUTHORIZATION, format!("vapid t={statement}, k={public}"))?;
        target.recipient.encrypt(payload, &once)?
    } else {
        let drafted = target.recipient.encrypt_drafted(payload, once)?;
        let (salt, key) = (URL_SAFE_NO_PAD.encode(drafted.salt), URL_SAFE_NO_PAD.encode(drafted.public));
        add(CONTENT_ENCODING, "aesgcm".to_owned())?;
        add(AUTHORIZATION, format!("WebPush {statement}"))?;
        add(HeaderName::from_static("encryption"), format!("salt={salt}"))?;
        add(HeaderName::from_static("crypto-key"), format!("dh={key};p256ecdsa={public}"))?;
        drafted.body
    };
    Ok((headers, body.into()))
}
