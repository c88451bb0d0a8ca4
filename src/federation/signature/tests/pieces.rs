//! Signature headers put together from pieces that parsers trip over, and signed requests with one part changed:
//! nothing panics, and nothing verifies that the key did not sign.

use super::*;

/// Pieces of both forms, whole and broken.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "keyId=",
        "\"https://b.test/users/bob#main-key\"",
        "algorithm=\"hs2019\"",
        "algorithm=\"rsa-sha256\"",
        "headers=\"(request-target) host date digest\"",
        "headers=\"\"",
        "headers=\"host host host\"",
        "signature=\"AAAA\"",
        "signature=\"",
        "created=1767323045",
        "created=99999999999999999999",
        "created=-1",
        "expires=1.5.5",
        "(created)",
        "(expires)",
        "(request-target)",
        "sig1=",
        "sig1=(",
        "(\"@method\" \"@target-uri\" \"content-digest\")",
        "\"@query-param\";name=\"x\"",
        "\"@signature-params\"",
        "\"@status\"",
        "\"\"",
        ")",
        ";created=1767323045",
        ";keyid=\"https://b.test/users/bob#main-key\"",
        ";alg=\"rsa-v1_5-sha256\"",
        ";expires",
        ";=",
        ":AAAA:",
        ":=:",
        ":",
        ";",
        ",",
        "=",
        "\"",
        "\\",
        " ",
        "\t",
    ]);
    let any_bytes = prop::collection::vec(any::<u8>(), 0..6);
    let one = prop_oneof![9 => piece.prop_map(|text| text.as_bytes().to_vec()), 1 => any_bytes];
    prop::collection::vec(one, 0..14).prop_map(|pieces| pieces.concat())
}

/// A part of a signed request, and the change of one byte in it.
#[derive(Clone, Copy, Debug)]
enum Part {
    Body,
    Path,
    Host,
    Header(&'static str),
}

fn parts(form: Form) -> Vec<Part> {
    let headers: &[&str] = match form {
        Form::Cavage => &["date", "digest", "content-type"],
        Form::Rfc9421 => &["content-digest"],
    };
    let fixed = [Part::Body, Part::Path, Part::Host];
    fixed.into_iter().chain(headers.iter().copied().map(Part::Header)).collect()
}

/// The same text with another letter somewhere.
fn changed(text: &[u8], at: usize, letter: u8) -> Option<Vec<u8>> {
    let mut text = text.to_vec();
    let place = at % text.len();
    let byte = text.get_mut(place)?;
    (*byte != letter).then(|| *byte = letter)?;
    Some(text)
}

fn with_change(received: Received, part: Part, at: usize, letter: u8) -> Option<Received> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).ok();
    Some(match part {
        Part::Body => Received { body: changed(&received.body, at, letter)?, ..received },
        Part::Path => {
            let path = text(changed(received.path_and_query.as_bytes(), at, letter)?)?;
            Received { path_and_query: path, ..received }
        }
        Part::Host => Received { host: text(changed(received.host.as_bytes(), at, letter)?)?, ..received },
        Part::Header(name) => {
            let value = changed(received.headers[name].as_bytes(), at, letter)?;
            let mut received = received;
            received.headers.insert(name, HeaderValue::from_bytes(&value).ok()?);
            received
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_pieces_of_headers_panic_or_verify(signature in pieces(), input in prop::option::of(pieces())) {
        let mut received = Received::post(Form::Cavage);
        for (name, value) in [("signature", Some(signature)), ("signature-input", input)] {
            if let Some(value) = value.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()) {
                received.headers.insert(name, value);
                prop_assert!(received.verify().is_err());
            }
        }
    }

    #[test]
    fn whatever_is_let_to_the_key_covers_all_it_must(covered in prop::sample::subsequence(
        vec!["(request-target)", "host", "date", "(created)", "digest", "content-type"], 0..=6,
    )) {
        let digest = body_digest();
        let mut headers = inbox_headers(&digest).to_vec();
        headers.extend([("(created)", "1767323045"), ("content-type", "application/activity+json")]);
        let claimed = cavage(&covered.join(" "), "created=1767323045,", &headers).inspect();
        let has = |name| covered.contains(&name);
        let enough = has("(request-target)") && has("host") && has("digest") && (has("date") || has("(created)"));
        prop_assert_eq!(claimed.is_ok(), enough);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_change_of_a_signed_request_verifies(
        rfc: bool, part in 0usize..6, at in 0usize..200, letter in b'!'..=b'~',
    ) {
        let form = if rfc { Form::Rfc9421 } else { Form::Cavage };
        let parts = parts(form);
        let part = parts[part % parts.len()];
        if let Some(changed) = with_change(Received::post(form), part, at, letter) {
            // A host has one meaning in any case, and RFC 9421 signs the meaning.
            let is_same_host = rfc && changed.host.eq_ignore_ascii_case("a.test");
            let same = matches!(part, Part::Host) && is_same_host;
            prop_assert_eq!(changed.verify().is_ok(), same, "{:?}", part);
        }
    }
}
