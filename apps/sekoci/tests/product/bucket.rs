//! A vault in a bucket: sealed into, hidden by an attacker, verified, recovered from.

use crate::cli::{bare, ends, json};
use crate::demo::folder;
use crate::recover::{Clean, heads, wait_sealed_at};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const BUCKET: &str = "harbour-vault";

/// A provider with an empty bucket; it ends with the test.
struct Provider {
    child: Child,
    port: u16,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn python() -> Command {
    let python = root().join("target/test-python/bin/python");
    assert!(python.exists(), "bin/install-dependencies --tests makes it");
    Command::new(python)
}

impl Provider {
    fn start() -> Self {
        let mut child = python()
            .arg(root().join("bin/test-bucket.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the provider starts");
        let mut port = String::new();
        let output = child.stdout.take().expect("it was asked for");
        BufReader::new(output)
            .read_line(&mut port)
            .expect("its port");
        let port = port.trim().parse().expect("a port");
        let provider = Self { child, port };
        provider.does("s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)");
        provider
    }

    fn place(&self) -> String {
        let port = self.port;
        format!("s3://{BUCKET}/harbour?endpoint=http://127.0.0.1:{port}&path_style=true")
    }

    /// What somebody does with a key of the bucket and the provider's own tools.
    fn does(&self, what: &str) {
        let program = format!(
            "import boto3\nbucket = '{BUCKET}'\ns3 = boto3.client('s3', region_name='us-east-1', \
             endpoint_url='http://127.0.0.1:{}', aws_access_key_id='k', aws_secret_access_key='s')\n{what}\n",
            self.port
        );
        let ended = python().arg("-c").arg(program).status();
        assert!(ended.expect("it runs").success(), "{what}");
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It ended with its input; how says nothing.
        let _ = self.child.wait();
    }
}

/// Overwrites and then hides every object there is.
const HIDE: &str = "
keys = {v['Key'] for p in s3.get_paginator('list_object_versions').paginate(Bucket=bucket) for v in p['Versions']}
assert keys
for key in keys:
    s3.put_object(Bucket=bucket, Key=key, Body=b'forged')
    s3.delete_object(Bucket=bucket, Key=key)
assert not s3.list_objects_v2(Bucket=bucket).get('Contents')";

#[tokio::test]
async fn what_somebody_hides_in_the_bucket_comes_back() {
    client::install_crypto_provider();
    let provider = Provider::start();
    let elsewhere = folder();
    let path = |name: &str| elsewhere.path().join(name);
    let credentials = "aws_access_key_id = k\naws_secret_access_key = s\n";
    std::fs::write(path("credentials"), credentials).expect("it is ours");
    let asked = |arguments: &[&str]| {
        let mut command = bare(arguments);
        command.args(["--vault", &provider.place()]);
        command.arg("--vault-token-file").arg(path("credentials"));
        command
    };
    let init = "keys init --custodians 2 --threshold 2 --site a --out";
    let init: Vec<_> = init.split(' ').collect();
    let keys = path("keys");
    let mut init = asked(&[&init[..], &[keys.to_str().expect("text")]].concat());
    ends(&mut init, 0, "");

    let mut site = Clean::make();
    site.seals_into(&provider.place(), &path("credentials"), &keys);
    site.serve();
    let password = site.operator_password();
    let door = site.sign_in("operator", &password).await;
    wait_sealed_at(&door).await;
    let before = heads(&door).await;
    drop(site);
    provider.does(HIDE);

    let mut verify = asked(&["vault", "verify", "--full"]);
    verify.arg("--trust").arg(keys.join("trust.json"));
    ends(verify.arg("--json").arg(path("verified.json")), 0, "");
    assert_eq!(json(&path("verified.json"))["passed"], true);
    let mut clean = Clean::make();
    let mut recover = asked(&["recover"]);
    recover.arg("--shares");
    recover.args([1, 2].map(|number| keys.join(format!("share-{number}.txt"))));
    recover.arg("--config").arg(clean.config());
    ends(recover.arg("--json").arg(path("recovered.json")), 0, "");
    let recovered = json(&path("recovered.json"));
    assert_eq!(recovered["heads_equal"], true, "{recovered}");
    for (partition, seq, hash) in before.iter().filter(|(_, seq, _)| *seq > 0) {
        let lines = recovered["partitions"].as_array().expect("partitions");
        let line = lines.iter().find(|line| line["partition"] == **partition);
        let line = line.unwrap_or_else(|| panic!("{partition} {seq} {hash}: {recovered}"));
        assert!(line.to_string().contains(hash), "{seq} {hash}: {line}");
    }
    clean.serve();
    clean.sign_in("operator", &password).await;
}
