//! The commands of the real program, on a data folder of their own.

#![expect(clippy::unwrap_used, reason = "all of this file is a test, where a panic is a failed check")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// How a command ended.
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs `rookery` with nothing of this process's environment but the settings given, and `input` on standard input.
fn rookery(settings: &[(&str, &str)], arguments: &str, input: &str) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rookery"));
    command.args(arguments.split(' ')).env_clear().envs(settings.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    running.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = running.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { code: done.status.code(), out: text(done.stdout), err: text(done.stderr) }
}

/// Runs a command on the data in `folder`; it must succeed. Answers its standard output.
fn on(folder: &Path, arguments: &str, input: &str) -> String {
    let settings = [("ROOKERY_DATA_DIR", folder.to_str().unwrap()), ("ROOKERY_LISTEN", "127.0.0.1:0")];
    let done = rookery(&settings, arguments, input);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{arguments}: {}", done.out);
    done.out
}

#[test]
fn an_operator_makes_lists_and_suspends_people_and_hands_out_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let on = |arguments: &str, input: &str| on(folder.path(), arguments, input);
    let made =
        on("user create --username ann --email ann@example.org --admin", "correct horse battery\nnext line");
    assert!(made.starts_with("made admin ann, id "), "{made}");
    on("user create --username bob --email bob@example.org --password another-long-one", "");

    let list = on("user list", "");
    let rows: Vec<Vec<&str>> = list.lines().map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["id", "username", "e-mail", "role", "state"]);
    assert_eq!(rows[1][1..], ["bob", "bob@example.org", "user", "active"], "newest first");
    assert_eq!(rows[2][1..], ["ann", "ann@example.org", "admin", "active"]);
    assert_eq!(on("user list --limit 1", "").lines().count(), 2);

    let changed = on("user password --username ann", "a new and longer one\n");
    assert_eq!(changed, "ann has a new password; all their sessions have ended\n");
    assert_eq!(on("user suspend --username bob", ""), "bob is suspended\n");
    assert_eq!(on("user suspend --username bob", ""), "bob is suspended already\n");
    assert!(on("user list", "").lines().any(|row| row.contains("bob") && row.ends_with("suspended")));
    assert_eq!(on("user suspend --username bob --undo", ""), "bob is not suspended\n");

    let asked = on("user delete --username bob", "");
    assert!(asked.starts_with("bob (id ") && asked.contains("--yes"), "{asked}");
    assert!(on("user list", "").contains("bob@example.org"), "nothing is done without it");
    assert!(on("user delete --username bob --yes", "").starts_with("bob is deleted"));
    assert!(!on("user list", "").contains("bob"));

    let token = on("token create --username ann --scopes read,write", "");
    assert!(token.trim().len() >= 32 && token.lines().count() == 1, "only the token, to be piped");
    let told = on("doctor", "");
    assert!(told.contains("the database answers") && told.contains("can be written"), "{told}");
}

#[test]
fn an_operator_blocks_lists_shows_and_forgets_instances() {
    let folder = tempfile::tempdir().unwrap();
    let on = |arguments: &str| on(folder.path(), arguments, "");
    assert_eq!(on("instance list"), "host  state  waiting  oldest  answered  failed\n");
    assert_eq!(on("instance block B.test"), "B.test is blocked\n");
    assert_eq!(on("instance block b.test"), "b.test is blocked already\n");
    on("instance block c.test:8443");
    let list = on("instance list --state blocked --limit 1");
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[1].starts_with("b.test") && lines[1].contains("blocked  0"), "{list}");
    assert_eq!(lines[2], "there are more: --after b.test");
    assert!(on("instance list --after b.test").contains("c.test:8443"));
    let shown = on("instance show b.test");
    assert!(shown.starts_with("host ") && shown.contains("blocked"), "{shown}");
    assert_eq!(on("instance forget b.test"), "0 deliveries to b.test are dropped\n");
    assert_eq!(on("instance unblock b.test"), "b.test is not blocked\n");
    assert_eq!(on("instance unblock b.test"), "b.test is not blocked anyway\n");
    assert_eq!(on("instance retry b.test"), "b.test is tried again at once\n");
    assert_eq!(on("instance list --state reachable").lines().count(), 2);
}

#[test]
fn an_operator_subscribes_to_relays_and_leaves_them() {
    let folder = tempfile::tempdir().unwrap();
    let on = |arguments: &str| on(folder.path(), arguments, "");
    assert_eq!(on("relay list"), "address  kind  state\n");
    let added = on("relay add https://relay.test/inbox");
    assert!(added.starts_with("https://relay.test/inbox is asked"), "{added}");
    let list = on("relay list");
    assert!(list.contains("https://relay.test/inbox  mastodon  asked"), "{list}");
    assert_eq!(on("relay remove https://relay.test/inbox"), "https://relay.test/inbox is removed\n");
    assert_eq!(on("relay list").lines().count(), 1);
}

#[test]
fn an_operator_announces_changes_and_takes_back() {
    let folder = tempfile::tempdir().unwrap();
    let on = |arguments: &str, input: &str| on(folder.path(), arguments, input);
    assert_eq!(on("announcement list", ""), "id  published  starts  ends  days  words\n");
    let made = on("announcement add --starts 2126-01-02 --ends 2126-01-02 --all-day", "We move\nsoon\n");
    let id = made.trim().strip_prefix("announced, id ").unwrap();
    let list = on("announcement list", "");
    assert!(
        list.contains("2126-01-02T00:00:00.000Z  2126-01-02T23:59:59.000Z  whole  We move soon"),
        "{list}"
    );
    assert_eq!(on(&format!("announcement show {id}"), ""), "We move\nsoon\n");
    let change = format!("announcement change {id} --starts= --all-day=false --text Later");
    assert_eq!(on(&change, ""), format!("{id} is changed\n"));
    let list = on("announcement list", "");
    assert!(list.contains("Later") && !list.contains("whole") && !list.contains("T00:00"), "{list}");
    assert_eq!(on(&format!("announcement remove {id}"), ""), format!("{id} is taken back\n"));
    assert_eq!(on("announcement list", "").lines().count(), 1);
}

#[test]
fn an_operator_writes_rules_and_puts_them_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let on = |arguments: &str, input: &str| on(folder.path(), arguments, input);
    let rules = |list: &str| -> Vec<String> {
        let rows = list.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>().join(" "));
        rows.collect()
    };
    assert_eq!(rules(&on("rule add --hint always", "Be kind\n")), ["1 Be kind always"]);
    on("rule add Think", "");
    let three = on("rule add Rest", "");
    assert_eq!(rules(&three), ["1 Be kind always", "2 Think", "3 Rest"]);
    assert_eq!(rules(&on("rule move 3 1", "")), ["1 Rest", "2 Be kind always", "3 Think"]);
    assert_eq!(rules(&on("rule change 3 --text Wonder", ""))[2], "3 Wonder");
    assert_eq!(rules(&on("rule change 2 --hint=", ""))[1], "2 Be kind");
    assert_eq!(rules(&on("rule remove 1", "")), ["1 Be kind", "2 Wonder"]);
    assert_eq!(on("rule list", ""), "number  rule     hint\n1       Be kind\n2       Wonder\n");
}

#[test]
fn an_operator_decides_what_may_trend() {
    let folder = tempfile::tempdir().unwrap();
    let on = |arguments: &str| on(folder.path(), arguments, "");
    assert_eq!(on("trend list"), "kind  state  item  about\n");
    assert_eq!(on("trend reject tag #Rooks"), "tag rooks never trends\n");
    assert_eq!(on("trend approve publisher News.Example"), "publisher news.example may trend\n");
    assert_eq!(on("trend forget tag rooks"), "tag rooks is undecided again\n");
    assert_eq!(on("trend list --kind link"), "kind  state  item  about\n");
    let settings = [("ROOKERY_DATA_DIR", folder.path().to_str().unwrap())];
    let refused = rookery(&settings, "trend approve tweet 1", "");
    assert_eq!((refused.code, refused.err.lines().count()), (Some(1), 1), "{}", refused.err);
}

#[test]
fn an_operator_writes_texts_from_a_file_or_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let on = |arguments: &str, input: &str| on(folder.path(), arguments, input);
    let file = folder.path().join("terms.txt");
    std::fs::write(&file, "Be fair.\n\nAlways.\n").unwrap();
    assert_eq!(on(&format!("text set terms {}", file.display()), ""), "terms is written\n");
    assert_eq!(on("text set privacy", "We keep little.\n"), "privacy is written\n");
    assert_eq!(on("text show terms", ""), "Be fair.\n\nAlways.\n");
    assert_eq!(on("text show privacy", ""), "We keep little.\n");
    let list = on("text list", "");
    let terms = list.lines().find(|row| row.starts_with("terms")).unwrap();
    assert_eq!(terms.split_whitespace().count(), 3, "since when they hold: {list}");
    assert!(list.lines().any(|row| row == "about"), "{list}");
    assert_eq!(on("text remove privacy", ""), "privacy is removed\n");
    assert!(on("text list", "").lines().any(|row| row == "privacy"));
}

#[test]
fn what_cannot_be_done_is_one_sentence_on_standard_error() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("ROOKERY_DATA_DIR", folder.path().to_str().unwrap())];
    for (arguments, input, sentence) in [
        ("user create --username ann --email ann@example.org", "", "there is no password on standard input"),
        ("user create --username ann --email ann@example.org", "short\n", "password"),
        ("user password --username nobody", "correct horse battery\n", "there is no such"),
        ("token create --username nobody --scopes read", "", "there is no such"),
        ("instance show nowhere.test", "", "there is no such"),
        ("instance retry nowhere.test", "", "there is no such"),
        ("instance block not/a/host", "", "a host is a name"),
        ("relay add nowhere", "", "not the address of a relay"),
        ("relay remove https://relay.test/inbox", "", "there is no such"),
        ("announcement add --ends tomorrow x", "", "a time is written as"),
        ("announcement add", " \n", "an announcement has words"),
        ("announcement remove 7", "", "there is no such"),
        ("rule add", "", "a rule has words"),
        ("rule move 2 1", "", "there is no such"),
        ("rule remove 0", "", "there is no such"),
        ("text show about", "", "there is no such"),
        ("text set about", "\n", "there are no words"),
        ("text set about /nowhere/at/all", "", "cannot be read"),
    ] {
        let done = rookery(&settings, arguments, input);
        assert_eq!((done.code, done.out.as_str()), (Some(1), ""), "{arguments}");
        assert!(done.err.contains(sentence), "{arguments}: {}", done.err);
        assert_eq!(done.err.lines().count(), 1, "{arguments}: {}", done.err);
    }
}

#[test]
fn a_wrong_setting_is_named_with_what_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("ROOKERY_DATA_DIR", folder.path().to_str().unwrap()),
        ("ROOKERY_PROCESS_ID", "31"),
        ("ROOKERY_LISTEN", "x"),
    ];
    let done = rookery(&settings, "doctor", "");
    assert_eq!(done.code, Some(1));
    assert_eq!(done.err.lines().count(), 2, "a sentence for each: {}", done.err);
    assert!(done.err.contains("process_id") && done.err.contains("30"), "{}", done.err);
    assert!(done.err.contains("listen"), "{}", done.err);
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "and nothing is made");
}
