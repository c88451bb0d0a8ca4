//! The one table of settings: key, default, kind, and what it does.
//!
//! To add a setting, add a field to a struct of [`super`] and a `read` here, then renew the page with
//! `UPDATE_DOCS=1 cargo nextest run configuration_page`.

use std::path::PathBuf;

use tracing::level_filters::LevelFilter;

use super::kind::{
    address, base_url, database_url, dev_hosts, folder, language, line, mail_address, mail_server, networks,
    number, one_of, secret, switch, web_address,
};
use super::reader::Reader;
use super::{
    BaseUrl, Community, Config, Federation, Log, LogFormat, Mail, Media, Registration, Secret, Server,
    Storage, Timelines, Tweets,
};

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

const REGISTRATIONS: [(&str, Registration); 3] =
    [("open", Registration::Open), ("approval", Registration::Approval), ("closed", Registration::Closed)];
const LOG_FORMATS: [(&str, LogFormat); 2] = [("pretty", LogFormat::Pretty), ("json", LogFormat::Json)];
const LOG_LEVELS: [(&str, LevelFilter); 5] = [
    ("error", LevelFilter::ERROR),
    ("warn", LevelFilter::WARN),
    ("info", LevelFilter::INFO),
    ("debug", LevelFilter::DEBUG),
    ("trace", LevelFilter::TRACE),
];

/// Declares and reads every setting.
pub(super) fn declare(reader: &mut Reader<'_>) -> Config {
    Config {
        server: server(reader),
        storage: storage(reader),
        community: community(reader),
        tweets: tweets(reader),
        media: media(reader),
        federation: federation(reader),
        mail: mail(reader),
        timelines: timelines(reader),
        log: log(reader),
    }
}

fn server(reader: &mut Reader<'_>) -> Server {
    reader.section("Server");
    let listen = reader.read(
        "listen",
        ([127, 0, 0, 1], 8080).into(),
        &address(),
        "Where the server accepts connections. The default is reached from this machine only; put a proxy \
         with TLS in front of it, or listen on 0.0.0.0 or [::] in a container. Port 0 takes any free port; \
         then set `base_url` too.",
    );
    Server {
        listen,
        base_url: reader.read(
            "base_url",
            BaseUrl::localhost(listen.port()),
            &base_url(),
            "The public origin, as people and other instances reach it. Handles take its host, so choose it \
             before the first account is made and keep it: a changed origin is a different instance to \
             everybody else. It must be https unless the host is localhost. The default follows the port \
             of `listen`.",
        ),
        trusted_proxies: reader.read(
            "trusted_proxies",
            Vec::new(),
            &networks(),
            "Proxies in front of the server. Only connections from these networks may tell the visitor's \
             address in `X-Forwarded-For` or `Forwarded`; without them all visitors behind a proxy share \
             one address and its rate limits.",
        ),
        rate_limits: reader.read(
            "rate_limits",
            true,
            &switch(),
            "Whether requests beyond a limit are refused with 429. Off never refuses, for tests and \
             measurements; the `X-RateLimit-*` headers are sent all the same.",
        ),
    }
}

fn storage(reader: &mut Reader<'_>) -> Storage {
    reader.section("Storage");
    Storage {
        data_dir: reader.read(
            "data_dir",
            PathBuf::from("./data"),
            &folder(),
            "The folder of everything the server keeps: the SQLite database, media, the search index and \
             the instance's key. It is made at the first start. Back it up as a whole.",
        ),
        database_url: reader.read(
            "database_url",
            None,
            &database_url(),
            "Which database to use. Empty is SQLite in the data folder, right for one machine; larger \
             instances name a PostgreSQL database (version 15 or newer), which must exist and belong to \
             the user.",
        ),
        database_connections: reader.read(
            "database_connections",
            8,
            &number(1..=128),
            "Database threads, each with one connection: how many questions PostgreSQL or SQLite's readers \
             answer at once. More than twice the database's cores rarely helps. SQLite always has one \
             further thread, the only one that writes.",
        ),
        cache_memory_mb: reader.read(
            "cache_memory_mb",
            0,
            &number(0..=1_000_000),
            "How much memory may be used to keep what is read again and again (posts, relations, timelines), in \
             MiB. It is filled only as far as there is something to keep. 0 is an eighth of the memory that the \
             machine or its container has.",
        ),
        process_id: reader.read(
            "process_id",
            0,
            &number(0..=30),
            "The number of this process in the ids it makes. Processes of one instance need different \
             numbers, else two of them could make the same id; 31 is the commands'.",
        ),
    }
}

fn community(reader: &mut Reader<'_>) -> Community {
    reader.section("Community");
    Community {
        registration: reader.read(
            "registration",
            Registration::Open,
            &one_of(&REGISTRATIONS, |value| name_of(&REGISTRATIONS, value)),
            "Who may sign up: everybody at once (`open`), everybody after an admin said yes (`approval`), or \
             nobody (`closed`). `rookery user create` works in every case, and so does the first account.",
        ),
        instance_name: reader.read(
            "instance_name",
            "Rookery".to_owned(),
            &line(1, 60),
            "The instance's name, on its pages and in what other instances show of it.",
        ),
        instance_description: reader.read(
            "instance_description",
            String::new(),
            &line(0, 500),
            "A sentence or two about the instance for people who consider joining.",
        ),
        admin_contact: reader.read(
            "admin_contact",
            String::new(),
            &line(0, 200),
            "How to reach whoever runs the instance: an e-mail address or a link, shown to everybody on every page \
             and in `/api/instance`.",
        ),
        language: reader.read(
            "language",
            "en".to_owned(),
            &language(),
            "The language of the pages for people whose browser asks for none that we have. There are English \
             (`en`) and German (`de`); any other means English.",
        ),
        source_url: reader.read(
            "source_url",
            String::new(),
            &web_address(),
            "Where the source code of this server is: every page links to it. Whoever lets others use a changed \
             Rookery over a network owes them its source (section 13 of the AGPL) and sets this. Empty shows \
             version and licence without a link.",
        ),
        trends_review: reader.read(
            "trends_review",
            false,
            &switch(),
            "Whether nothing trends before an admin approved it. Off shows whatever many use of late, except what an \
             admin rejected. Both is decided under Administration, Trends, or by `rookery trend`.",
        ),
    }
}

fn tweets(reader: &mut Reader<'_>) -> Tweets {
    reader.section("Tweets");
    Tweets {
        tweet_limit: reader.read(
            "tweet_limit",
            280,
            &number(280..=10_000),
            "Characters in a tweet, as people count them: a letter with its accents is one, an emoji is one, \
             a link is 23 however long it is.",
        ),
        max_images: reader.read("max_images", 4, &number(0..=16), "Images in one tweet; 0 allows none."),
        link_previews: reader.read(
            "link_previews",
            true,
            &switch(),
            "Whether tweets show a card of the page that they link to. The server asks each page once for what it \
             says of itself, so its host learns that somebody here saw a link to it, but not who. Off asks nobody \
             and shows no cards; nor does an instance ask that does not federate.",
        ),
    }
}

fn media(reader: &mut Reader<'_>) -> Media {
    reader.section("Media");
    Media {
        image_max_bytes: MIB
            * reader.read(
                "image_max_mb",
                16,
                &number(1..=100),
                "The largest image that may be uploaded, in MiB. What is kept of it is a copy \
                 without metadata, usually smaller.",
            ),
        ffmpeg: reader.read(
            "ffmpeg",
            String::new(),
            &line(0, 200),
            "Where ffmpeg is, with ffprobe beside it: it makes films and sounds into what browsers play. Empty looks \
             in the folders of `PATH`; `off` does without. Without it films and sounds are refused, and moving GIFs \
             stay GIFs.",
        ),
        video_max_bytes: MIB
            * reader.read(
                "video_max_mb",
                100,
                &number(1..=1_000),
                "The largest film or sound that may be uploaded, in MiB.",
            ),
        video_max_minutes: reader.read(
            "video_max_minutes",
            10,
            &number(1..=120),
            "How long a film may last, in minutes; a sound may last twelve times as long. Making a film takes about \
             as long as it lasts on a small machine, one after another.",
        ),
        cache_bytes: GIB
            * reader.read(
                "media_cache_gb",
                10,
                &number(1..=100_000),
                "How much disk copies of remote images may take, in GiB. Those not looked at for longest \
                 go first and are fetched again when needed.",
            ),
    }
}

fn federation(reader: &mut Reader<'_>) -> Federation {
    reader.section("Federation");
    Federation {
        enabled: reader.read(
            "federation",
            true,
            &switch(),
            "Whether this instance exchanges accounts and tweets with others by ActivityPub. Off makes it \
             an island: nothing is sent, fetched or accepted.",
        ),
        authorized_fetch: reader.read(
            "federation_authorized_fetch",
            false,
            &switch(),
            "Whether other instances must sign what they read here (elsewhere called secure mode). Then nothing is \
             given to instances that you block, and nothing to those that do not say who they are; old and small \
             servers that cannot sign no longer find your accounts and posts. Pages in a browser are not affected.",
        ),
        publish_peers: reader.read(
            "publish_peers",
            true,
            &switch(),
            "Whether everybody may read which instances this one knows (`/api/v1/instance/peers`).",
        ),
        publish_domain_blocks: reader.read(
            "publish_domain_blocks",
            false,
            &switch(),
            "Whether everybody may read which instances are blocked here (`/api/v1/instance/domain_blocks`).",
        ),
        insecure: reader.read(
            "federation_insecure",
            false,
            &switch(),
            "For tests only. Allows plain http, any port, private and loopback addresses, and the system's \
             resolver for other instances: with it anybody can make the server call into your network. \
             The start warns loudly.",
        ),
        dev_hosts: reader.read(
            "federation_dev_hosts",
            Vec::new(),
            &dev_hosts(),
            "For tests only, together with `federation_insecure`. Names for instances on one machine and \
             where each listens; connections to a name go to its address, and the port in the URL does not \
             matter.",
        ),
        delivery_concurrency: reader.read(
            "delivery_concurrency",
            256,
            &number(1..=1_024),
            "Deliveries to other instances that are under way at once. Each waits for a distant server most \
             of the time, so the number may be far above the cores.",
        ),
    }
}

fn mail(reader: &mut Reader<'_>) -> Mail {
    reader.section("Mail");
    let mail = Mail {
        server: reader.read(
            "mail_server",
            None,
            &mail_server(),
            "The server that takes our mail. Empty sends none: then nobody is asked whether an address is theirs. \
             `smtps` is TLS from the first byte (port 465), `starttls` TLS after the first words (587), `smtp` none \
             at all (25), for a server on this machine. [More](mail.md).",
        ),
        user: reader.read(
            "mail_user",
            String::new(),
            &line(0, 200),
            "The name by which we log in at the mail server; empty does not log in.",
        ),
        password: reader.read(
            "mail_password",
            Secret::default(),
            &secret(),
            "The password of `mail_user`. Better set by `ROOKERY_MAIL_PASSWORD` than in the file.",
        ),
        from: reader.read(
            "mail_from",
            String::new(),
            &mail_address(),
            "The address that letters come from. The mail server must let us write in its name.",
        ),
    };
    if mail.server.is_some() && mail.from.is_empty() {
        reader.problem("mail_from must be set when mail_server is".to_owned());
    }
    mail
}

fn timelines(reader: &mut Reader<'_>) -> Timelines {
    reader.section("Timelines");
    Timelines {
        dear_looks_per_day: reader.read(
            "timeline_dear_looks_per_day",
            100_000,
            &number(0..=1_000_000_000),
            "Readers for whom accounts followed times home pages a day reach this get new tweets pushed into a \
             timeline of their own; the others' home is merged from the authors they follow when they look. 0 \
             pushes to everybody. What people see is the same either way.",
        ),
        entries_per_page: reader.read(
            "timeline_entries_per_page",
            1,
            &number(0..=1_000_000),
            "Authors who write more tweets a day than this times the reader's home pages a day are merged for \
             that reader even so.",
        ),
        celebrity_followers: reader.read(
            "timeline_celebrity_followers",
            100_000,
            &number(1..=1_000_000_000),
            "Authors with at least this many followers are never pushed, always merged when a home is read, \
             so that one tweet never means this many writes.",
        ),
    }
}

fn log(reader: &mut Reader<'_>) -> Log {
    reader.section("Logs");
    Log {
        format: reader.read(
            "log_format",
            LogFormat::Pretty,
            &one_of(&LOG_FORMATS, |value| name_of(&LOG_FORMATS, value)),
            "The shape of log lines on standard error: for people (`pretty`) or one JSON object a line for \
             collectors (`json`).",
        ),
        level: reader.read(
            "log_level",
            LevelFilter::INFO,
            &one_of(&LOG_LEVELS, |value| name_of(&LOG_LEVELS, value)),
            "The least important messages to write. `info` tells what an operator wants to know, `debug` \
             what a developer does.",
        ),
    }
}

fn name_of<T: PartialEq>(words: &[(&str, T)], value: &T) -> String {
    words.iter().find(|(_, other)| other == value).map(|(name, _)| (*name).to_owned()).unwrap_or_default()
}
