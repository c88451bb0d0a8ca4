//! Keeps the house standing: rooms import only from lower floors, and SQL stays in the store.
//!
//! Reads every file under `src/` as tokens. A path that begins with `crate` or `super` leads to a room; the
//! room's floor decides whether the path is allowed. The floors are those of `src/lib.rs`.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this file is a test, where a panic is a failed check"
)]

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Every room and its floor. A new room is added here and to the page of floors in `src/lib.rs`.
const FLOORS: &[(&str, u8)] = &[
    ("config", 0),
    ("telemetry", 0),
    ("clock", 0),
    ("buckets", 0),
    ("chance", 0),
    ("crew", 0),
    ("error", 0),
    ("secrets", 0),
    ("model", 1),
    ("store", 2),
    ("media", 2),
    ("mail", 2),
    ("push", 2),
    ("client", 2),
    ("service", 3),
    ("federation", 3),
    ("events", 3),
    ("timelines", 3),
    ("search", 3),
    ("previews", 3),
    ("trends", 3),
    ("stream", 3),
    ("notify", 3),
    ("http", 4),
    ("app", 5),
    ("cli", 5),
];

/// A broken rule and where.
#[derive(Debug, PartialEq)]
struct Fault {
    file: String,
    line: usize,
    rule: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.rule)
    }
}

/// A path from the crate's root, such as `["store", "Store"]`, and the line it stands on.
#[derive(Debug, PartialEq)]
struct Import {
    path: Vec<String>,
    line: usize,
}

/// What a file holds that the rules are about.
#[derive(Debug, Default)]
struct Contents {
    imports: Vec<Import>,
    texts: Vec<(String, usize)>,
}

#[test]
fn rooms_import_only_from_lower_floors_and_sql_stays_in_the_store() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&source);
    assert!(files.len() > 10, "found only {} files under {}", files.len(), source.display());
    let is_module = |room: &str, name: &str| {
        source.join(room).join(format!("{name}.rs")).exists() || source.join(room).join(name).is_dir()
    };
    let mut faults = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let shown = file.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
        faults.extend(faults_of(&shown, &text, &is_module));
    }
    let told: Vec<String> = faults.iter().map(Fault::to_string).collect();
    assert!(told.is_empty(), "\nsrc/{}\n", told.join("\nsrc/"));
}

/// The faults of one file, named by its path under `src/`.
fn faults_of(file: &str, text: &str, is_module: &dyn Fn(&str, &str) -> bool) -> Vec<Fault> {
    let at = |line, rule| Fault { file: file.to_owned(), line, rule };
    let module = module_of(file);
    // The crate's root and the binary only name the rooms.
    let Some(room) = module.first() else { return Vec::new() };
    let Some(floor) = floor_of(room) else {
        let rule = format!("the room {room} has no floor: add it to tests/layers.rs and src/lib.rs");
        return vec![at(1, rule)];
    };
    let mut contents = Contents::default();
    let tokens = TokenStream::from_str(text).unwrap_or_else(|error| panic!("src/{file}: {error}"));
    read_tokens(tokens, &module, &mut contents);
    let imports = contents.imports.iter().filter_map(|import| {
        let rule = import_fault(room, floor, &import.path, is_module)?;
        Some(at(import.line, rule))
    });
    let texts = contents.texts.iter().filter(|(text, _)| room != "store" && is_sql(text));
    let texts = texts.map(|(_, line)| at(*line, format!("SQL in {room}: statements belong to src/store/")));
    imports.chain(texts).collect()
}

fn import_fault(
    room: &str,
    floor: u8,
    path: &[String],
    is_module: &dyn Fn(&str, &str) -> bool,
) -> Option<String> {
    let target = path.first().filter(|target| *target != room)?;
    let shown = path.join("::");
    let Some(target_floor) = floor_of(target) else {
        return Some(format!("crate::{shown} leads to no room that has a floor"));
    };
    if target_floor > floor {
        return Some(format!(
            "crate::{shown} goes up: {room} is on floor {floor}, {target} on floor {target_floor}"
        ));
    }
    let inside = path.get(1).is_some_and(|name| is_module(target, name));
    (target_floor == floor && inside).then(|| {
        format!("crate::{shown} reaches into {target}, beside {room} on floor {floor}: use what crate::{target} offers at its top")
    })
}

fn floor_of(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// `store/tweets.rs` is the module `["store", "tweets"]`; `lib.rs` and `main.rs` are the root.
fn module_of(file: &str) -> Vec<String> {
    let file = file.trim_end_matches(".rs").trim_end_matches("/mod");
    file.split('/').filter(|part| !["lib", "main"].contains(part)).map(str::to_owned).collect()
}

/// Collects paths and texts, knowing in which module each stands, as `super` depends on it.
fn read_tokens(tokens: TokenStream, module: &[String], contents: &mut Contents) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut index = 0;
    while let Some(tree) = trees.get(index) {
        if is_doc(&trees[..index]) {
            index += 1;
            continue;
        }
        match tree {
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.contains('"') {
                    contents.texts.push((text, literal.span().start().line));
                }
            }
            TokenTree::Group(group) => {
                let inner = match inline_module(&trees[..index]) {
                    Some(name) if group.delimiter() == Delimiter::Brace => [module, &[name]].concat(),
                    _ => module.to_vec(),
                };
                read_tokens(group.stream(), &inner, contents);
            }
            TokenTree::Ident(word) if word == "crate" || word == "super" => {
                let after_path = index.checked_sub(1).is_some_and(|before| is_colon(&trees[before]));
                if !after_path {
                    index = read_path(&trees, index, module, contents);
                    continue;
                }
            }
            _ => {}
        }
        index += 1;
    }
}

/// Reads a path that begins at `index`, and gives the index after it.
fn read_path(trees: &[TokenTree], index: usize, module: &[String], contents: &mut Contents) -> usize {
    let line = trees[index].span().start().line;
    let mut base = if trees[index].to_string() == "crate" { Vec::new() } else { module.to_vec() };
    let mut index = index;
    while trees.get(index).is_some_and(|tree| tree.to_string() == "super") {
        base.pop();
        index += if trees.get(index + 1).is_some_and(is_colon) { 3 } else { 1 };
    }
    if trees.get(index).is_some_and(|tree| tree.to_string() == "crate") {
        index += if trees.get(index + 1).is_some_and(is_colon) { 3 } else { 1 };
    }
    let mut leaves = Vec::new();
    let end = read_use_tree(trees, index, base, &mut leaves);
    contents
        .imports
        .extend(leaves.into_iter().filter(|path| !path.is_empty()).map(|path| Import { path, line }));
    end
}

/// Follows `a::b::{c, d::e}` from `index` and puts every full path into `leaves`.
fn read_use_tree(
    trees: &[TokenTree],
    mut index: usize,
    mut path: Vec<String>,
    leaves: &mut Vec<Vec<String>>,
) -> usize {
    loop {
        match trees.get(index) {
            Some(TokenTree::Ident(word)) => path.push(word.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for branch in inner.split(|tree| tree.to_string() == ",") {
                    read_use_tree(branch, 0, path.clone(), leaves);
                }
                return index + 1;
            }
            _ => {
                leaves.push(path);
                return index;
            }
        }
        if !trees.get(index + 1).is_some_and(is_colon) {
            leaves.push(path);
            return index + 1;
        }
        index += 3;
    }
}

fn is_colon(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ':')
}

/// Whether what comes next is the text of `#[doc = "…"]`, as doc comments are read.
fn is_doc(before: &[TokenTree]) -> bool {
    matches!(before, [TokenTree::Ident(doc), TokenTree::Punct(equals)] if doc == "doc" && equals.as_char() == '=')
}

/// The name in `mod name`, if that is what stands before a group.
fn inline_module(before: &[TokenTree]) -> Option<String> {
    match before {
        [.., TokenTree::Ident(keyword), TokenTree::Ident(name)] if keyword == "mod" => Some(name.to_string()),
        _ => None,
    }
}

/// Whether a text reads as SQL: the verbs in one case, with the words they need.
fn is_sql(text: &str) -> bool {
    const PAIRS: [(&str, &str); 5] =
        [("select", "from"), ("insert", "into"), ("delete", "from"), ("update", "set"), ("create", "table")];
    let words: Vec<&str> = text.split(|char: char| !char.is_alphanumeric() && char != '_').collect();
    let follows = |first: &str, second: &str| {
        let start = words.iter().position(|word| *word == first);
        start.is_some_and(|start| words[start..].contains(&second))
    };
    PAIRS
        .iter()
        .any(|(verb, word)| follows(verb, word) || follows(&verb.to_uppercase(), &word.to_uppercase()))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[cfg(test)]
mod of_the_rules_themselves {
    use super::*;

    /// The rules broken by `text` as the file `file`, when every room has a module `inside`.
    fn faults(file: &str, text: &str) -> Vec<(usize, String)> {
        let is_module = |_: &str, name: &str| name == "inside";
        faults_of(file, text, &is_module).into_iter().map(|fault| (fault.line, fault.rule)).collect()
    }

    #[test]
    fn looking_down_and_within_the_room_is_fine() {
        let text = "use crate::model::{ids::TweetId, inside};\nuse crate::store::inside::Row;\n\
                    use crate::service::inside::X; use super::inside; use std::collections::BTreeMap;\n\
                    fn f() { crate::clock::Clock::system(); }";
        assert_eq!(faults("service/tweets.rs", text), []);
    }

    #[test]
    fn looking_up_is_a_fault_with_its_line() {
        let found = faults("store/tweets.rs", "\nuse crate::service::tweets;\n");
        assert_eq!(
            found,
            [(2, "crate::service::tweets goes up: store is on floor 2, service on floor 3".to_owned())]
        );
        for text in [
            "use crate::{clock::Clock, http::Server};",
            "fn f() { let _ = crate::http::serve; }",
            "pub(crate) fn f(app: &crate::app::App) {}",
            "use super::super::http;",
            "mod tests { use super::super::super::http::X; }",
            "some_macro!(crate::http::X);",
        ] {
            assert_eq!(faults("store/tweets.rs", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn super_stays_in_the_room_as_long_as_it_does_not_leave_it() {
        for text in
            ["use super::http;", "mod tests { use super::super::http; }", "mod tests { use super::*; }"]
        {
            assert_eq!(faults("store/tweets.rs", text), [], "{text}");
        }
        assert_eq!(faults("store/mod.rs", "use super::http;").len(), 1);
    }

    #[test]
    fn a_neighbour_offers_its_top_and_not_its_inside() {
        assert_eq!(faults("service/a.rs", "use crate::timelines::{Home, page};"), []);
        assert_eq!(faults("service/a.rs", "fn f() { crate::timelines::Home::new() }"), []);
        for text in ["use crate::timelines::inside;", "use crate::timelines::{Home, inside::Ring};"] {
            assert_eq!(faults("service/a.rs", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_room_without_a_floor_is_a_fault() {
        assert_eq!(faults("attic/mod.rs", "").len(), 1);
        assert_eq!(faults("http/mod.rs", "use crate::attic::Box;").len(), 1);
        assert_eq!(faults("lib.rs", "use crate::attic::Box;"), []);
    }

    #[test]
    fn comments_and_texts_are_not_imports() {
        assert_eq!(
            faults(
                "store/a.rs",
                "//! See crate::http::X.\n/* crate::http */ const A: &str = \"crate::http\";"
            ),
            []
        );
    }

    #[test]
    fn sql_is_a_fault_everywhere_but_in_the_store() {
        for text in [
            "f(\"select id from tweets\")",
            "f(r#\"with x as (SELECT 1 FROM t) y\"#)",
            "f(\"insert into tweets values ($1)\")",
            "m!(\"update tweets set likes = 1\")",
        ] {
            assert_eq!(faults("service/a.rs", text).len(), 1, "{text}");
            assert_eq!(faults("store/a.rs", text), [], "{text}");
        }
        for text in [
            "/// The SQL `select id from tweets` is in the store.\nfn f() {}",
            "f(\"Select a picture from your device\")",
            "f(\"the selected tweets are from yesterday\")",
        ] {
            assert_eq!(faults("service/a.rs", text), [], "{text}");
        }
    }
}
