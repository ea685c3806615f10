//! One etcd on the loopback interface.

use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub struct LoneEtcd {
    child: Child,
    pub url: String,
    _dir: TempDir,
}

impl LoneEtcd {
    pub async fn start() -> Self {
        let [client, peer] = super::free_ports();
        let (url, peer) = (
            format!("http://127.0.0.1:{client}"),
            format!("http://127.0.0.1:{peer}"),
        );
        let dir = tempfile::tempdir().expect("a directory");
        let mut command = Command::new("/usr/bin/etcd");
        command.args(["--data-dir".as_ref(), dir.path().as_os_str()]);
        command.args([
            "--listen-client-urls",
            &url,
            "--advertise-client-urls",
            &url,
        ]);
        command.args([
            "--listen-peer-urls",
            &peer,
            "--initial-advertise-peer-urls",
            &peer,
        ]);
        command.args([
            "--name",
            "lone",
            "--initial-cluster",
            &format!("lone={peer}"),
        ]);
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("etcd");
        let etcd = Self {
            child,
            url,
            _dir: dir,
        };
        let client = cluster::EtcdClient::new(vec![etcd.url.clone()]);
        let limit = std::time::Duration::from_secs(20);
        let ready = cluster::until("etcd answers", limit, async || client.get("x").await.ok());
        ready.await.expect("ready");
        etcd
    }
}

impl Drop for LoneEtcd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
