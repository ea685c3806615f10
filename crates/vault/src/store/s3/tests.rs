mod attacks;
mod provider;

use super::*;
use provider::Bucket;

crate::store_conformance!(Bucket);

fn name(text: &str) -> ObjectName {
    ObjectName::new(text).unwrap()
}

async fn refused(store: &S3Store) -> String {
    let bytes = Bytes::from_static(b"sealed");
    match store.put(&name("a"), bytes, None).await {
        Err(StoreError::Refused(cause)) => cause,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bucket_that_cannot_be_a_vault_is_refused_with_what_to_enable() {
    let bucket = Bucket::named();
    assert!(refused(&bucket.store()).await.contains("does not exist"));
    let store = bucket.make(false).await;
    assert!(refused(&store).await.contains("enable versioning"));
    let versioning = aws_sdk_s3::types::VersioningConfiguration::builder()
        .status(aws_sdk_s3::types::BucketVersioningStatus::Enabled)
        .build();
    let request = store.client.put_bucket_versioning().bucket(&bucket.name);
    let request = request.versioning_configuration(versioning);
    request.send().await.unwrap();
    assert!(refused(&store).await.contains("enable Object Lock"));
    let described = store.describe().await.to_string();
    assert!(described.contains("enable Object Lock"), "{described}");
    assert_eq!(
        store
            .client
            .list_objects_v2()
            .bucket(&bucket.name)
            .send()
            .await
            .unwrap()
            .key_count(),
        Some(0)
    );
}

#[tokio::test]
async fn two_vaults_in_one_bucket_do_not_see_each_other() {
    let bucket = Bucket::named();
    let store = bucket.make(true).await;
    let mut other = bucket.store();
    other.address.prefix = "harbour-2/".into();
    let bytes = Bytes::from_static(b"sealed");
    store.put(&name("a"), bytes, None).await.unwrap();
    assert_eq!(other.get(&name("a")).await.unwrap(), None);
    assert!(other.list("", None, 10).await.unwrap().is_empty());
    assert_eq!(store.list("", None, 10).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_swallows_everything_is_not_waited_for() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let mut store = Bucket::named().store();
    let config = store.client.config().to_builder().endpoint_url(endpoint);
    store.client = Client::from_conf(config.build());
    let swallowing = async {
        let mut open = Vec::new();
        loop {
            open.push(listener.accept().await);
        }
    };
    let began = tokio::time::Instant::now();
    let object = name("a");
    let got = tokio::select! {
        got = store.get(&object) => got,
        () = swallowing => unreachable!("it accepts for ever"),
    };
    assert!(matches!(got, Err(StoreError::Unavailable(_))), "{got:?}");
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
}
