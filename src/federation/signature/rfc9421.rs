//! RFC 9421, HTTP Message Signatures, with `rsa-v1_5-sha256`: the subset that peers send.
//!
//! One signature, components without parameters, and no re-serialisation: the signed parameters are taken as they
//! were sent, which for a signature that verifies is the same thing.

use http::{HeaderMap, HeaderValue};
use url::Url;

use super::digest::content_digest_fits;
use super::{
    ACTIVITY_CONTENT_TYPE, Claim, Form, KeyId, MAX_COMPONENTS, Outgoing, RequestParts, SYNCHRONIZATION,
    SignatureError, Signer, check_expiry, check_host_and_body, check_window, decode_signature, header_value,
    needs_digest, only_value, signature_header,
};
use crate::clock::Millis;
use crate::federation::keys::KeyError;
use crate::federation::origin::authority;

/// Parameters of one signature; the RFC knows six.
const MAX_PARAMS: usize = 16;

/// The only algorithm we speak; also what no label means, since the keys are RSA.
const ALGORITHM: &str = "rsa-v1_5-sha256";

/// Signs `@method`, `@target-uri` and, for a POST, `content-digest`.
pub(super) fn sign(signer: &Signer<'_>, request: &Outgoing<'_>) -> Result<HeaderMap, KeyError> {
    let mut url = request.url.clone();
    url.set_fragment(None);
    let mut headers = HeaderMap::new();
    let mut base = format!("\"@method\": {}\n\"@target-uri\": {url}\n", request.method);
    let mut covered = String::from(r#""@method" "@target-uri""#);
    if let Some(digest) = request.digest {
        let digest = digest.content_digest_header();
        base.push_str(&format!("\"content-digest\": {digest}\n"));
        covered.push_str(r#" "content-digest""#);
        headers.insert("content-digest", header_value(&digest)?);
        headers.insert("content-type", HeaderValue::from_static(ACTIVITY_CONTENT_TYPE));
    }
    if let Some(synchronization) = request.synchronization {
        base.push_str(&format!("\"{SYNCHRONIZATION}\": {synchronization}\n"));
        covered.push_str(&format!(" \"{SYNCHRONIZATION}\""));
        headers.insert(SYNCHRONIZATION, header_value(synchronization)?);
    }
    let created_s = request.now_ms.div_euclid(1_000);
    let params = format!(r#"({covered});created={created_s};keyid="{}""#, signer.key_id);
    base.push_str(&format!("\"@signature-params\": {params}"));
    let signature = super::digest::encode_base64(&signer.key.sign(base.as_bytes())?);
    headers.insert("signature-input", header_value(&format!("sig1={params}"))?);
    headers.insert("signature", header_value(&format!("sig1=:{signature}:"))?);
    Ok(headers)
}

/// The checks before the key, see [`super::inspect`].
pub(super) fn inspect(parts: &RequestParts<'_>, now_ms: Millis, ours: &Url) -> Result<Claim, SignatureError> {
    let input = Input::parse(signature_header(parts.headers, "signature-input")?)?;
    let signature = signature_of(signature_header(parts.headers, "signature")?, input.label)?;
    let key_id = KeyId::parse(input.param("keyid").ok_or(SignatureError::Malformed("no keyid"))?)?;
    input.check_algorithm()?;
    input.check_coverage(needs_digest(parts))?;
    check_host_and_body(parts, ours, "content-digest", content_digest_fits)?;
    let created_ms = input.seconds("created")?.ok_or(SignatureError::NotCovered("created"))?;
    check_window(created_ms, now_ms)?;
    check_expiry(input.seconds("expires")?, now_ms)?;
    let base = input.base(parts, ours)?;
    Ok(Claim { key_id, form: Form::Rfc9421, signature, messages: vec![base] })
}

/// The parsed `Signature-Input` with its single member.
struct Input<'a> {
    label: &'a str,
    components: Vec<&'a str>,
    params: Vec<(&'a str, &'a str)>,
    // From the opening parenthesis to the end, as sent.
    raw: &'a str,
}

impl<'a> Input<'a> {
    fn parse(header: &'a str) -> Result<Self, SignatureError> {
        let malformed = SignatureError::Malformed("Signature-Input");
        let (label, raw) = header.split_once('=').ok_or(malformed.clone())?;
        let label = label.trim();
        if label.is_empty() || label.contains(|c: char| c.is_whitespace() || c == ',' || c == '"') {
            return Err(malformed);
        }
        let mut rest = raw.strip_prefix('(').ok_or(malformed.clone())?.trim_start_matches(' ');
        let mut components: Vec<&str> = Vec::new();
        while let Some(quoted) = rest.strip_prefix('"') {
            let (component, after) = quoted.split_once('"').ok_or(malformed.clone())?;
            if after.starts_with(';') {
                return Err(SignatureError::Unsupported("component parameters".to_owned()));
            }
            if components.len() == MAX_COMPONENTS || components.contains(&component) {
                return Err(malformed);
            }
            components.push(component);
            rest = after.trim_start_matches(' ');
        }
        let rest = rest.strip_prefix(')').ok_or(malformed)?;
        Ok(Self { label, components, params: params(rest)?, raw })
    }

    fn param(&self, name: &str) -> Option<&'a str> {
        self.params.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn seconds(&self, name: &str) -> Result<Option<Millis>, SignatureError> {
        let Some(text) = self.param(name) else { return Ok(None) };
        let seconds: i64 = text.parse().map_err(|_| SignatureError::BadDate)?;
        Ok(Some(seconds.saturating_mul(1_000)))
    }

    fn check_algorithm(&self) -> Result<(), SignatureError> {
        match self.param("alg") {
            None | Some(ALGORITHM) => Ok(()),
            Some(other) => Err(SignatureError::Unsupported(other.chars().take(40).collect())),
        }
    }

    fn covers(&self, name: &str) -> bool {
        self.components.contains(&name)
    }

    fn check_coverage(&self, digest: bool) -> Result<(), SignatureError> {
        if !self.covers("@method") {
            return Err(SignatureError::NotCovered("@method"));
        }
        let target = self.covers("@target-uri") || (self.covers("@path") && self.covers("@authority"));
        if !target {
            return Err(SignatureError::NotCovered("@target-uri"));
        }
        if digest && !self.covers("content-digest") {
            return Err(SignatureError::NotCovered("content-digest"));
        }
        Ok(())
    }

    /// The signature base, RFC 9421 section 2.5.
    fn base(&self, parts: &RequestParts<'_>, ours: &Url) -> Result<Vec<u8>, SignatureError> {
        let mut base = Vec::new();
        for component in &self.components {
            base.extend_from_slice(format!("\"{component}\": ").as_bytes());
            match derived(component, parts, ours) {
                Some(value) => base.extend_from_slice(value.as_bytes()),
                None if component.starts_with('@') => {
                    return Err(SignatureError::Unsupported(component.chars().take(40).collect()));
                }
                None => base.extend_from_slice(only_value(parts.headers, component)?),
            }
            base.push(b'\n');
        }
        base.extend_from_slice(b"\"@signature-params\": ");
        base.extend_from_slice(self.raw.as_bytes());
        Ok(base)
    }
}

/// The value of a derived component, RFC 9421 section 2.2. The host has been checked, so our own name stands for it.
fn derived(component: &str, parts: &RequestParts<'_>, ours: &Url) -> Option<String> {
    let (path, query) = parts.path_and_query.split_once('?').unwrap_or((parts.path_and_query, ""));
    match component {
        "@method" => Some(parts.method.to_string()),
        "@target-uri" => Some(format!("{}://{}{}", ours.scheme(), authority(ours), parts.path_and_query)),
        "@authority" => Some(authority(ours)),
        "@scheme" => Some(ours.scheme().to_owned()),
        "@request-target" => Some(parts.path_and_query.to_owned()),
        "@path" => Some(path.to_owned()),
        "@query" => Some(format!("?{query}")),
        _ => None,
    }
}

/// The `;name=value` list after the components. A comma would begin a second signature.
fn params(text: &str) -> Result<Vec<(&str, &str)>, SignatureError> {
    let malformed = SignatureError::Malformed("Signature-Input parameters");
    let mut params: Vec<(&str, &str)> = Vec::new();
    let mut rest = text;
    while let Some(after) = rest.strip_prefix(';') {
        let after = after.trim_start_matches(' ');
        let name_end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let (name, after) = after.split_at(name_end);
        let (value, after) = match after.strip_prefix('=') {
            Some(value) => bare_item(value).ok_or(malformed.clone())?,
            None => ("?1", after),
        };
        if name.is_empty() || params.len() == MAX_PARAMS || params.iter().any(|(known, _)| *known == name) {
            return Err(malformed);
        }
        params.push((name, value));
        rest = after;
    }
    match rest.trim_start().chars().next() {
        None => Ok(params),
        Some(',') => Err(SignatureError::Several),
        Some(_) => Err(malformed),
    }
}

/// A bare item, without the quotes of a string, and what follows. Strings with escapes occur in no key id.
fn bare_item(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').filter(|(value, _)| !value.contains('\\')),
        None => {
            let end = text.find([';', ',', ' ']).unwrap_or(text.len());
            Some(text.split_at(end)).filter(|(value, _)| !value.is_empty())
        }
    }
}

/// The bytes of the member `label` in a `Signature` header of one member.
fn signature_of(header: &str, label: &str) -> Result<Vec<u8>, SignatureError> {
    let (known, value) = header.split_once('=').ok_or(SignatureError::Malformed("Signature"))?;
    if known.trim() != label {
        return Err(SignatureError::Malformed("Signature and Signature-Input differ in their labels"));
    }
    let encoded = value.trim().strip_prefix(':').ok_or(SignatureError::Malformed("Signature"))?;
    let (encoded, rest) = encoded.split_once(':').ok_or(SignatureError::Malformed("Signature"))?;
    match rest.trim() {
        "" => decode_signature(encoded),
        _ => Err(SignatureError::Several),
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::federation::keys::PublicKey;

    /// RFC 9421 section 4.3, the second signature: the one RSA v1.5 vector of the RFC.
    const INPUT: &str = "proxy_sig=(\"@method\" \"@authority\" \"@path\" \"content-digest\" \"content-type\" \
        \"content-length\" \"forwarded\");created=1618884480;keyid=\"test-key-rsa\";alg=\"rsa-v1_5-sha256\"\
        ;expires=1618884540";
    const SIGNATURE: &str = "proxy_sig=:S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g\
        92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSF\
        u7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJv\
        ye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g==:";

    #[test]
    fn the_rsa_vector_of_the_rfc_verifies() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (
                "content-digest",
                "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
            ),
            ("content-type", "application/json"),
            ("content-length", "18"),
            ("forwarded", "for=192.0.2.123;host=example.com;proto=https"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let parts = RequestParts {
            method: &Method::POST,
            path_and_query: "/foo?param=Value&Pet=dog",
            host: "origin.host.internal.example",
            headers: &headers,
            body: b"{\"hello\": \"world\"}",
        };
        let ours = Url::parse("https://origin.host.internal.example/").unwrap();
        let input = Input::parse(INPUT).unwrap();
        let base = input.base(&parts, &ours).unwrap();
        let signature = signature_of(SIGNATURE, input.label).unwrap();
        let key = PublicKey::from_pem(include_str!("../keys/rfc9421_test_key.pem")).unwrap();
        assert!(key.verify(&base, &signature));
        assert_eq!(input.seconds("expires"), Ok(Some(1_618_884_540_000)));
        assert_eq!(input.check_algorithm(), Ok(()));
        assert_eq!(input.check_coverage(true), Ok(()));
    }

    #[test]
    fn derived_components_have_the_values_of_the_rfc() {
        let headers = HeaderMap::new();
        let parts = RequestParts {
            method: &Method::GET,
            path_and_query: "/path?param=value",
            host: "www.example.com",
            headers: &headers,
            body: b"",
        };
        let ours = Url::parse("https://www.example.com/").unwrap();
        for (component, value) in [
            ("@method", "GET"),
            ("@target-uri", "https://www.example.com/path?param=value"),
            ("@authority", "www.example.com"),
            ("@scheme", "https"),
            ("@request-target", "/path?param=value"),
            ("@path", "/path"),
            ("@query", "?param=value"),
        ] {
            assert_eq!(derived(component, &parts, &ours).as_deref(), Some(value), "{component}");
        }
        let bare = RequestParts { path_and_query: "/path", ..parts };
        assert_eq!(derived("@query", &bare, &ours).as_deref(), Some("?"));
    }

    #[test]
    fn what_is_unclear_or_unknown_is_refused() {
        for (input, error) in [
            ("sig1", SignatureError::Malformed("Signature-Input")),
            ("sig1=\"@method\"", SignatureError::Malformed("Signature-Input")),
            ("sig1=(\"@method\"", SignatureError::Malformed("Signature-Input")),
            ("sig1=(\"@method\" \"@method\")", SignatureError::Malformed("Signature-Input")),
            ("sig1=(\"@method\");created=1, sig2=()", SignatureError::Several),
            (
                "sig1=(\"@method\");created=1;created=2",
                SignatureError::Malformed("Signature-Input parameters"),
            ),
            ("sig1=(\"@method\")created=1", SignatureError::Malformed("Signature-Input parameters")),
            (
                "sig1=(\"@query-param\";name=\"x\")",
                SignatureError::Unsupported("component parameters".into()),
            ),
        ] {
            assert_eq!(Input::parse(input).err(), Some(error), "{input}");
        }
    }
}
