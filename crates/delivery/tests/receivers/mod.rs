//! A mail server and an HTTP receiver, as small as can be.

use std::collections::BTreeMap;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What was received.
pub struct Request {
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

async fn listen() -> (u16, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (listener.local_addr().unwrap().port(), listener)
}

/// Takes connections and says nothing.
pub async fn silent() -> u16 {
    let (port, listener) = listen().await;
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    port
}

/// A mail server that says this of every recipient, and gives what was said to it.
pub async fn smtp(of_recipients: &'static str) -> (u16, UnboundedReceiver<String>) {
    let (port, listener) = listen().await;
    let (said, mails) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = speak(stream, of_recipients, &said).await;
        }
    });
    (port, mails)
}

async fn speak(
    stream: TcpStream,
    of_recipients: &str,
    said: &UnboundedSender<String>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 here\r\n").await?;
    let (mut all, mut is_data) = (String::new(), false);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        all.push_str(&line);
        let answer = match line.split_whitespace().next().unwrap_or_default() {
            "." if is_data => {
                is_data = false;
                let _ = said.send(std::mem::take(&mut all));
                "250 taken"
            }
            _ if is_data => continue,
            "EHLO" => "250-here\r\n250 AUTH PLAIN",
            "AUTH" => "235 welcome",
            "RCPT" => of_recipients,
            "DATA" => {
                is_data = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 well",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

/// An HTTP receiver that answers every request so.
pub async fn http(status: &'static str) -> (u16, UnboundedReceiver<Request>) {
    let (port, listener) = listen().await;
    let (got, requests) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = answer(stream, status, &got).await;
        }
    });
    (port, requests)
}

async fn answer(
    stream: TcpStream,
    status: &str,
    got: &UnboundedSender<Request>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        match line.trim().split_once(": ") {
            Some((name, value)) => {
                headers.insert(name.to_lowercase(), value.to_owned());
            }
            None if line.trim().is_empty() => break,
            None => {}
        }
    }
    let length = headers
        .get("content-length")
        .and_then(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    let _ = got.send(Request { headers, body });
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).await
}
