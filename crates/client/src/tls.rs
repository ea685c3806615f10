//! TLS: rustls with ring, the platform's trust or one file of authorities.

use crate::BuildError;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt;
use std::path::Path;

/// Makes ring the process's cryptography for TLS. Harmless when called again.
pub fn install_crypto_provider() {
    // The error only says that a provider is installed already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The settings for connections to sites. With a file, only the authorities in it are trusted.
///
/// # Errors
/// When the file holds no certificate, or the platform's trust cannot be read.
pub fn client_config(authorities: Option<&Path>) -> Result<ClientConfig, BuildError> {
    install_crypto_provider();
    match authorities {
        None => {
            ClientConfig::with_platform_verifier().map_err(|e| BuildError::Setup(e.to_string()))
        }
        Some(path) => {
            let bad = |cause: String| BuildError::Authorities {
                path: path.into(),
                cause,
            };
            let mut roots = RootCertStore::empty();
            for certificate in
                CertificateDer::pem_file_iter(path).map_err(|e| bad(e.to_string()))?
            {
                let certificate = certificate.map_err(|e| bad(e.to_string()))?;
                roots.add(certificate).map_err(|e| bad(e.to_string()))?;
            }
            if roots.is_empty() {
                return Err(bad("it holds no certificate".into()));
            }
            Ok(ClientConfig::builder()
                .with_root_certificates(roots)
                .with_no_client_auth())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_refused_by_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("authorities.pem");
        assert!(matches!(
            client_config(Some(&path)),
            Err(BuildError::Authorities { path: named, .. }) if named == path
        ));
        std::fs::write(&path, "nothing here").unwrap();
        let error = client_config(Some(&path)).unwrap_err();
        assert!(error.to_string().contains("authorities.pem"), "{error}");
    }

    #[test]
    fn the_platforms_trust_is_the_default() {
        assert!(client_config(None).is_ok());
    }
}
