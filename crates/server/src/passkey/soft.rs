//! An authenticator in software, for tests: makes ES256 passkeys and signs with them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

const USER_PRESENT_AND_VERIFIED: u8 = 0x05;
const HAS_CREDENTIAL: u8 = 0x40;

pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    credential_id: Vec<u8>,
    user_handle: String,
    rp_id: String,
    counter: u32,
}

impl Authenticator {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random)
            .unwrap();
        Self {
            key,
            credential_id: vec![9; 32],
            user_handle: String::new(),
            rp_id: String::new(),
            counter: 0,
        }
    }

    /// Has another key but claims the same credential and user.
    pub fn pretending_to_be(other: &Self) -> Self {
        Self {
            credential_id: other.credential_id.clone(),
            user_handle: other.user_handle.clone(),
            rp_id: other.rp_id.clone(),
            counter: other.counter + 10,
            ..Self::new()
        }
    }

    /// `navigator.credentials.create`.
    pub fn create(&mut self, origin: &str, options: &Value) -> Value {
        let options = &options["publicKey"];
        self.user_handle = options["user"]["id"].as_str().unwrap().into();
        self.rp_id = options["rp"]["id"].as_str().unwrap().into();
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        let client = client_data("webauthn.create", origin, options);
        let mut data = self.authenticator_data(USER_PRESENT_AND_VERIFIED | HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(
            u16::try_from(self.credential_id.len())
                .unwrap()
                .to_be_bytes(),
        );
        data.extend(&self.credential_id);
        data.extend(self.public_key());
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).unwrap());
        attestation.extend(data);
        json!({
            "id": BASE64.encode(&self.credential_id), "rawId": BASE64.encode(&self.credential_id),
            "type": "public-key", "extensions": {},
            "response": {
                "clientDataJSON": BASE64.encode(client),
                "attestationObject": BASE64.encode(attestation)
            }
        })
    }

    /// `navigator.credentials.get`.
    pub fn get(&mut self, origin: &str, options: &Value) -> Value {
        self.counter += 1;
        let client = client_data("webauthn.get", origin, &options["publicKey"]);
        let data = self.authenticator_data(USER_PRESENT_AND_VERIFIED);
        let signed = [&data[..], digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": BASE64.encode(&self.credential_id), "rawId": BASE64.encode(&self.credential_id),
            "type": "public-key", "extensions": {},
            "response": {
                "clientDataJSON": BASE64.encode(client),
                "authenticatorData": BASE64.encode(data),
                "signature": BASE64.encode(signature),
                "userHandle": self.user_handle
            }
        })
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The public key as COSE (RFC 9053): EC2, ES256, P-256, x, y.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        [
            &b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"[..],
            x,
            &b"\x22\x58\x20"[..],
            y,
        ]
        .concat()
    }
}

fn client_data(kind: &str, origin: &str, options: &Value) -> Vec<u8> {
    let data = json!({
        "type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false
    });
    serde_json::to_vec(&data).unwrap()
}
