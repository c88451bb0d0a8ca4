//! The OpenAPI document and its page.

use std::collections::BTreeSet;

use serde_json::Value;

use super::world::worlds;
use crate::http::api::{document, table};

fn described() -> Value {
    serde_json::to_value(document()).unwrap()
}

#[test]
fn the_document_names_every_route_once_with_what_it_can_answer() {
    let document = described();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let routes = table().finish().2;
    let mut names = BTreeSet::new();
    for route in &routes {
        let operation = &document["paths"][&route.path][route.method.to_lowercase()];
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{route:?} is not described"));
        assert!(names.insert(name), "{name} is there twice");
        assert!(operation["summary"].is_string() && operation["security"].is_array(), "{name}");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{name}");
        assert!(answers.contains_key("429") && answers.contains_key("503"), "{name}");
        let variables = route.path.matches('{').count();
        let in_path = operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "path");
        assert_eq!(in_path.count(), variables, "{name}");
    }
    let described: usize =
        document["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum();
    assert_eq!(described, routes.len());
}

#[test]
fn every_reference_leads_to_a_type() {
    fn walk(value: &Value, document: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                }
                members.values().for_each(|inner| walk(inner, document));
            }
            Value::Array(items) => items.iter().for_each(|inner| walk(inner, document)),
            _ => {}
        }
    }
    let document = described();
    walk(&document, &document);
}

/// Inputs of programs' registration and login (RFC 6749, 7591), and of the pages of those who run the instance.
const NOT_OURS: [&str; 13] = [
    "address",
    "category",
    "client_name",
    "code",
    "code_challenge",
    "file",
    "grant_type",
    "redirect_uri",
    "redirect_uris",
    "scope",
    "scopes",
    "shortcode",
    "website",
];

/// The fields that the use-cases and the rules below them name in their refusals.
fn named_fields(folder: &std::path::Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            named_fields(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
            for call in ["Error::invalid(", "Error::conflict("] {
                let fields =
                    source.split(call).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
                found.extend(fields.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
            }
        }
    }
}

#[test]
fn refusals_name_fields_as_the_document_does() {
    fn inputs(value: &Value, document: &Value, seen: &mut BTreeSet<String>, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str)
                    && seen.insert(reference.to_owned())
                {
                    let inner = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
                    inputs(inner, document, seen, found);
                }
                if let Some(properties) = members.get("properties").and_then(Value::as_object) {
                    found.extend(properties.keys().cloned());
                }
                members.values().for_each(|inner| inputs(inner, document, seen, found));
            }
            Value::Array(items) => items.iter().for_each(|inner| inputs(inner, document, seen, found)),
            _ => {}
        }
    }
    let (document, mut known, mut seen) = (described(), BTreeSet::new(), BTreeSet::new());
    let paths = document["paths"].as_object().unwrap();
    for operation in paths.values().flat_map(|path| path.as_object().unwrap().values()) {
        inputs(&operation["requestBody"], &document, &mut seen, &mut known);
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        known.extend(parameters.filter_map(|parameter| Some(parameter["name"].as_str()?.to_owned())));
    }
    let mut named = BTreeSet::new();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for room in ["service", "model", "store"] {
        named_fields(&source.join(room), &mut named);
    }
    named.retain(|field| !known.contains(field) && !NOT_OURS.contains(&field.as_str()));
    assert_eq!(named, BTreeSet::new(), "no input of the native API has these names");
}

#[tokio::test]
async fn the_page_shows_every_operation_and_needs_nothing_from_elsewhere() {
    let world = worlds().await.remove(0);
    let document = world.ask(None, "GET /api/openapi.json", None).await;
    assert_eq!(document.headers["content-type"], "application/json");
    assert_eq!(document.body, described());
    let page = world.ask(None, "GET /api", None).await;
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    let html = page.body.as_str().unwrap();
    for route in table().finish().2 {
        assert!(html.contains(&format!("{} {}", route.method, route.path)), "{route:?}");
    }
    for foreign in ["<script", "<style", "style=", "onclick", "http://", "src="] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    assert!(html.contains("list of Tweet") && html.contains("string or null"), "types are shown");
}
