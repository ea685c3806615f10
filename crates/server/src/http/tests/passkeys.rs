//! Passkeys over HTTP.

use super::support::*;
use crate::passkey::soft::Authenticator;
use serde_json::json;

const REGISTER: &str = "/api/installation/passkey-register";
const SIGN_IN: &str = "/api/installation/passkey-sign-in";

#[tokio::test]
async fn a_passkey_registered_at_one_site_signs_in_at_the_other() {
    let installation = Installation::two_sites().await;
    let (account, token) = installation.account("ann").await;
    let (a, b) = (&installation.a.router, &installation.b().router);
    let mut authenticator = Authenticator::new();
    let start = post(a, &format!("{REGISTER}-start"), Some(&token), &json!({}))
        .await
        .ok();
    let finish = json!({
        "command_id": new_id(), "ceremony_id": start["ceremony_id"], "name": "Phone",
        "credential": authenticator.create(&url("a"), &start["options"]),
    });
    post(b, &format!("{REGISTER}-finish"), Some(&token), &finish)
        .await
        .ok();

    for door in [b, a] {
        let start = post(door, &format!("{SIGN_IN}-start"), None, &json!({}))
            .await
            .ok();
        let finish = json!({
            "ceremony_id": start["ceremony_id"],
            "credential": authenticator.get(&url("b"), &start["options"]),
        });
        let signed_in = post(door, &format!("{SIGN_IN}-finish"), None, &finish)
            .await
            .ok();
        assert_eq!(signed_in["account"]["id"], json!(account));
        let replayed = post(door, &format!("{SIGN_IN}-finish"), None, &finish).await;
        assert_eq!(replayed.code(), "passkey_ceremony_over");
    }
    let stranger = Authenticator::pretending_to_be(&authenticator);
    let start = post(
        a,
        &format!("{SIGN_IN}-start"),
        None,
        &json!({ "user": "ann" }),
    )
    .await
    .ok();
    let mut stranger = stranger;
    let finish = json!({
        "ceremony_id": start["ceremony_id"],
        "credential": stranger.get(&url("a"), &start["options"]),
    });
    let refused = post(a, &format!("{SIGN_IN}-finish"), None, &finish).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (401, "sign_in_refused".into())
    );
}
