//! Sending to a small mail server and a small HTTP receiver, good ones, failing ones and silent ones.

mod receivers;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use delivery::{Config, Encryption, Failure, Letter, Post, Smtp, To, WebPush, Webhook};
use receivers::{http, silent, smtp};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use std::path::PathBuf;
use tempfile::TempDir;
use web_push_native::{Auth, decrypt, p256};

const LETTER: Letter<'static> = Letter {
    id: "0190a000-0000-7000-8000-000000000001",
    subject: "Call: incident",
    text: "Come to the bridge. 请到桥上。",
    at_s: 1_700_000_000,
};
const SECRET: &str = "a secret of twenty-four b";

fn file(dir: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn mail(port: u16, dir: &TempDir) -> Config {
    let smtp = Smtp {
        host: "127.0.0.1".into(),
        port,
        from: "Sekoci <sekoci@example.org>".into(),
        encryption: Encryption::None,
        authority: None,
        user: Some("site".into()),
        password_file: Some(file(dir, "password", "open sesame\n")),
    };
    Config {
        smtp: Some(smtp),
        ..Config::default()
    }
}

fn webhook(port: u16, dir: &TempDir) -> Config {
    let webhook = Webhook {
        url: format!("http://127.0.0.1:{port}/sms"),
        secret_file: file(dir, "secret", SECRET),
        is_private: true,
    };
    Config {
        webhooks: [("sms".to_owned(), webhook)].into(),
        ..Config::default()
    }
}

async fn send(config: &Config, to: To<'_>) -> Result<(), Failure> {
    Post::open(config).unwrap().send(&LETTER, to).await
}

const TO_MAIL: To<'static> = To::Email {
    address: "mo@example.org",
};
const TO_SMS: To<'static> = To::Webhook {
    provider: "sms",
    to: "+628111234",
};

#[tokio::test]
async fn a_mail_arrives_with_the_messages_own_id_however_often_it_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    let (port, mut mails) = smtp("250 taken").await;
    let config = mail(port, &dir);
    for _ in 0..2 {
        send(&config, TO_MAIL).await.unwrap();
        let mail = mails.recv().await.unwrap();
        assert!(
            mail.contains(&format!("Message-ID: <{}@example.org>", LETTER.id)),
            "{mail}"
        );
        assert!(
            mail.contains("RCPT TO:<mo@example.org>") && mail.contains("Subject: Call: incident")
        );
        let password = STANDARD.encode("\0site\0open sesame");
        assert!(mail.contains(&password), "it signs in");
    }
}

#[tokio::test]
async fn why_a_mail_was_not_taken_is_told_without_the_address() {
    let dir = tempfile::tempdir().unwrap();
    for (says, is_final) in [
        ("550 no mo@example.org here", true),
        ("451 later, mo@example.org", false),
    ] {
        let (port, _mails) = smtp(says).await;
        let failure = send(&mail(port, &dir), TO_MAIL).await.unwrap_err();
        assert_eq!(
            matches!(failure, Failure::Never(_)),
            is_final,
            "{failure:?}"
        );
        let told = failure.to_string();
        assert!(told.contains(&says[..3]) && !told.contains("mo@") && !told.contains("sesame"));
    }
    let nobody = mail(1, &dir);
    let failure = send(&nobody, TO_MAIL).await.unwrap_err();
    assert!(matches!(failure, Failure::Again(_)), "{failure:?}");
}

#[tokio::test]
async fn nothing_is_sent_in_clear_to_another_machine() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = mail(25, &dir);
    config.smtp.as_mut().unwrap().host = "mail.example.org".into();
    let error = Post::open(&config).err().expect("it is refused");
    assert!(
        error.to_string().contains("delivery.smtp.encryption"),
        "{error}"
    );
    // A server that offers no STARTTLS gets nothing, the password least of all.
    let (port, mut mails) = smtp("250 taken").await;
    let mut config = mail(port, &dir);
    config.smtp.as_mut().unwrap().encryption = Encryption::Starttls;
    assert!(send(&config, TO_MAIL).await.is_err());
    assert!(mails.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn who_does_not_answer_is_not_waited_for_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let port = silent().await;
    for (config, to) in [(mail(port, &dir), TO_MAIL), (webhook(port, &dir), TO_SMS)] {
        let failure = send(&config, to).await.unwrap_err();
        assert!(matches!(failure, Failure::Again(_)), "{failure:?}");
    }
}

#[tokio::test]
async fn a_webhook_is_signed_and_carries_the_messages_own_id() {
    let dir = tempfile::tempdir().unwrap();
    let (port, mut requests) = http("200 OK").await;
    send(&webhook(port, &dir), TO_SMS).await.unwrap();
    let request = requests.recv().await.unwrap();
    assert_eq!(request.headers["idempotency-key"], LETTER.id);
    let text = String::from_utf8(request.body).unwrap();
    let body: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&body["to"], &body["message_id"]),
        (&"+628111234".into(), &LETTER.id.into())
    );
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
    let at = &request.headers["sekoci-timestamp"];
    let signed = ring::hmac::sign(&key, format!("{at}.{text}").as_bytes());
    let hex: String = signed
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(request.headers["sekoci-signature"], format!("v1={hex}"));
}

#[tokio::test]
async fn what_a_provider_answers_decides_whether_it_is_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    for (status, is_final) in [
        ("503 Busy", false),
        ("429 Slowly", false),
        ("400 Bad", true),
        ("410 Gone", true),
        ("302 Found\r\nlocation: http://127.0.0.1:1/", true),
    ] {
        let (port, _requests) = http(status).await;
        let failure = send(&webhook(port, &dir), TO_SMS).await.unwrap_err();
        assert_eq!(
            matches!(failure, Failure::Never(_)),
            is_final,
            "{status}: {failure:?}"
        );
        assert!(!failure.to_string().contains("127.0.0.1"), "{failure}");
    }
    let unknown = To::Webhook {
        provider: "other",
        to: "1",
    };
    let failure = send(&webhook(1, &dir), unknown).await.unwrap_err();
    assert!(matches!(failure, Failure::Never(_)));
    let mut private = webhook(1, &dir);
    private.webhooks.get_mut("sms").unwrap().is_private = false;
    assert!(
        Post::open(&private).is_err(),
        "a private address has to be allowed"
    );
}

fn browser() -> (p256::SecretKey, String, String) {
    let secret = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    let public =
        p256::elliptic_curve::sec1::ToEncodedPoint::to_encoded_point(&secret.public_key(), false);
    let key = URL_SAFE_NO_PAD.encode(public.as_bytes());
    (secret, key, URL_SAFE_NO_PAD.encode([9; 16]))
}

fn push(dir: &TempDir, is_private: bool) -> Config {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pem = STANDARD.encode(key.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n");
    let web_push = WebPush {
        key_file: file(dir, "vapid.pem", &pem),
        contact: "mailto:ops@example.org".into(),
        is_private,
    };
    Config {
        web_push: Some(web_push),
        ..Config::default()
    }
}

#[tokio::test]
async fn a_push_message_is_read_by_the_browser_alone_and_signed_by_the_site() {
    let dir = tempfile::tempdir().unwrap();
    let (port, mut requests) = http("201 Created").await;
    let (secret, p256dh, auth) = browser();
    let endpoint = format!("http://127.0.0.1:{port}/push/1");
    let (endpoint, p256dh, auth) = (endpoint.as_str(), p256dh.as_str(), auth.as_str());
    let to = To::WebPush {
        endpoint,
        p256dh,
        auth,
    };
    send(&push(&dir, true), to).await.unwrap();
    let request = requests.recv().await.unwrap();
    assert_eq!(request.headers["content-encoding"], "aes128gcm");
    assert!(request.headers["topic"].len() <= 32);
    let opened = decrypt(request.body, &secret, &Auth::from([9; 16])).unwrap();
    let opened: serde_json::Value = serde_json::from_slice(&opened).unwrap();
    assert_eq!(opened["text"], LETTER.text);
    let identity = request.headers["authorization"]
        .strip_prefix("vapid t=")
        .unwrap();
    let (token, key) = identity.split_once(", k=").unwrap();
    let (text, signature) = token.rsplit_once('.').unwrap();
    let key = ring::signature::UnparsedPublicKey::new(
        &ring::signature::ECDSA_P256_SHA256_FIXED,
        URL_SAFE_NO_PAD.decode(key).unwrap(),
    );
    key.verify(text.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
        .unwrap();
    let claims = URL_SAFE_NO_PAD
        .decode(text.split_once('.').unwrap().1)
        .unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["aud"], format!("http://127.0.0.1:{port}"));
}

#[tokio::test]
async fn a_browsers_address_does_not_lead_into_the_sites_network() {
    let dir = tempfile::tempdir().unwrap();
    let (port, mut requests) = http("201 Created").await;
    let (_, p256dh, auth) = browser();
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let endpoint = format!("https://{host}:{port}/push/1");
        let (endpoint, p256dh, auth) = (endpoint.as_str(), p256dh.as_str(), auth.as_str());
        let to = To::WebPush {
            endpoint,
            p256dh,
            auth,
        };
        let failure = send(&push(&dir, false), to).await.unwrap_err();
        assert!(matches!(failure, Failure::Never(_)), "{failure:?}");
    }
    assert!(requests.try_recv().is_err());
}
