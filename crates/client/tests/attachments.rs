//! Files: chunks on the way in, resume and checking on the way out.

mod installation;

use client::AttachmentError;
use installation::{Fault, Installation};
use kernel::WorkspaceId;

const CHUNK: usize = 4 * 1024 * 1024;

fn file() -> Vec<u8> {
    (0..CHUNK + CHUNK / 2)
        .map(|n| (n * 31 % 251) as u8)
        .collect()
}

fn workspace() -> WorkspaceId {
    WorkspaceId(installation::uuid(2))
}

#[tokio::test]
async fn a_file_is_stored_in_chunks_named_by_hash_through_a_failing_site() {
    let installation = Installation::start().await;
    let client = installation.client();
    installation.sites[0].fail([Fault::Unavailable]);
    client.sign_in().await.unwrap();
    installation.sites[0].fail([Fault::Unavailable]);
    let uploaded = client.upload(workspace(), &file()[..]).await.unwrap();
    assert_eq!(uploaded.chunks.len(), 2);
    assert_eq!((uploaded.size, uploaded.copies), (file().len() as u64, 2));
    let facts = installation.facts.lock().unwrap();
    let stored: Vec<u8> = uploaded
        .chunks
        .iter()
        .flat_map(|hash| facts.chunks[hash].to_vec())
        .collect();
    assert!(stored == file());
}

#[tokio::test]
async fn a_download_that_breaks_goes_on_at_the_other_site() {
    let installation = Installation::start().await;
    let client = installation.client();
    let uploaded = client.upload(workspace(), &file()[..]).await.unwrap();
    let facts = &installation.facts;
    facts
        .lock()
        .unwrap()
        .chunks
        .insert("file".into(), file().into());
    installation.sites[0].fail([Fault::ApplyAndBreak]);
    let mut got = Vec::new();
    let (message, id) = (installation::uuid(8), installation::uuid(9));
    let size = client
        .download(workspace(), message, id, Some(&uploaded.chunks), &mut got)
        .await
        .unwrap();
    assert!(got == file() && size == file().len() as u64);
    assert_eq!(installation.sites[1].count("GET file"), 1);
}

#[tokio::test]
async fn altered_bytes_are_found_and_not_written() {
    let installation = Installation::start().await;
    let client = installation.client();
    let uploaded = client.upload(workspace(), &file()[..]).await.unwrap();
    let mut altered = file();
    altered[CHUNK + 5] ^= 1;
    let facts = &installation.facts;
    facts
        .lock()
        .unwrap()
        .chunks
        .insert("file".into(), altered.into());
    let mut got = Vec::new();
    let (message, id) = (installation::uuid(8), installation::uuid(9));
    let error = client
        .download(workspace(), message, id, Some(&uploaded.chunks), &mut got)
        .await
        .unwrap_err();
    assert!(matches!(error, AttachmentError::Altered { index: 1 }));
    assert_eq!(got.len(), CHUNK);
}

#[tokio::test]
async fn a_file_over_100_mib_is_refused() {
    let installation = Installation::start().await;
    let endless = tokio::io::repeat(0);
    let error = installation
        .client()
        .upload(workspace(), endless)
        .await
        .unwrap_err();
    assert!(matches!(error, AttachmentError::TooLarge));
}
