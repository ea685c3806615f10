//! Mail by SMTP.

use crate::{Failure, Letter, OpenError, read};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The mail server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Its name; its certificate has to be for it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whom mails are from: `Name <address>`.
    pub from: String,
    /// How the connection is encrypted.
    #[serde(default)]
    pub encryption: Encryption,
    /// PEM file of a certificate authority to trust besides the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<PathBuf>,
    /// The user to sign in as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// File with the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
}

/// How a connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// From the first byte (port 465).
    Implicit,
    /// After STARTTLS, without which nothing is sent (port 587).
    #[default]
    Starttls,
    /// Not at all: to this machine itself only.
    None,
}

/// A way to the mail server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    pub fn open(config: &Smtp) -> Result<Self, OpenError> {
        let from: Mailbox = config
            .from
            .parse()
            .map_err(|error| OpenError::setting("delivery.smtp.from", error))?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .timeout(Some(crate::TIMEOUT))
            .tls(tls(config)?);
        if let (Some(user), Some(path)) = (&config.user, &config.password_file) {
            let bytes = read("delivery.smtp.password_file", path)?;
            let password = String::from_utf8_lossy(&bytes).trim().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        } else if config.user.is_some() != config.password_file.is_some() {
            let detail = "user and password_file come together";
            return Err(OpenError::setting("delivery.smtp.user", detail));
        }
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }

    pub async fn send(&self, letter: &Letter<'_>, address: &str) -> Result<(), Failure> {
        let never = |detail: &str| Failure::Never(detail.into());
        let to = address
            .parse()
            .map_err(|_| never("This is no mail address."))?;
        let id = format!("<{}@{}>", letter.id, self.from.email.domain());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.to_owned())
            .map_err(|_| never("This makes no mail."))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(failure(&error)),
        }
    }
}

/// The server's own words may repeat the address: only its code is told.
fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    let code = error.status().map(|code| format!(" ({code})"));
    let code = code.unwrap_or_default();
    if error.is_permanent() {
        Failure::Never(format!("The mail server refuses it{code}."))
    } else if error.is_transient() {
        Failure::Again(format!("The mail server does not take it now{code}."))
    } else if error.is_timeout() {
        Failure::Again("The mail server does not answer in time.".into())
    } else if error.is_tls() {
        Failure::Again("There is no trusted, encrypted way to the mail server.".into())
    } else {
        Failure::Again("The mail server cannot be reached, or broke off.".into())
    }
}

fn tls(config: &Smtp) -> Result<Tls, OpenError> {
    if config.encryption == Encryption::None {
        let is_here = matches!(config.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if is_here {
            return Ok(Tls::None);
        }
        let detail = "mail goes to another machine encrypted only";
        return Err(OpenError::setting("delivery.smtp.encryption", detail));
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut parameters = TlsParameters::builder(config.host.clone());
    if let Some(path) = &config.authority {
        let field = "delivery.smtp.authority";
        let certificate = Certificate::from_pem(&read(field, path)?)
            .map_err(|error| OpenError::setting(field, error))?;
        parameters = parameters.add_root_certificate(certificate);
    }
    let parameters = parameters
        .build_rustls()
        .map_err(|error| OpenError::setting("delivery.smtp", error))?;
    Ok(match config.encryption {
        Encryption::Implicit => Tls::Wrapper(parameters),
        Encryption::Starttls | Encryption::None => Tls::Required(parameters),
    })
}
