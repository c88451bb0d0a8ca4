//! The page about the API: the OpenAPI document as plain HTML, complete without scripts and styles.

use askama::Template;
use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

/// The whole page.
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ title }} API</title>
</head>
<body>
<main>
<h1>{{ title }} API {{ version }}</h1>
{% for paragraph in about %}<p>{{ paragraph }}</p>
{% endfor %}<p>Programs read the same as <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
<nav aria-label="Contents"><ul>
{% for group in groups %}<li><a href="#{{ group.name }}">{{ group.name }}</a></li>
{% endfor %}<li><a href="#types">types</a></li>
</ul></nav>
{% for group in groups %}<section id="{{ group.name }}">
<h2>{{ group.name }}</h2>
{% for operation in group.operations %}<article id="{{ operation.id }}">
<h3><code>{{ operation.method }} {{ operation.path }}</code></h3>
<p>{{ operation.summary }}. {{ operation.description }} <em>{{ operation.access }}</em></p>
<ul>
{% for field in operation.parameters %}<li><code>{{ field.name }}</code> ({{ field.kind }}): {{ field.about }}</li>
{% endfor %}{% if let Some(body) = operation.body %}<li>body: <a href="#type-{{ body }}"><code>{{ body }}</code></a></li>
{% endif %}{% for answer in operation.answers %}<li>{{ answer.status }}: {{ answer.about }}{% if let Some(body) = answer.body %} <a href="#type-{{ body }}"><code>{{ body }}</code></a>{% endif %}</li>
{% endfor %}</ul>
</article>
{% endfor %}</section>
{% endfor %}<section id="types">
<h2>types</h2>
{% for type_ in types %}<article id="type-{{ type_.name }}">
<h3><code>{{ type_.name }}</code></h3>
<p>{{ type_.about }}</p>
<dl>
{% for field in type_.fields %}<dt><code>{{ field.name }}</code> ({{ field.kind }})</dt><dd>{{ field.about }}</dd>
{% endfor %}</dl>
</article>
{% endfor %}</section>
</main>
</body>
</html>
"##
)]
struct Page {
    title: String,
    version: String,
    about: Vec<String>,
    groups: Vec<Group>,
    types: Vec<Type>,
}

struct Group {
    name: String,
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    access: String,
    parameters: Vec<Field>,
    body: Option<String>,
    answers: Vec<Answer>,
}

struct Field {
    name: String,
    kind: String,
    about: String,
}

struct Answer {
    status: String,
    about: String,
    body: Option<String>,
}

struct Type {
    name: String,
    about: String,
    fields: Vec<Field>,
}

/// The page about this document; what it does not know how to show, it leaves out.
pub(super) fn render(document: &OpenApi) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let about = text(&document, "/info/description");
    let page = Page {
        title: text(&document, "/info/title"),
        version: text(&document, "/info/version"),
        about: about.split("\n\n").map(str::to_owned).collect(),
        groups: groups(&document),
        types: members(&document, "/components/schemas")
            .map(|(name, schema)| describe(name, schema))
            .collect(),
    };
    page.render().unwrap_or_default()
}

fn groups(document: &Value) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, item) in members(document, "/paths") {
        for (method, operation) in members(item, "") {
            let name = text(operation, "/tags/0");
            let operation = describe_operation(method, path, operation);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.operations.push(operation),
                None => groups.push(Group { name, operations: vec![operation] }),
            }
        }
    }
    groups
}

fn describe_operation(method: &str, path: &str, operation: &Value) -> Operation {
    let parameter = |parameter: &Value| Field {
        name: text(parameter, "/name"),
        kind: format!("{}, {}", text(parameter, "/in"), kind(parameter.pointer("/schema"))),
        about: text(parameter, "/description"),
    };
    let answer = |(status, answer): (&String, &Value)| Answer {
        status: status.clone(),
        about: text(answer, "/description"),
        body: members(answer, "/content").find_map(|(_, content)| name_of(content.pointer("/schema")?)),
    };
    Operation {
        id: text(operation, "/operationId"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(operation, "/summary"),
        description: text(operation, "/description"),
        access: access(operation),
        parameters: list(operation, "/parameters").map(parameter).collect(),
        body: operation.pointer("/requestBody/content/application~1json/schema").and_then(name_of),
        answers: members(operation, "/responses").map(answer).collect(),
    }
}

/// Who may, in words.
fn access(operation: &Value) -> String {
    let mut anybody = false;
    let mut scopes: Vec<&str> = Vec::new();
    for requirement in list(operation, "/security") {
        anybody |= requirement.as_object().is_some_and(Map::is_empty);
        scopes.extend(list(requirement, "/bearer").filter_map(Value::as_str));
    }
    match (anybody, scopes.first()) {
        (true, None) => "Open to all.".to_owned(),
        (true, Some(scope)) => format!("Open to all; a token needs the scope {scope}."),
        (false, None) => "For who is signed in.".to_owned(),
        (false, Some(scope)) => format!("For who is signed in; a token needs the scope {scope}."),
    }
}

fn describe(name: &str, schema: &Value) -> Type {
    let parts = std::iter::once(schema).chain(list(schema, "/allOf"));
    let fields = parts.flat_map(|part| members(part, "/properties")).map(|(name, field)| Field {
        name: name.clone(),
        kind: kind(Some(field)),
        about: text(field, "/description"),
    });
    Type { name: name.to_owned(), about: text(schema, "/description"), fields: fields.collect() }
}

/// The type of a value in words: `string`, `Tweet`, `list of Media`, `string or null`.
fn kind(schema: Option<&Value>) -> String {
    let Some(schema) = schema else { return "anything".to_owned() };
    if let Some(name) = name_of(schema) {
        return name;
    }
    let choices: Vec<String> =
        list(schema, "/oneOf").chain(list(schema, "/allOf")).map(|one| kind(Some(one))).collect();
    if !choices.is_empty() {
        return choices.join(" or ");
    }
    match schema.get("type") {
        Some(Value::String(word)) if word == "array" => format!("list of {}", kind(schema.get("items"))),
        Some(Value::String(word)) => word.clone(),
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "anything".to_owned(),
    }
}

fn name_of(schema: &Value) -> Option<String> {
    Some(schema.get("$ref")?.as_str()?.rsplit('/').next()?.to_owned())
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn members<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}
