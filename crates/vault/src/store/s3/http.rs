//! The SDK's requests, sent with the HTTP client that everything else uses: one TLS stack, the same
//! authorities, the same patience. On the way back the provider's time is taken from each answer.

use super::super::remote::{BYTES_PER_SECOND, PATIENCE};
use super::time::ProviderTime;
use crate::store::OBJECT_MAX;
use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

/// More than any object and any page of a list.
const ANSWER_MAX: usize = OBJECT_MAX + (1 << 20);

/// The HTTP client of the SDK.
pub(super) fn client(http: reqwest::Client, time: Arc<ProviderTime>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector { http, time });
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Clone, Debug)]
struct Connector {
    http: reqwest::Client,
    time: Arc<ProviderTime>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.send(request).await })
    }
}

impl Connector {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let method = reqwest::Method::from_bytes(request.method().as_bytes()).map_err(user)?;
        let mut outgoing = self.http.request(method, request.uri());
        for (name, value) in request.headers() {
            outgoing = outgoing.header(name, value);
        }
        let body = request.body().bytes().map(Bytes::copy_from_slice);
        let body = body.ok_or_else(|| user("a body that is not in memory"))?;
        let patience = PATIENCE + Duration::from_secs(body.len() as u64 / BYTES_PER_SECOND);
        let answer = in_time(patience, outgoing.body(body).send()).await?;
        if let Some(date) = answer.headers().get("date") {
            self.time.told(date.to_str().unwrap_or_default());
        }
        received(answer).await
    }
}

async fn received(mut answer: reqwest::Response) -> Result<HttpResponse, ConnectorError> {
    let status = answer.status().as_u16().try_into().map_err(user)?;
    let mut headers = Vec::new();
    for (name, value) in answer.headers() {
        // The SDK's headers are text; what is none cannot be one that it looks at.
        if let Ok(value) = value.to_str() {
            headers.push((name.as_str().to_owned(), value.to_owned()));
        }
    }
    let mut bytes = Vec::new();
    while let Some(more) = in_time(PATIENCE, answer.chunk()).await? {
        if bytes.len() + more.len() > ANSWER_MAX {
            return Err(other(format!(
                "the answer is longer than {ANSWER_MAX} bytes"
            )));
        }
        bytes.extend_from_slice(&more);
    }
    let mut response = HttpResponse::new(status, SdkBody::from(bytes));
    for (name, value) in headers {
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

/// What took too long, or could not be sent, is not tried again here: whoever asked decides that, as with
/// every store.
async fn in_time<T>(
    patience: Duration,
    work: impl Future<Output = reqwest::Result<T>>,
) -> Result<T, ConnectorError> {
    match tokio::time::timeout(patience, work).await {
        Ok(done) => done.map_err(|e| other(kernel::with_sources(&e.without_url()))),
        Err(_) => Err(other(format!("no answer within {} s", patience.as_secs()))),
    }
}

fn other(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ConnectorError {
    ConnectorError::other(cause.into(), None)
}

fn user(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ConnectorError {
    ConnectorError::user(cause.into())
}
