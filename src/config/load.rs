//! Finds the file, reads both sources, and checks what settings say together.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use super::places::{from_environment, from_file};
use super::reader::{Reader, Sources};
use super::{Config, ConfigErrors, settings};

/// The file in the working folder that is read when no other is named; it need not exist.
pub const DEFAULT_FILE: &str = "rookery.toml";

/// The configuration from the file at `path` (else [`DEFAULT_FILE`], if there is one) and the environment's
/// `variables`, which win.
pub fn load(
    path: Option<&Path>,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Config, ConfigErrors> {
    let shown = path.unwrap_or(Path::new(DEFAULT_FILE)).display().to_string();
    let text = match std::fs::read_to_string(path.unwrap_or(Path::new(DEFAULT_FILE))) {
        Ok(text) => text,
        Err(error) if path.is_none() && error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(ConfigErrors(vec![format!(
                "the configuration file {shown} cannot be read: {error}"
            )]));
        }
    };
    read(Sources::new(from_file(&shown, &text), from_environment(variables)))
}

fn read(mut sources: Sources) -> Result<Config, ConfigErrors> {
    let mut reader = Reader::new(&mut sources);
    let config = settings::declare(&mut reader);
    reader.finish();
    // Settings are held against each other only when each is right by itself: else one mistake reads as two.
    if sources.problems.is_empty() {
        check_together(&config, &mut sources.problems);
    }
    if sources.problems.is_empty() { Ok(config) } else { Err(ConfigErrors(sources.problems)) }
}

fn check_together(config: &Config, problems: &mut Vec<String>) {
    let url = &config.server.base_url;
    let insecure = config.federation.insecure;
    if !url.is_https() && !url.is_local() && !insecure {
        problems.push(format!(
            "base_url: {url} is plain http, by which passwords could be read on the way; \
             allowed is https, or http for localhost, or federation_insecure = on for tests"
        ));
    }
    if !config.federation.dev_hosts.is_empty() && !insecure {
        problems.push(
            "federation_dev_hosts: names for tests lead to addresses that are refused otherwise; \
             allowed only together with federation_insecure = on"
                .to_owned(),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::path::PathBuf;

    use super::super::{DevHost, LogFormat, MailServer, MailTls, Registration};
    use super::*;

    fn with(file: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
        let variables = variables.iter().map(|(key, text)| (key.into(), text.into()));
        read(Sources::new(from_file("rookery.toml", file), from_environment(variables)))
    }

    fn problems(file: &str, variables: &[(&str, &str)]) -> Vec<String> {
        with(file, variables).unwrap_err().sentences().to_vec()
    }

    #[test]
    fn nothing_set_is_a_server_on_localhost_with_sqlite() {
        let config = with("", &[]).unwrap();
        assert_eq!(config, Config::defaults());
        assert_eq!(config.storage.data_dir, PathBuf::from("./data"));
        assert_eq!(config.storage.database_url, None);
        assert_eq!(config.server.listen, SocketAddr::from(([127, 0, 0, 1], 8080)));
        assert_eq!(config.server.base_url.as_str(), "http://localhost:8080");
        assert_eq!(config.community.registration, Registration::Open);
        assert_eq!((config.tweets.tweet_limit, config.tweets.max_images), (280, 4));
        assert_eq!(config.media.image_max_bytes, 16 * 1024 * 1024);
        assert!(config.federation.enabled && !config.federation.insecure);
    }

    #[test]
    fn the_environment_beats_the_file_and_the_file_beats_the_default() {
        let config = with(
            "tweet_limit = 500\nlog_format = \"json\"\nrate_limits = false",
            &[("ROOKERY_TWEET_LIMIT", "1000")],
        )
        .unwrap();
        assert_eq!(config.tweets.tweet_limit, 1000);
        assert_eq!(config.log.format, LogFormat::Json);
        assert!(!config.server.rate_limits);
    }

    #[test]
    fn the_base_url_follows_the_port_until_it_is_set() {
        let config = with("listen = \"127.0.0.1:9000\"", &[]).unwrap();
        assert_eq!(config.server.base_url.host(), "localhost:9000");
        let config = with("base_url = \"https://example.org/\"", &[]).unwrap();
        assert_eq!(config.server.base_url.as_str(), "https://example.org");
    }

    #[test]
    fn a_bad_value_is_told_with_its_key_place_fault_and_what_is_allowed() {
        assert_eq!(
            problems("\ntweet_limit = 100", &[]),
            ["tweet_limit (rookery.toml, line 2): \"100\" is too small; \
              allowed is a whole number from 280 to 10000"]
        );
        assert_eq!(
            problems("", &[("ROOKERY_REGISTRATION", "maybe")]),
            ["registration (ROOKERY_REGISTRATION in the environment): \"maybe\" is none of them; \
              allowed is one of open, approval, closed"]
        );
    }

    #[test]
    fn unknown_names_are_told_with_a_guess() {
        assert_eq!(
            problems("data-dir = \"x\"\nzebra = 1", &[("ROOKERY_LISTN", "x")]),
            [
                "data-dir (rookery.toml, line 1): there is no such setting; did you mean data_dir?",
                "zebra (rookery.toml, line 2): there is no such setting; docs/configuration.md lists them all",
                "ROOKERY_LISTN in the environment is not a setting; did you mean ROOKERY_LISTEN?",
            ]
        );
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let file = "tweet_limit = 1\nlisten = \"nowhere\"\nfederation = \"perhaps\"\n[table]\n";
        assert_eq!(problems(file, &[("ROOKERY_PROCESS_ID", "32"), ("ROOKERY_ODD", "")]).len(), 6);
    }

    #[test]
    fn a_password_never_appears_in_an_error_or_a_debug_print() {
        let told = problems("", &[("ROOKERY_DATABASE_URL", "mysql://me:hunter2@db/x")]);
        assert!(told[0].starts_with("database_url"));
        assert!(!told[0].contains("hunter2"), "{told:?}");
        let config = with("database_url = \"postgres://me:hunter2@db/x\"", &[]).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(config.storage.database_url.unwrap().as_str(), "postgres://me:hunter2@db/x");
    }

    #[test]
    fn a_mail_server_has_a_scheme_a_host_and_a_sender_and_its_password_is_not_shown() {
        let told = with("mail_server = \"smtps://mail.test\"\nmail_password = \"a\tb\"", &[]).unwrap_err();
        let told = told.sentences().join("; ");
        assert!(told.contains("mail_from must be set") && told.contains("mail_password"), "{told}");
        assert!(!told.contains("a\\tb") && !told.contains("a\tb"), "{told}");
        for (text, tls, port) in [
            ("smtps://mail.test", MailTls::Wrapped, 465),
            ("starttls://mail.test:2525", MailTls::StartTls, 2525),
            ("smtp://mail.test", MailTls::None, 25),
        ] {
            let file =
                format!("mail_server = {text:?}\nmail_from = \"rook@a.test\"\nmail_password = \"hunter2\"");
            let mail = with(&file, &[]).unwrap().mail;
            let host = "mail.test".to_owned();
            assert_eq!(mail.server, Some(MailServer { host, port, tls }), "{text}");
            assert!(!format!("{mail:?}").contains("hunter2"));
        }
        for odd in ["mail.test", "http://mail.test", "smtp://", "smtps://me:pw@mail.test"] {
            let file = format!("mail_server = {odd:?}\nmail_from = \"rook@a.test\"");
            assert!(with(&file, &[]).is_err(), "{odd}");
        }
    }

    #[test]
    fn an_empty_database_url_in_the_environment_is_sqlite_whatever_the_file_says() {
        let config = with("database_url = \"postgres:///x\"", &[("ROOKERY_DATABASE_URL", "")]).unwrap();
        assert_eq!(config.storage.database_url, None);
    }

    #[test]
    fn lists_come_from_arrays_or_from_commas() {
        let from_array = with("trusted_proxies = [\"10.0.0.0/8\", \"::1\"]", &[]).unwrap();
        let from_commas = with("", &[("ROOKERY_TRUSTED_PROXIES", "10.0.0.0/8, ::1")]).unwrap();
        assert_eq!(from_array, from_commas);
        assert_eq!(from_array.server.trusted_proxies.len(), 2);
        assert!(with("trusted_proxies = \"10.0.0.0/64\"", &[]).is_err());
    }

    #[test]
    fn dev_hosts_name_instances_on_this_machine_and_only_when_insecure() {
        let hosts = ("ROOKERY_FEDERATION_DEV_HOSTS", "A.test=127.0.0.1:8081, b.test=[::1]:8082");
        let insecure = ("ROOKERY_FEDERATION_INSECURE", "on");
        let config = with("", &[hosts, insecure]).unwrap();
        let a = DevHost { name: "a.test".to_owned(), address: SocketAddr::from(([127, 0, 0, 1], 8081)) };
        assert_eq!(config.federation.dev_hosts.first(), Some(&a));
        assert_eq!(config.federation.dev_hosts.len(), 2);
        assert!(problems("", &[hosts])[0].starts_with("federation_dev_hosts"));
        for bad in ["a.test", "a.test=127.0.0.1", "a/b=127.0.0.1:1", "a=1.1.1.1:1,a=1.1.1.1:2"] {
            assert!(with("", &[(hosts.0, bad), insecure]).is_err(), "{bad}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_and_for_tests() {
        assert!(problems("base_url = \"http://example.org\"", &[])[0].starts_with("base_url"));
        assert!(with("base_url = \"http://a.test\"\nfederation_insecure = true", &[]).is_ok());
        assert!(with("base_url = \"http://127.0.0.1:3000\"", &[]).is_ok());
    }

    #[test]
    fn a_named_file_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("here.toml");
        let error = load(Some(&path), []).unwrap_err();
        assert!(error.to_string().contains("here.toml"), "{error}");
        std::fs::write(&path, "instance_name = \"Nest\"").unwrap();
        assert_eq!(load(Some(&path), []).unwrap().community.instance_name, "Nest");
    }
}
