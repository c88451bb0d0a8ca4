//! The least of an HTTP client: one connection that stays open, one request after the other, answers of known length. It
//! costs a few microseconds a request, so that the load leaves the cores to the server.

use std::net::SocketAddr;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::cli::Failure;

/// The name by which a bench calls its server.
pub(super) const HERE: &str = "rookery.bench";

const HEAD_END: &[u8] = b"\r\n\r\n";

/// A request.
#[derive(Clone)]
pub(super) struct Asked {
    /// Path and query.
    pub(super) path: String,
    bytes: Bytes,
}

/// An answer, as it stands in the asker's buffer.
pub(super) struct Answer<'a> {
    /// The status.
    pub(super) status: u16,
    /// The body.
    pub(super) body: &'a [u8],
}

/// A connection that stays open.
pub(super) struct Asker {
    stream: TcpStream,
    /// What came of the answer, used again for each.
    came: Vec<u8>,
}

impl Asked {
    /// Reading.
    pub(super) fn get(path: &str, token: &str) -> Self {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {HERE}\r\nauthorization: Bearer {token}\r\n\r\n");
        Self { path: path.to_owned(), bytes: head.into() }
    }

    /// Writing; the body is JSON.
    pub(super) fn post(path: &str, token: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {HERE}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        Self { path: path.to_owned(), bytes: head.into() }
    }

    /// The body of a good answer.
    pub(super) async fn answer_of(&self, address: SocketAddr) -> Result<Bytes, Failure> {
        let mut asker = Asker::connect(address).await?;
        asker.good(self).await.map(Bytes::copy_from_slice)
    }
}

impl Asker {
    /// Connects, from this machine's first address.
    pub(super) async fn connect(address: SocketAddr) -> Result<Self, Failure> {
        Self::connect_from([127, 0, 0, 1], address).await
    }

    /// Connects as a client of its own: a server takes only so many connections from each address.
    pub(super) async fn connect_from(client: [u8; 4], address: SocketAddr) -> Result<Self, Failure> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((client, 0).into())?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, came: Vec::with_capacity(64 * 1_024) })
    }

    /// Asks, and reads the answer to its end, whatever it is.
    pub(super) async fn ask(&mut self, asked: &Asked) -> Result<Answer<'_>, Failure> {
        self.stream.write_all(&asked.bytes).await?;
        self.came.clear();
        let mut wanted = None;
        loop {
            if self.stream.read_buf(&mut self.came).await? == 0 {
                return Err(Failure::Other(format!("the server hung up on {}", asked.path)));
            }
            if wanted.is_none() {
                wanted = Head::of(&self.came)?;
            }
            if let Some(head) = wanted
                && self.came.len() >= head.whole
            {
                let body = self.came.get(head.end..).unwrap_or_default();
                return Ok(Answer { status: head.status, body });
            }
        }
    }

    /// The body of a good answer; another ends the bench.
    pub(super) async fn good(&mut self, asked: &Asked) -> Result<&[u8], Failure> {
        let answer = self.ask(asked).await?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        let told = String::from_utf8_lossy(answer.body);
        Err(Failure::Other(format!("{} was answered {}: {told}", asked.path, answer.status)))
    }
}

/// What an answer's head says.
#[derive(Clone, Copy)]
struct Head {
    status: u16,
    /// Where the body begins.
    end: usize,
    /// Where it ends.
    whole: usize,
}

impl Head {
    /// Reads it, once it is there to its end.
    fn of(came: &[u8]) -> Result<Option<Self>, Failure> {
        let Some(place) = came.windows(HEAD_END.len()).position(|window| window == HEAD_END) else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(came.get(..place).unwrap_or_default()).to_ascii_lowercase();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        let length =
            text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let (Some(status), Some(length)) = (status, length.or((status == Some(204)).then_some(0))) else {
            return Err(Failure::Other(format!("not an answer of known length: {text}")));
        };
        let end = place.saturating_add(HEAD_END.len());
        Ok(Some(Self { status, end, whole: end.saturating_add(length) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_head_says() {
        let head = |text: &str| Head::of(text.as_bytes()).unwrap();
        assert!(head("HTTP/1.1 200 OK\r\nContent-Le").is_none(), "not there yet");
        let whole = head("HTTP/1.1 429 Too Many\r\nContent-Length: 3\r\n\r\nno").unwrap();
        assert_eq!((whole.status, whole.whole - whole.end), (429, 3));
        assert_eq!(head("HTTP/1.1 204 No Content\r\n\r\n").unwrap().status, 204);
        assert!(Head::of(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    }
}
