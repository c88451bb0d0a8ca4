//! The door to the mail server: letters go out by SMTP, one connection each.
//!
//! The server is the operator's choice and is asked as it was named; nothing that people write chooses where mail goes but
//! the address, which is checked to be one.

#[cfg(test)]
pub(crate) mod sink;

use std::str::FromStr as _;
use std::time::Duration;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransport, Error as SmtpError};
use lettre::{Address, AsyncTransport as _, Message, Tokio1Executor};

use crate::config::{Mail, MailServer, MailTls};
use crate::error::Chain;

/// The time for each answer of the server.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Answers that are about the receiver's address and will not change (RFC 5321, 4.2.3; RFC 7504): no such mailbox, not
/// here, not allowed, takes no mail. Other refusals are the operator's matter.
const ADDRESS_REFUSED: [u16; 4] = [550, 551, 553, 556];

/// Why no mail can be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The sender is no address.
    #[error("mail_from is not an address such as rookery@example.org")]
    BadSender,
    /// TLS cannot be set up.
    #[error("the mail server cannot be spoken to")]
    Smtp(#[from] SmtpError),
}

/// A letter to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The address.
    pub to: String,
    /// A line.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
    /// Where a program ends such letters by one request (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// The server took it.
    Taken,
    /// There is no such address.
    Refused(String),
    /// Not now, or not without the operator.
    Later(String),
}

/// Sends letters. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// Sends by the server of the settings, as `name`; `None` when they name none. Nothing is connected yet.
    pub fn new(settings: &Mail, name: &str) -> Result<Option<Self>, MailError> {
        let Some(server) = &settings.server else { return Ok(None) };
        let address = Address::from_str(&settings.from).map_err(|_| MailError::BadSender)?;
        let from = Mailbox::new(Some(name.to_owned()), address);
        Ok(Some(Self { transport: transport(server, settings)?, from }))
    }

    /// Whether the server answers and lets us in; what is wrong otherwise.
    pub async fn examine(&self) -> Result<bool, MailError> {
        Ok(self.transport.test_connection().await?)
    }

    /// Sends a letter.
    pub async fn send(&self, letter: &Letter) -> Posted {
        let message = match self.message(letter) {
            Ok(message) => message,
            Err(why) => return Posted::Refused(why),
        };
        match self.transport.send(message).await {
            Ok(_) => Posted::Taken,
            Err(error) => {
                let refused = error.status().is_some_and(|code| ADDRESS_REFUSED.contains(&code.into()));
                let why = Chain(&error).to_string();
                if refused { Posted::Refused(why) } else { Posted::Later(why) }
            }
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, String> {
        let to = Address::from_str(&letter.to).map_err(|error| error.to_string())?;
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .message_id(None)
            .raw_header(raw("Auto-Submitted", "auto-generated")?);
        if let Some(at) = &letter.unsubscribe {
            message = message
                .raw_header(raw("List-Unsubscribe", &format!("<{at}>"))?)
                .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?);
        }
        let part = |kind: ContentType, body: &str| SinglePart::builder().header(kind).body(body.to_owned());
        let both = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, &letter.text))
            .singlepart(part(ContentType::TEXT_HTML, &letter.html));
        message.multipart(both).map_err(|error| error.to_string())
    }
}

fn raw(name: &'static str, value: &str) -> Result<HeaderValue, String> {
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|error| error.to_string())?;
    Ok(HeaderValue::new(name, value.to_owned()))
}

fn transport(server: &MailServer, settings: &Mail) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
    let parameters = || TlsParameters::new(server.host.clone());
    let tls = match server.tls {
        MailTls::None => Tls::None,
        MailTls::StartTls => Tls::Required(parameters()?),
        MailTls::Wrapped => Tls::Wrapper(parameters()?),
    };
    let host = settings.from.rsplit('@').next().unwrap_or_default().to_owned();
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
        .port(server.port)
        .tls(tls)
        .hello_name(ClientId::Domain(host))
        .timeout(Some(TIMEOUT));
    if !settings.user.is_empty() {
        let password = settings.password.as_str().to_owned();
        builder = builder.credentials(Credentials::new(settings.user.clone(), password));
    }
    Ok(builder.build())
}

#[cfg(test)]
mod tests {
    use super::sink::Sink;
    use super::*;

    fn letter(to: &str) -> Letter {
        Letter {
            to: to.to_owned(),
            subject: "Größe\r\nBcc: eve@b.test".to_owned(),
            text: "Hallo".to_owned(),
            html: "<p>Hallo</p>".to_owned(),
            unsubscribe: Some("https://rook.test/unsubscribe?a=1".to_owned()),
        }
    }

    #[tokio::test]
    async fn a_letter_has_both_forms_and_says_how_to_end_it() {
        let sink = Sink::start().await;
        let mailer = sink.mailer();
        assert!(mailer.examine().await.unwrap());
        assert_eq!(mailer.send(&letter("ann@a.test")).await, Posted::Taken);
        let [got] = &*sink.letters() else { panic!("one letter") };
        assert_eq!((got.from.as_str(), got.to.as_str()), ("rook@rook.test", "ann@a.test"));
        assert_eq!(got.header("List-Unsubscribe"), "<https://rook.test/unsubscribe?a=1>");
        assert_eq!(got.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        assert_eq!(got.header("Auto-Submitted"), "auto-generated");
        assert!(got.header("Message-ID").contains('@') && !got.header("Date").is_empty());
        assert!(got.data.contains("text/plain") && got.data.contains("text/html"), "{}", got.data);
        assert!(!got.data.contains("\nBcc:"), "a subject is one line: {}", got.data);
    }

    #[tokio::test]
    async fn what_the_server_says_of_the_address_is_told_from_what_passes() {
        let sink = Sink::start().await;
        let mailer = sink.mailer();
        for (answer, refused) in [
            ("550 5.1.1 no such user", true),
            ("556 takes no mail", true),
            ("451 later", false),
            ("535 who are you", false),
            ("554 no", false),
        ] {
            sink.answer_next(answer);
            match mailer.send(&letter("ann@a.test")).await {
                Posted::Refused(_) => assert!(refused, "{answer}"),
                Posted::Later(_) => assert!(!refused, "{answer}"),
                Posted::Taken => panic!("{answer}"),
            }
        }
        assert!(matches!(mailer.send(&letter("no address")).await, Posted::Refused(_)));
        assert_eq!(mailer.send(&letter("ann@a.test")).await, Posted::Taken);
        assert_eq!(sink.letters().len(), 1);
    }
}
