//! draft-cavage-http-signatures-12 with RSA-SHA256, the baseline of the network.

use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::{
    ACTIVITY_CONTENT_TYPE, BodyDigest, Claim, Form, KeyId, MAX_COMPONENTS, Outgoing, RequestParts,
    SYNCHRONIZATION, SignatureError, Signer, check_expiry, check_host_and_body, check_window,
    decode_signature, header_value, needs_digest, only_value, signature_header,
};
use crate::clock::Millis;
use crate::federation::keys::KeyError;
use crate::model::time::{parse_http_date, to_http_date};

/// Parameters of a `Signature` header; the draft knows seven.
const MAX_PARAMS: usize = 16;

const TARGET: &str = "(request-target)";
const CREATED: &str = "(created)";
const EXPIRES: &str = "(expires)";

/// Signs in the form every known peer accepts: `(request-target) host date`, and `digest content-type` for a POST.
pub(super) fn sign(signer: &Signer<'_>, request: &Outgoing<'_>) -> Result<HeaderMap, KeyError> {
    let date = to_http_date(request.now_ms);
    let host = host_of(request.url).ok_or(KeyError::Failed)?;
    let target = target(request.method, request.url, request.path_only);
    let mut message = format!("{TARGET}: {target}\nhost: {host}\ndate: {date}");
    let mut covered = format!("{TARGET} host date");
    let mut headers = HeaderMap::new();
    headers.insert("date", header_value(&date)?);
    if let Some(digest) = request.digest {
        let digest = digest.digest_header();
        message.push_str(&format!("\ndigest: {digest}\ncontent-type: {ACTIVITY_CONTENT_TYPE}"));
        covered.push_str(" digest content-type");
        headers.insert("digest", header_value(&digest)?);
        headers.insert("content-type", HeaderValue::from_static(ACTIVITY_CONTENT_TYPE));
    }
    if let Some(synchronization) = request.synchronization {
        message.push_str(&format!("\n{SYNCHRONIZATION}: {synchronization}"));
        covered.push_str(&format!(" {SYNCHRONIZATION}"));
        headers.insert(SYNCHRONIZATION, header_value(synchronization)?);
    }
    let signature = super::digest::encode_base64(&signer.key.sign(message.as_bytes())?);
    // No blanks after the commas and the old label: some parsers know nothing else.
    let value = format!(
        r#"keyId="{}",algorithm="rsa-sha256",headers="{covered}",signature="{signature}""#,
        signer.key_id
    );
    headers.insert("signature", header_value(&value)?);
    Ok(headers)
}

/// The checks before the key, see [`super::inspect`].
pub(super) fn inspect(parts: &RequestParts<'_>, now_ms: Millis, ours: &Url) -> Result<Claim, SignatureError> {
    let params = Params::parse(signature_header(parts.headers, "signature")?)?;
    params.check_coverage(needs_digest(parts))?;
    check_host_and_body(parts, ours, "digest", |body, header| BodyDigest::of(body).matches_digest(header))?;
    params.check_time(parts.headers, now_ms)?;
    let mut messages = vec![params.message(parts, parts.path_and_query)?];
    if let Some((path, _query)) = parts.path_and_query.split_once('?') {
        messages.push(params.message(parts, path)?);
    }
    Ok(Claim { key_id: params.key_id, form: Form::Cavage, signature: params.signature, messages })
}

/// The parsed `Signature` header.
struct Params {
    key_id: KeyId,
    covered: Vec<String>,
    signature: Vec<u8>,
    created_s: Option<i64>,
    expires_s: Option<i64>,
}

impl Params {
    fn parse(header: &str) -> Result<Self, SignatureError> {
        let pairs = pairs(header)?;
        let find =
            |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        // A fraction is allowed by the draft; whole seconds are enough for us.
        let seconds = |name: &str| match find(name) {
            Some(text) => text
                .split('.')
                .next()
                .and_then(|whole| whole.parse().ok())
                .map(Some)
                .ok_or(SignatureError::Malformed("a time is not a number")),
            None => Ok(None),
        };
        let (created_s, expires_s) = (seconds("created")?, seconds("expires")?);
        let signature = find("signature").ok_or(SignatureError::Malformed("no signature"))?;
        let key_id = find("keyid").ok_or(SignatureError::Malformed("no keyId"))?;
        check_algorithm(find("algorithm"))?;
        // Without a list only the date is covered, which is never enough.
        let covered: Vec<String> =
            find("headers").unwrap_or("date").split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
        if covered.len() > MAX_COMPONENTS {
            return Err(SignatureError::Malformed("too many headers"));
        }
        let signature = decode_signature(signature)?;
        Ok(Self { key_id: KeyId::parse(key_id)?, covered, signature, created_s, expires_s })
    }

    fn covers(&self, name: &str) -> bool {
        self.covered.iter().any(|covered| covered == name)
    }

    fn check_coverage(&self, digest: bool) -> Result<(), SignatureError> {
        for name in [TARGET, "host"] {
            if !self.covers(name) {
                return Err(SignatureError::NotCovered(name));
            }
        }
        if !self.covers("date") && !self.covers(CREATED) {
            return Err(SignatureError::NotCovered("date"));
        }
        if digest && !self.covers("digest") {
            return Err(SignatureError::NotCovered("digest"));
        }
        Ok(())
    }

    fn check_time(&self, headers: &HeaderMap, now_ms: Millis) -> Result<(), SignatureError> {
        if self.covers("date") {
            check_window(read_http_date(only_value(headers, "date")?)?, now_ms)?;
        }
        if self.covers(CREATED) {
            let created_s = self.created_s.ok_or(SignatureError::BadDate)?;
            check_window(created_s.saturating_mul(1_000), now_ms)?;
        }
        check_expiry(self.expires_s.map(|at| at.saturating_mul(1_000)), now_ms)
    }

    /// The bytes that were signed, if the request target was `target`.
    fn message(&self, parts: &RequestParts<'_>, target: &str) -> Result<Vec<u8>, SignatureError> {
        let mut message = Vec::new();
        for name in &self.covered {
            if !message.is_empty() {
                message.push(b'\n');
            }
            message.extend_from_slice(name.as_bytes());
            message.extend_from_slice(b": ");
            match name.as_str() {
                TARGET => {
                    message.extend_from_slice(parts.method.as_str().to_ascii_lowercase().as_bytes());
                    message.push(b' ');
                    message.extend_from_slice(target.as_bytes());
                }
                CREATED => message.extend_from_slice(seconds_text(self.created_s)?.as_bytes()),
                EXPIRES => message.extend_from_slice(seconds_text(self.expires_s)?.as_bytes()),
                "host" => message.extend_from_slice(parts.host.as_bytes()),
                header => message.extend_from_slice(only_value(parts.headers, header)?),
            }
        }
        Ok(message)
    }
}

/// `hs2019` says "ask the key", and every key here is RSA with SHA-256; no label means the same.
fn check_algorithm(label: Option<&str>) -> Result<(), SignatureError> {
    match label {
        None => Ok(()),
        Some(label) if ["rsa-sha256", "hs2019"].iter().any(|known| label.eq_ignore_ascii_case(known)) => {
            Ok(())
        }
        Some(label) => Err(SignatureError::Unsupported(label.chars().take(40).collect())),
    }
}

/// Splits `name="value",name=value` with any blanks; names come out in lower case.
pub(in crate::federation) fn pairs(header: &str) -> Result<Vec<(String, String)>, SignatureError> {
    let malformed = SignatureError::Malformed("not a list of name=\"value\"");
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut rest = header.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or(malformed.clone())?;
        let name = name.trim().to_ascii_lowercase();
        let (value, after) = value(after.trim_start()).ok_or(malformed.clone())?;
        if name.is_empty() || pairs.len() == MAX_PARAMS || pairs.iter().any(|(known, _)| *known == name) {
            return Err(malformed);
        }
        pairs.push((name, value));
        rest = after.trim_start();
        if !rest.is_empty() && !rest.starts_with(',') {
            return Err(malformed);
        }
        rest = rest.trim_start_matches([' ', '\t', ',']);
    }
    Ok(pairs)
}

/// A value, quoted or bare, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (bare, rest) = text.split_at(text.find(',').unwrap_or(text.len()));
        return Some((bare.trim().to_owned(), rest));
    };
    let mut value = String::new();
    let mut letters = quoted.chars();
    loop {
        match letters.next()? {
            '"' => return Some((value, letters.as_str())),
            '\\' => value.push(letters.next()?),
            letter => value.push(letter),
        }
    }
}

fn target(method: &Method, url: &Url, path_only: bool) -> String {
    let method = method.as_str().to_ascii_lowercase();
    match url.query() {
        Some(query) if !path_only => format!("{method} {}?{query}", url.path()),
        _ => format!("{method} {}", url.path()),
    }
}

// As the client will write it, which is not always the canonical authority.
fn host_of(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn seconds_text(seconds: Option<i64>) -> Result<String, SignatureError> {
    seconds.map(|seconds| seconds.to_string()).ok_or(SignatureError::BadDate)
}

fn read_http_date(value: &[u8]) -> Result<Millis, SignatureError> {
    std::str::from_utf8(value).ok().and_then(parse_http_date).ok_or(SignatureError::BadDate)
}
