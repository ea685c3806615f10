//! Attachments: sent in chunks that are named by their hash, read back with resume.

use crate::call::Call;
use crate::classify::{Verdict, classify};
use crate::exchange::root_cause;
use crate::{Client, Error};
use bytes::Bytes;
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

/// Bytes per chunk; only a file's last chunk is shorter.
pub(crate) const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// Bytes a file may have.
pub(crate) const FILE_BYTES_MAX: u64 = 100 * 1024 * 1024;

/// A file whose chunks the installation holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// BLAKE3 of every chunk in order, as hexadecimal text.
    pub chunks: Vec<String>,
    /// Bytes of the whole file.
    pub size: u64,
    /// At how many sites every chunk is held, at least.
    pub copies: u32,
}

/// Why a file could not be sent or read.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// The installation refused or did not answer.
    #[error(transparent)]
    Call(#[from] Error),
    /// The local file cannot be read or written.
    #[error("the local file cannot be used")]
    Local(#[from] std::io::Error),
    /// The file is larger than the installation takes.
    #[error("the file is larger than {} MiB", FILE_BYTES_MAX / 1024 / 1024)]
    TooLarge,
    /// What came is not what was stored.
    #[error("chunk {index} of the file is not what its hash says")]
    Altered {
        /// Position of the chunk, from 0.
        index: usize,
    },
}

impl Uploaded {
    /// The file as `post-message` and the import take it.
    #[must_use]
    pub fn as_attachment(&self, attachment_id: Uuid, name: &str, content_type: &str) -> Value {
        json!({
            "attachment_id": attachment_id,
            "name": name,
            "type": content_type,
            "size": self.size,
            "chunks": self.chunks,
            "copies": self.copies,
        })
    }
}

impl Client {
    /// Sends a file's bytes. Sending the same bytes again stores nothing twice.
    ///
    /// # Errors
    /// When the file is too large, cannot be read, or the installation refuses it.
    pub async fn upload(
        &self,
        workspace: WorkspaceId,
        mut file: impl AsyncRead + Unpin,
    ) -> Result<Uploaded, AttachmentError> {
        let mut uploaded = Uploaded {
            chunks: Vec::new(),
            size: 0,
            copies: u32::MAX,
        };
        loop {
            let mut chunk = Vec::with_capacity(64 * 1024);
            let limit = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
            let read = (&mut file).take(limit).read_to_end(&mut chunk).await?;
            if read == 0 {
                break;
            }
            uploaded.size += u64::try_from(read).unwrap_or(u64::MAX);
            if uploaded.size > FILE_BYTES_MAX {
                return Err(AttachmentError::TooLarge);
            }
            let (hash, copies) = self.upload_chunk(workspace, chunk.into()).await?;
            uploaded.chunks.push(hash);
            uploaded.copies = uploaded.copies.min(copies);
            if read < CHUNK_BYTES {
                break;
            }
        }
        if uploaded.chunks.is_empty() {
            // Of nothing there is nothing to lose.
            uploaded.copies = 2;
        }
        Ok(uploaded)
    }

    async fn upload_chunk(
        &self,
        workspace: WorkspaceId,
        chunk: Bytes,
    ) -> Result<(String, u32), Error> {
        #[derive(Deserialize)]
        struct Stored {
            copies: u32,
        }
        let hash = blake3::hash(&chunk).to_hex().to_string();
        let path = format!("/api/attachments/{workspace}/chunks/{hash}");
        let call = Call::put_bytes(
            "attachments/chunk",
            path,
            chunk,
            self.shared.timeouts.patience,
        );
        let reply = self.exchange(&call).await?;
        let stored: Stored = self.read(&call.operation, &reply)?;
        Ok((hash, stored.copies))
    }

    /// Reads an attachment into `to` and returns its length, going on at the next site where one
    /// fails half-way. With the chunks' hashes everything is checked before it is written.
    ///
    /// # Errors
    /// When the installation refuses or stays silent, the bytes are not what the hashes say, or
    /// they cannot be written.
    pub async fn download(
        &self,
        workspace: WorkspaceId,
        message_id: Uuid,
        attachment_id: Uuid,
        hashes: Option<&[String]>,
        to: impl AsyncWrite + Unpin,
    ) -> Result<u64, AttachmentError> {
        let path = format!("/api/attachments/{workspace}/{message_id}/{attachment_id}");
        let mut sink = Sink {
            to,
            hashes,
            index: 0,
            pending: Vec::new(),
            received: 0,
        };
        let started = Instant::now();
        let mut last_progress = Instant::now();
        let (mut attempts, mut round) = (0_u32, 0);
        loop {
            let before = sink.received;
            attempts += 1;
            let last = match self.download_from_one(&path, &mut sink).await? {
                Fetched::Whole => return sink.finish().await,
                Fetched::Broken(cause) => cause,
            };
            if sink.received > before {
                last_progress = Instant::now();
                round = 0;
            }
            if last_progress.elapsed() >= self.shared.timeouts.patience {
                return Err(AttachmentError::Call(Error::NoAnswer {
                    operation: "attachments/read".into(),
                    waited: started.elapsed(),
                    attempts,
                    last,
                    may_have_taken_effect: false,
                }));
            }
            if attempts.is_multiple_of(u32::try_from(self.shared.sites.len()).unwrap_or(1)) {
                let pause = self.shared.backoff.wait(round, &*self.shared.random);
                tokio::time::sleep(pause).await;
                round += 1;
            }
        }
    }

    async fn download_from_one<W: AsyncWrite + Unpin>(
        &self,
        path: &str,
        sink: &mut Sink<'_, W>,
    ) -> Result<Fetched, AttachmentError> {
        let site = self.preferred_site();
        let token = self.token(self.shared.timeouts.patience).await?;
        let silence = self.shared.timeouts.attempt;
        let request = self
            .shared
            .http
            .get(self.shared.sites[site].at(path))
            .bearer_auth(&token)
            .header(reqwest::header::RANGE, format!("bytes={}-", sink.received));
        let broken = |cause: String| {
            self.move_on_from(site);
            Ok(Fetched::Broken(format!(
                "{}: {cause}",
                self.shared.sites[site]
            )))
        };
        let mut response = match tokio::time::timeout(silence, request.send()).await {
            Err(_) => return broken("no answer".into()),
            Ok(Err(error)) => return broken(root_cause(&error)),
            Ok(Ok(response)) => response,
        };
        let status = response.status().as_u16();
        // Everything was received already and only the end of the stream was lost.
        if status == 416 && sink.received > 0 {
            return Ok(Fetched::Whole);
        }
        if !(200..300).contains(&status) {
            let body = response.bytes().await.unwrap_or_default();
            return match classify(status, &body) {
                Verdict::Refused(problem) => Err(Error::Refused(problem).into()),
                Verdict::SignInAgain(problem) if !self.shared.session.has_credentials() => {
                    Err(Error::Refused(problem).into())
                }
                Verdict::SignInAgain(problem) => {
                    self.shared.session.forget(Some(&token));
                    broken(problem.to_string())
                }
                Verdict::Retry { problem, .. } => broken(problem.to_string()),
                Verdict::Granted => broken("an answer without content".into()),
            };
        }
        let mut skip = if status == 206 { 0 } else { sink.received };
        loop {
            match tokio::time::timeout(silence, response.chunk()).await {
                Err(_) => return broken("the download stands still".into()),
                Ok(Err(error)) => return broken(root_cause(&error)),
                Ok(Ok(None)) => return Ok(Fetched::Whole),
                Ok(Ok(Some(mut bytes))) => {
                    let passed = skip.min(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                    skip -= passed;
                    let _ = bytes.split_to(usize::try_from(passed).unwrap_or(usize::MAX));
                    sink.take(&bytes).await?;
                }
            }
        }
    }
}

enum Fetched {
    Whole,
    Broken(String),
}

/// Checks chunks and writes them.
struct Sink<'a, W> {
    to: W,
    hashes: Option<&'a [String]>,
    index: usize,
    pending: Vec<u8>,
    received: u64,
}

impl<W: AsyncWrite + Unpin> Sink<'_, W> {
    async fn take(&mut self, mut bytes: &[u8]) -> Result<(), AttachmentError> {
        self.received += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        while !bytes.is_empty() {
            let room = (CHUNK_BYTES - self.pending.len()).min(bytes.len());
            self.pending.extend_from_slice(&bytes[..room]);
            bytes = &bytes[room..];
            if self.pending.len() == CHUNK_BYTES {
                self.write_chunk().await?;
            }
        }
        Ok(())
    }

    async fn write_chunk(&mut self) -> Result<(), AttachmentError> {
        if let Some(hashes) = self.hashes {
            let index = self.index;
            let hash = blake3::hash(&self.pending).to_hex();
            if hashes.get(index).map(String::as_str) != Some(hash.as_str()) {
                return Err(AttachmentError::Altered { index });
            }
        }
        self.to.write_all(&self.pending).await?;
        self.pending.clear();
        self.index += 1;
        Ok(())
    }

    async fn finish(mut self) -> Result<u64, AttachmentError> {
        if !self.pending.is_empty() {
            self.write_chunk().await?;
        }
        match self.hashes {
            Some(hashes) if hashes.len() != self.index => {
                return Err(AttachmentError::Altered { index: self.index });
            }
            _ => {}
        }
        self.to.flush().await?;
        Ok(self.received)
    }
}
