//! A mail server for tests: takes letters on loopback and keeps them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::Mailer;
use crate::config::{Mail, MailServer, MailTls, Secret};

/// A letter as it came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    /// The sender of the envelope.
    pub(crate) from: String,
    /// The receiver of the envelope.
    pub(crate) to: String,
    /// Headers and body.
    pub(crate) data: String,
}

impl Got {
    /// A header, unfolded; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default().to_owned()
    }

    /// All its text parts, as they were before they were encoded for the way.
    pub(crate) fn text(&self) -> String {
        let parts = self
            .data
            .split("\r\n--")
            .filter_map(|part| part.split_once("\r\n\r\n").map(|(head, body)| (head.to_lowercase(), body)));
        let decoded = parts.map(|(head, body)| {
            if head.contains("transfer-encoding: base64") {
                let packed: String = body.split_whitespace().collect();
                let bytes = base64::engine::general_purpose::STANDARD.decode(packed).unwrap();
                String::from_utf8(bytes).unwrap()
            } else if head.contains("transfer-encoding: quoted-printable") {
                unquoted(body)
            } else {
                body.to_owned()
            }
        });
        decoded.collect::<Vec<_>>().join("\n")
    }
}

fn unquoted(body: &str) -> String {
    let joined = body.replace("=\r\n", "");
    let (mut bytes, mut rest) = (Vec::new(), joined.as_bytes());
    while let Some((first, more)) = rest.split_first() {
        match (first, more.get(..2).and_then(|hex| std::str::from_utf8(hex).ok())) {
            (b'=', Some(hex)) => {
                bytes.push(u8::from_str_radix(hex, 16).unwrap());
                rest = &more[2..];
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[derive(Debug, Default)]
struct Kept {
    letters: Vec<Got>,
    answers: VecDeque<String>,
}

/// A listening server. Its tasks end with the test.
#[derive(Debug)]
pub(crate) struct Sink {
    port: u16,
    kept: Arc<Mutex<Kept>>,
}

impl Sink {
    /// Listens on a free port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (port, kept) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Kept>>::default());
        let taking = Arc::clone(&kept);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&taking)));
            }
        });
        Self { port, kept }
    }

    /// What sends here.
    pub(crate) fn mailer(&self) -> Mailer {
        let server = MailServer { host: "127.0.0.1".to_owned(), port: self.port, tls: MailTls::None };
        let settings = Mail {
            server: Some(server),
            user: String::new(),
            password: Secret::default(),
            from: "rook@rook.test".to_owned(),
        };
        Mailer::new(&settings, "Rookery, the test").unwrap().unwrap()
    }

    /// The next receiver that is named is answered so, and not taken.
    pub(crate) fn answer_next(&self, answer: &str) {
        self.kept.lock().unwrap().answers.push_back(answer.to_owned());
    }

    /// How many answers were not asked for yet.
    pub(crate) fn unasked(&self) -> usize {
        self.kept.lock().unwrap().answers.len()
    }

    /// What came so far.
    pub(crate) fn letters(&self) -> Vec<Got> {
        self.kept.lock().unwrap().letters.clone()
    }
}

async fn serve(stream: TcpStream, kept: Arc<Mutex<Kept>>) {
    let mut stream = BufReader::new(stream);
    let (mut from, mut to) = (String::new(), String::new());
    stream.write_all(b"220 sink\r\n").await.unwrap();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let answer = match line.split(' ').next().unwrap().trim() {
            "EHLO" => "250-sink\r\n250 8BITMIME".to_owned(),
            "MAIL" => {
                from = address(&line);
                "250 ok".to_owned()
            }
            "RCPT" => {
                to = address(&line);
                let said = kept.lock().unwrap().answers.pop_front();
                said.unwrap_or_else(|| "250 ok".to_owned())
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.unwrap();
                let mut data = String::new();
                while !data.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut data).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let got = Got { from: from.clone(), to: to.clone(), data };
                kept.lock().unwrap().letters.push(got);
                "250 kept".to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "250 ok".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
    }
}

fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}
