//! Sending a file: its chunks in order, or the part of them that is wanted.

use super::Chunks;
use super::range::{Wanted, wanted};
use crate::problem::Problem;
use attachments::Attachment;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use kernel::{Hash, WorkspaceId};
use std::fmt::Write;
use std::ops::Range;

/// Answers a request for a file.
///
/// # Errors
/// 416 for a part the file does not have, 503 when chunks of it are at no site that answers.
pub async fn download(
    chunks: &Chunks,
    workspace: WorkspaceId,
    file: Attachment,
    request: &HeaderMap,
) -> Result<Response, Problem> {
    let tag = etag(&file);
    if request.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let sizes = chunks.content_lens(workspace, file.chunks.clone()).await?;
    let sizes = sizes.ok_or_else(|| {
        Problem::unavailable("A part of the file is at no site that answers at the moment.")
    })?;
    if sizes.iter().sum::<u64>() != file.size {
        return Err(Problem::internal(
            &"an attachment's chunks do not add up to its size",
        ));
    }
    let is_same_file = request
        .get(header::IF_RANGE)
        .is_none_or(|known| *known == tag);
    let range = request.get(header::RANGE).filter(|_| is_same_file);
    let (status, range) = match wanted(range.and_then(|range| range.to_str().ok()), file.size) {
        Wanted::Whole => (StatusCode::OK, 0..file.size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Unsatisfiable => return Ok(unsatisfiable(file.size)),
    };
    let body = Body::from_stream(parts(
        chunks.clone(),
        workspace,
        pieces(&file.chunks, &sizes, &range),
    ));
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(range.end - range.start),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, tag);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Whatever the file is, a browser that opens it here runs nothing.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    headers.insert(header::CONTENT_DISPOSITION, disposition(&file.name));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(&file.media_type)
            .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream")),
    );
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {}-{}/{}", range.start, range.end - 1, file.size);
        if let Ok(range) = HeaderValue::from_str(&range) {
            headers.insert(header::CONTENT_RANGE, range);
        }
    }
    Ok(response)
}

/// A chunk and the part of it that is wanted.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    chunk: Hash,
    part: Range<usize>,
}

/// The pieces that make up `range` of a file.
fn pieces(chunks: &[Hash], sizes: &[u64], range: &Range<u64>) -> Vec<Piece> {
    let mut start = 0;
    let mut pieces = Vec::new();
    for (chunk, size) in chunks.iter().zip(sizes) {
        let end = start + size;
        let (from, to) = (range.start.max(start), range.end.min(end));
        if from < to {
            let within = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX);
            pieces.push(Piece {
                chunk: *chunk,
                part: within(from)..within(to),
            });
        }
        start = end;
    }
    pieces
}

/// The pieces' bytes, each read and checked only when its turn comes.
fn parts(
    chunks: Chunks,
    workspace: WorkspaceId,
    pieces: Vec<Piece>,
) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::iter(pieces).then(move |piece| {
        let chunks = chunks.clone();
        async move {
            let content = chunks
                .content(workspace, piece.chunk)
                .await
                .map_err(std::io::Error::other)?;
            content
                .filter(|content| content.len() >= piece.part.end)
                .map(|content| content.slice(piece.part))
                .ok_or_else(|| std::io::Error::other("a chunk is missing"))
        }
    })
}

fn unsatisfiable(size: u64) -> Response {
    let problem = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "range_not_satisfiable",
        format!("The file has {size} bytes."),
    );
    let mut response = problem.into_response();
    if let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    response
}

fn etag(file: &Attachment) -> HeaderValue {
    let mut hasher = blake3::Hasher::new();
    for chunk in &file.chunks {
        hasher.update(&chunk.0);
    }
    let tag = hasher.finalize().to_hex();
    HeaderValue::from_str(&format!("\"{}\"", &tag[..32])).expect("hexadecimal digits fit a header")
}

/// `attachment` with the name in plain ASCII and, where it has other characters, as RFC 8187 says.
fn disposition(name: &str) -> HeaderValue {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " ._-()".contains(c);
    let plain: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    let mut text = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        text.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
                text.push(char::from(byte));
            } else {
                write!(text, "%{byte:02X}").expect("writing to a string cannot fail");
            }
        }
    }
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attachments::address::content_hash;
    use crate::attachments::copies::testing::two_sites;
    use ::attachments::AttachmentId;
    use http_body_util::BodyExt;
    use kernel::id::Uuid;
    use std::sync::atomic::Ordering;

    const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const PARTS: [&[u8]; 3] = [b"0123", b"45678", b"9"];

    fn file(name: &str) -> Attachment {
        Attachment {
            attachment_id: AttachmentId(Uuid::from_u128(2)),
            name: name.into(),
            media_type: "text/html".into(),
            size: 10,
            chunks: PARTS.iter().map(|part| content_hash(part)).collect(),
            copies: 2,
        }
    }

    async fn stored(dir: &std::path::Path) -> Chunks {
        let (chunks, _) = two_sites(dir);
        for part in PARTS {
            chunks.put(WORKSPACE, part).await.unwrap();
        }
        chunks
    }

    async fn get(chunks: &Chunks, range: Option<&str>) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(range) = range {
            headers.insert(header::RANGE, range.parse().unwrap());
        }
        download(chunks, WORKSPACE, file("plan.html"), &headers)
            .await
            .unwrap()
    }

    async fn text(response: Response) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn files_and_parts_of_them_are_assembled() {
        let dir = tempfile::tempdir().unwrap();
        let chunks = stored(dir.path()).await;
        let whole = get(&chunks, None).await;
        assert_eq!(
            (whole.status().as_u16(), &whole.headers()["content-length"]),
            (200, &HeaderValue::from(10))
        );
        assert_eq!(text(whole).await, "0123456789");
        for (range, content, content_range) in [
            ("bytes=2-5", "2345", "bytes 2-5/10"),
            ("bytes=4-", "456789", "bytes 4-9/10"),
            ("bytes=-1", "9", "bytes 9-9/10"),
        ] {
            let part = get(&chunks, Some(range)).await;
            assert_eq!(
                (
                    part.status().as_u16(),
                    part.headers()["content-range"].to_str().unwrap()
                ),
                (206, content_range)
            );
            assert_eq!(text(part).await, content);
        }
        let none = get(&chunks, Some("bytes=10-")).await;
        assert_eq!(
            (none.status().as_u16(), &none.headers()["content-range"]),
            (416, &HeaderValue::from_static("bytes */10"))
        );
    }

    #[tokio::test]
    async fn a_download_is_never_shown_as_a_page() {
        let dir = tempfile::tempdir().unwrap();
        let chunks = stored(dir.path()).await;
        let response = get(&chunks, None).await;
        assert_eq!(
            response.headers()["content-disposition"],
            "attachment; filename=\"plan.html\""
        );
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.contains("sandbox"));
    }

    #[tokio::test]
    async fn a_file_that_the_client_has_is_not_sent_again() {
        let dir = tempfile::tempdir().unwrap();
        let chunks = stored(dir.path()).await;
        let tag = get(&chunks, None).await.headers()["etag"].clone();
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, tag);
        let response = download(&chunks, WORKSPACE, file("x"), &headers)
            .await
            .unwrap();
        assert_eq!(response.status(), 304);
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_RANGE, HeaderValue::from_static("\"another\""));
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=0-1"));
        let response = download(&chunks, WORKSPACE, file("x"), &headers)
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "another file: all of it");
    }

    #[tokio::test]
    async fn chunks_missing_here_come_from_the_other_site_while_it_answers() {
        let dir = tempfile::tempdir().unwrap();
        let (here, there) = two_sites(dir.path());
        for part in PARTS {
            there.chunks.put(WORKSPACE, part).await.unwrap();
        }
        there.is_up.store(false, Ordering::SeqCst);
        let problem = download(&here, WORKSPACE, file("x"), &HeaderMap::new())
            .await
            .unwrap_err();
        assert_eq!(problem.code, "unavailable");
        there.is_up.store(true, Ordering::SeqCst);
        assert_eq!(text(get(&here, Some("bytes=3-9")).await).await, "3456789");
    }

    #[test]
    fn names_fit_into_a_header_whatever_they_are() {
        let header = |name: &str| disposition(name).to_str().unwrap().to_owned();
        assert_eq!(header("a b.txt"), "attachment; filename=\"a b.txt\"");
        assert_eq!(
            header("会.txt"),
            "attachment; filename=\"_.txt\"; filename*=UTF-8''%E4%BC%9A.txt"
        );
        assert_eq!(
            header("a\"\r\nb"),
            "attachment; filename=\"a___b\"; filename*=UTF-8''a%22%0D%0Ab"
        );
    }
}
