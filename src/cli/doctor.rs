//! `rookery doctor`: what is wrong or unwise in this setup, and what to do about it.
//!
//! It tries what the server would do (write to the data folder, listen on the port, reach the database) and leaves
//! everything as it was.

use std::fmt;
use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use super::Failure;
use crate::app::{self, INSTANCE_KEY_FILE};
use crate::config::{Config, Registration};
use crate::error::Chain;
use crate::mail::Mailer;
use crate::store::{self, Examined, StoreError};

/// `doctor` has no options of its own.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Checked and right.
    Fine,
    /// It works, yet somebody may be surprised.
    Advice,
    /// It will not work.
    Broken,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub weight: Weight,
    /// What was found, and what to do about it.
    pub sentence: String,
}

impl Finding {
    fn new(weight: Weight, sentence: impl Into<String>) -> Self {
        Self { weight, sentence: sentence.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.weight {
            Weight::Fine => "ok     ",
            Weight::Advice => "advice ",
            Weight::Broken => "broken ",
        };
        write!(f, "{mark} {}", self.sentence)
    }
}

/// Runs every check, prints what was found, and fails when something is broken.
pub fn run(_args: &Args, config: &Config) -> Result<(), Failure> {
    let mut findings = vec![data_dir_finding(&config.storage.data_dir), listen_finding(config.server.listen)];
    let examined = store::examine(&app::place(config));
    findings.extend(database_findings(&examined));
    findings.extend(key_finding(&config.storage.data_dir, &examined));
    findings.push(film_finding(config));
    findings.extend(mail_finding(config));
    findings.extend(advice(config));
    report(&findings)
}

/// Prints findings; an error when any of them is [`Weight::Broken`].
pub fn report(findings: &[Finding]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for finding in findings {
        writeln!(out, "{finding}")?;
    }
    match findings.iter().filter(|finding| finding.weight == Weight::Broken).count() {
        0 => Ok(()),
        1 => Err(Failure::Other("one thing is broken".to_owned())),
        broken => Err(Failure::Other(format!("{broken} things are broken"))),
    }
}

/// Whether files can be made in the data folder, or the folder itself.
pub fn data_dir_finding(folder: &Path) -> Finding {
    let shown = folder.display();
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let existed = folder.exists();
    let tried = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&probe, b"probe"));
    // What cannot be removed was never made; an empty new folder goes as it came.
    let _ = std::fs::remove_file(&probe);
    if !existed {
        let _ = std::fs::remove_dir(folder);
    }
    match tried {
        Ok(()) => Finding::new(Weight::Fine, format!("the data folder {shown} can be written")),
        Err(error) => Finding::new(
            Weight::Broken,
            format!("the data folder {shown} cannot be written ({error}); mend its owner or set data_dir"),
        ),
    }
}

/// Whether the port is free.
pub fn listen_finding(listen: SocketAddr) -> Finding {
    match TcpListener::bind(listen) {
        Ok(_) => Finding::new(Weight::Fine, format!("{listen} is free to listen on")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::new(
            Weight::Advice,
            format!("{listen} is taken: by this server if it is running, else set listen to another port"),
        ),
        Err(error) => {
            Finding::new(Weight::Broken, format!("{listen} cannot be listened on ({error}); set listen"))
        }
    }
}

/// Whether the database can be used.
pub fn database_findings(examined: &Result<Examined, StoreError>) -> Vec<Finding> {
    let (schema, known, faults) = match examined {
        Err(error) => {
            let why = Chain(error);
            let sentence = format!("the database cannot be read ({why}); mend it or set database_url");
            return vec![Finding::new(Weight::Broken, sentence)];
        }
        Ok(Examined::Absent) => {
            return vec![Finding::new(Weight::Fine, "there is no database yet; the first start makes it")];
        }
        Ok(Examined::Found { schema, known, faults, .. }) => (*schema, *known, faults),
    };
    let mut findings = vec![if schema > known {
        let sentence = format!(
            "the database has schema {schema}, but this Rookery knows only {known}: start a newer Rookery"
        );
        Finding::new(Weight::Broken, sentence)
    } else if schema < known {
        let sentence = format!("the next start brings the database from schema {schema} to {known}");
        Finding::new(Weight::Fine, sentence)
    } else {
        Finding::new(Weight::Fine, format!("the database answers, with schema {schema}"))
    }];
    findings.extend(faults.iter().map(|fault| {
        Finding::new(Weight::Broken, format!("the database is damaged ({fault}); restore it from a backup"))
    }));
    findings
}

/// Whether the mail server takes our letters, if there is one.
pub fn mail_finding(config: &Config) -> Option<Finding> {
    let server = config.mail.server.as_ref()?;
    let shown = format!("{}:{}", server.host, server.port);
    let broken = |why: &dyn fmt::Display| {
        let sentence = format!(
            "the mail server {shown} cannot be used ({why}); mend mail_server and the settings beside it"
        );
        Some(Finding::new(Weight::Broken, sentence))
    };
    let mailer = match Mailer::new(&config.mail, &config.community.instance_name) {
        Ok(mailer) => mailer?,
        Err(error) => return broken(&Chain(&error)),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return broken(&error),
    };
    match runtime.block_on(mailer.examine()) {
        Ok(true) => Some(Finding::new(Weight::Fine, format!("the mail server {shown} answers"))),
        Ok(false) => broken(&"it does not answer as one"),
        Err(error) => broken(&Chain(&error)),
    }
}

/// Whether the secret that opens the accounts' private keys is there.
pub fn key_finding(data_dir: &Path, examined: &Result<Examined, StoreError>) -> Option<Finding> {
    let inhabited = matches!(examined, Ok(Examined::Found { inhabited: true, .. }));
    let file = data_dir.join(INSTANCE_KEY_FILE);
    (inhabited && !file.exists()).then(|| {
        let sentence = format!(
            "{} is missing, which opens the accounts' signing keys: put it back from a backup before you start",
            file.display()
        );
        Finding::new(Weight::Broken, sentence)
    })
}

/// Whether films and sounds can be taken.
pub fn film_finding(config: &Config) -> Finding {
    let set = config.media.ffmpeg.as_str();
    match app::film_settings(config) {
        Some(films) => {
            let ffmpeg = films.programs.ffmpeg.display();
            Finding::new(Weight::Fine, format!("films and sounds are made by {ffmpeg}"))
        }
        None if set == "off" => Finding::new(Weight::Fine, "ffmpeg is off: films and sounds are refused"),
        None if set.is_empty() => Finding::new(
            Weight::Advice,
            "ffmpeg is not found in PATH with ffprobe beside it: films and sounds are refused; install it, or set \
             ffmpeg to off",
        ),
        None => Finding::new(
            Weight::Broken,
            format!("ffmpeg is set to {set}, but it is not there, or ffprobe is not beside it"),
        ),
    }
}

/// What is unwise in the settings taken together.
pub fn advice(config: &Config) -> Vec<Finding> {
    let server = &config.server;
    let mut sentences = Vec::new();
    if config.federation.insecure {
        sentences.push(
            "federation_insecure is on: anybody can make this server call into your network; \
             turn it off outside tests",
        );
    } else if config.federation.enabled && server.base_url.is_local() {
        sentences.push(
            "base_url is on localhost: other instances cannot reach this one; set it to your public \
             address before the first account is made, or turn federation off",
        );
    }
    if server.base_url.is_https() && server.trusted_proxies.is_empty() {
        sentences.push(
            "base_url is https, which a proxy in front must provide, yet trusted_proxies is empty: all \
             visitors would share the proxy's address and rate limits; name the proxy there",
        );
    }
    if !server.rate_limits {
        sentences.push("rate_limits is off: passwords can be guessed without end; turn it on outside tests");
    }
    if config.community.registration == Registration::Open
        && !server.base_url.is_local()
        && config.community.admin_contact.is_empty()
    {
        sentences.push(
            "everybody may sign up, yet admin_contact is empty: set it so that people can report problems",
        );
    }
    sentences.into_iter().map(|sentence| Finding::new(Weight::Advice, sentence)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{MailServer, MailTls};

    fn advice_names(config: &Config) -> Vec<String> {
        let first_word = |finding: Finding| finding.sentence.split(' ').next().unwrap().to_owned();
        advice(config).into_iter().map(first_word).collect()
    }

    #[test]
    fn a_first_try_on_localhost_is_told_that_nobody_can_reach_it() {
        assert_eq!(advice_names(&Config::defaults()), ["base_url"]);
    }

    #[test]
    fn switches_for_tests_are_pointed_out() {
        let mut config = Config::defaults();
        config.federation.insecure = true;
        config.server.rate_limits = false;
        assert_eq!(advice_names(&config), ["federation_insecure", "rate_limits"]);
    }

    #[test]
    fn the_data_folder_is_tried_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let fresh = folder.path().join("data");
        assert_eq!(data_dir_finding(&fresh).weight, Weight::Fine);
        assert!(!fresh.exists());
        std::fs::write(&fresh, b"a file").unwrap();
        assert_eq!(data_dir_finding(&fresh).weight, Weight::Broken);
    }

    #[test]
    fn ffmpeg_is_found_off_or_missing_where_it_was_said_to_be() {
        let mut config = Config::defaults();
        config.media.ffmpeg = "off".to_owned();
        assert_eq!(film_finding(&config).weight, Weight::Fine);
        config.media.ffmpeg = "/nowhere/ffmpeg".to_owned();
        assert_eq!(film_finding(&config).weight, Weight::Broken);
        let folder = tempfile::tempdir().unwrap();
        config.media.ffmpeg = folder.path().join("ffmpeg").to_str().unwrap().to_owned();
        for program in ["ffmpeg", "ffprobe"] {
            std::fs::write(folder.path().join(program), b"").unwrap();
        }
        assert_eq!(film_finding(&config).weight, Weight::Fine);
    }

    #[test]
    fn a_mail_server_that_does_not_answer_is_seen() {
        let mut config = Config::defaults();
        assert_eq!(mail_finding(&config), None, "there need be none");
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        config.mail.server =
            Some(MailServer { host: "127.0.0.1".to_owned(), port: free, tls: MailTls::None });
        config.mail.from = "rook@a.test".to_owned();
        let finding = mail_finding(&config).unwrap();
        assert!(finding.weight == Weight::Broken && finding.sentence.contains("127.0.0.1"), "{finding}");
    }

    #[test]
    fn a_taken_port_is_seen() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(listen_finding(taken.local_addr().unwrap()).weight, Weight::Advice);
        assert_eq!(listen_finding("127.0.0.1:0".parse().unwrap()).weight, Weight::Fine);
        assert_eq!(listen_finding("203.0.113.1:1".parse().unwrap()).weight, Weight::Broken);
    }

    fn found(schema: i64, faults: &[&str]) -> Result<Examined, StoreError> {
        let faults = faults.iter().map(|fault| (*fault).to_owned()).collect();
        Ok(Examined::Found { schema, known: 3, inhabited: true, faults })
    }

    #[test]
    fn a_database_is_fine_when_this_program_can_use_it_and_it_is_whole() {
        let weights = |examined| -> Vec<Weight> {
            database_findings(&examined).into_iter().map(|finding| finding.weight).collect()
        };
        for fine in [Ok(Examined::Absent), found(3, &[]), found(2, &[])] {
            assert_eq!(weights(fine), [Weight::Fine]);
        }
        assert_eq!(weights(found(4, &[])), [Weight::Broken], "a newer Rookery's");
        assert_eq!(weights(Err(StoreError::Closed)), [Weight::Broken]);
        assert_eq!(weights(found(3, &["page 7 is lost"])), [Weight::Fine, Weight::Broken]);
    }

    #[test]
    fn a_missing_instance_key_is_broken_only_where_people_live() {
        let folder = tempfile::tempdir().unwrap();
        let finding = |examined| key_finding(folder.path(), &examined).map(|finding| finding.weight);
        assert_eq!(finding(found(3, &[])), Some(Weight::Broken));
        assert_eq!(finding(Ok(Examined::Absent)), None);
        std::fs::write(folder.path().join(INSTANCE_KEY_FILE), "key").unwrap();
        assert_eq!(finding(found(3, &[])), None);
    }

    #[test]
    fn only_what_is_broken_fails_the_check() {
        let of = |weight| [Finding::new(weight, "x")];
        assert!(report(&of(Weight::Fine)).is_ok() && report(&of(Weight::Advice)).is_ok());
        assert_eq!(report(&of(Weight::Broken)).unwrap_err().to_string(), "one thing is broken");
    }
}
