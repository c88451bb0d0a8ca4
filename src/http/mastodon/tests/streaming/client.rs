//! Clients of both transports, as little as a test needs of them.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::{Live, bounded};

/// A stream of server-sent events.
pub(super) struct Events {
    pub(super) head: String,
    body: BufReader<TcpStream>,
}

/// A WebSocket.
pub(super) struct Socket {
    pub(super) head: tungstenite::handshake::client::Response,
    socket: WebSocketStream<TcpStream>,
}

impl Live {
    /// Asks for a stream, and reads the head of the answer.
    pub(super) async fn events(&self, path: &str, headers: &[(&str, &str)]) -> Events {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The old version of HTTP has no chunks: what comes is what was sent.
        let mut request = format!("GET {path} HTTP/1.0\r\nHost: rook.test\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).await.unwrap();
        let (mut body, mut head) = (BufReader::new(stream), String::new());
        while !head.ends_with("\r\n\r\n") {
            assert!(bounded(body.read_line(&mut head)).await.unwrap() > 0, "{head}");
        }
        Events { head, body }
    }

    /// The same with a token, for what must be allowed; passes over the opening.
    pub(super) async fn listen(&self, path: &str, token: &str) -> Events {
        let mut events = self.events(path, &[("Authorization", &format!("Bearer {token}"))]).await;
        assert!(events.head.starts_with("HTTP/1.0 200"), "{}", events.head);
        assert_eq!(events.line().await, ":)\n");
        events
    }

    /// Opens a WebSocket.
    pub(super) async fn socket(
        &self,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, tungstenite::Error> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let address = format!("ws://rook.test/api/v1/streaming{query}");
        let mut request = address.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, head) = bounded(client_async(request, stream)).await?;
        Ok(Socket { head, socket })
    }
}

impl Events {
    /// The next line, with its end; nothing when it is over.
    pub(super) async fn line(&mut self) -> String {
        let mut line = String::new();
        bounded(self.body.read_line(&mut line)).await.unwrap();
        line
    }

    /// The name and the data of the next event.
    pub(super) async fn next(&mut self) -> (String, String) {
        let mut lines = [const { String::new() }; 3];
        for line in &mut lines {
            *line = self.line().await;
        }
        let [event, data, end] = &lines;
        assert_eq!(end, "\n", "{event}{data}");
        let of = |line: &str, name: &str| line.strip_prefix(name).unwrap().trim_end_matches('\n').to_owned();
        (of(event, "event: "), of(data, "data: "))
    }

    /// All that still comes until it is over.
    pub(super) async fn rest(mut self) -> String {
        let mut rest = String::new();
        bounded(self.body.read_to_string(&mut rest)).await.unwrap();
        rest
    }
}

impl Socket {
    pub(super) async fn say(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub(super) async fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text.to_owned())).await.unwrap();
    }

    /// The next frame.
    pub(super) async fn next(&mut self) -> Value {
        loop {
            match bounded(self.socket.next()).await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The code of the close that comes next.
    pub(super) async fn closed(&mut self) -> Option<u16> {
        loop {
            match bounded(self.socket.next()).await {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(Message::Ping(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}
