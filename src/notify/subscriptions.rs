//! Subscribing: what a session wants to be told, and where.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use url::Url;

use super::Pushes;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::notification::NotificationKind;
use crate::model::push::{PushPolicy, PushSubscription};
use crate::push::Recipient;
use crate::service::SignedIn;
use crate::store::push::{self, NewSubscription};

/// What a session's secret is sealed for.
pub(super) const TOKEN_PURPOSE: &str = "push token";
/// With and without padding: browsers differ from apps.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A subscription as its maker states it.
#[derive(Clone, Debug)]
pub struct NewPush {
    /// The address at the push service.
    pub endpoint: String,
    /// The keys that messages are encrypted for.
    pub keys: Keys,
    /// By the RFCs; else by the drafts before them.
    pub standard: bool,
    /// Of what is told.
    pub kinds: Vec<NotificationKind>,
    /// From whom.
    pub policy: PushPolicy,
}

/// A subscriber's keys, in Base64 for URLs.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The public key.
    pub p256dh: String,
    /// The secret.
    pub auth: String,
}

impl Pushes {
    /// Subscribes a session, in place of what it had. `token` is the session's secret, when it is an app's.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address that is never asked, and for keys that are none.
    pub async fn subscribe(
        &self,
        who: &SignedIn,
        token: Option<&str>,
        new: NewPush,
    ) -> Result<PushSubscription> {
        let recipient = recipient(&new.keys)?;
        let endpoint = self.endpoint(&new.endpoint)?;
        let seal = |token: &str| {
            let sealed = self.0.instance_key.seal_secret(TOKEN_PURPOSE, who.session.0, token.as_bytes());
            sealed.map_err(Error::internal)
        };
        let written = NewSubscription {
            session: who.session,
            account: who.account,
            endpoint: endpoint.into(),
            public_key: recipient.public,
            auth: recipient.auth,
            standard: new.standard,
            kinds: new.kinds,
            policy: new.policy,
            token_sealed: token.map(seal).transpose()?,
        };
        let (session, now_ms) = (who.session, self.now_ms());
        let write = move |conn: &mut _| {
            push::subscribe(conn, &written, now_ms)?;
            push::of_session(conn, session)
        };
        self.store().write(write).await?.ok_or_else(|| Error::internal("a subscription was not written"))
    }

    /// The subscription of a session.
    pub async fn subscription(&self, who: &SignedIn) -> Result<PushSubscription> {
        let session = who.session;
        let found = self.store().read(move |conn| push::of_session(conn, session)).await?;
        found.ok_or(Error::NotFound("subscription"))
    }

    /// Changes of what, and from whom, a session is told; what is not said stays.
    pub async fn change_subscription(
        &self,
        who: &SignedIn,
        kinds: Option<Vec<NotificationKind>>,
        policy: Option<PushPolicy>,
    ) -> Result<PushSubscription> {
        let session = who.session;
        let write = move |conn: &mut _| {
            let Some(known) = push::of_session(conn, session)? else { return Ok(None) };
            let kinds = kinds.clone().unwrap_or(known.kinds);
            push::change(conn, session, &kinds, policy.unwrap_or(known.policy))?;
            push::of_session(conn, session)
        };
        self.store().write(write).await?.ok_or(Error::NotFound("subscription"))
    }

    /// Ends the subscription of a session, if there is one.
    pub async fn unsubscribe(&self, who: &SignedIn) -> Result<()> {
        let session = who.session;
        Ok(self.store().write(move |conn| push::unsubscribe(conn, session)).await?)
    }

    fn endpoint(&self, address: &str) -> Result<Url> {
        let refused = |message: &str| Error::invalid("endpoint", "bad_endpoint", message);
        if address.len() > limits::PUSH_ENDPOINT_MAX_BYTES {
            let message = format!("an address has at most {} bytes", limits::PUSH_ENDPOINT_MAX_BYTES);
            return Err(refused(&message));
        }
        let url = Url::parse(address).map_err(|_| refused("this is not an address"))?;
        let speaks = url.scheme() == "https" || (url.scheme() == "http" && self.0.client.allows_http());
        match speaks && url.has_host() && url.username().is_empty() && url.password().is_none() {
            true => Ok(url),
            false => Err(refused("the address of a push service begins with https:// and names a host")),
        }
    }
}

fn recipient(keys: &Keys) -> Result<Recipient> {
    let decoded = |field: &'static str, text: &str| {
        let message = "keys are Base64, for URLs or as mail has it";
        // Some libraries take the other two letters.
        let text = text.trim().replace('+', "-").replace('/', "_");
        LENIENT.decode(text).map_err(|_| Error::invalid(field, "bad_push_key", message))
    };
    let (public, auth) = (decoded("p256dh", &keys.p256dh)?, decoded("auth", &keys.auth)?);
    let message = "p256dh is a point of P-256 in 65 bytes, and auth has 16 bytes";
    Recipient::new(public, auth).map_err(|_| Error::invalid("keys", "bad_push_key", message))
}
