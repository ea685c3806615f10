//! The installation's own certificate authority and the nodes' certificates.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType,
};
use std::net::Ipv4Addr;

/// The authority: signs the nodes' certificates and is then not needed again, except to add a node.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A node's certificate.
pub struct NodeCertificate {
    /// PEM.
    pub certificate: String,
    /// PEM.
    pub key: String,
    /// What names it in the configuration.
    pub fingerprint: String,
}

impl Authority {
    /// A new authority.
    ///
    /// # Errors
    /// When keys cannot be made.
    pub fn make() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params
            .distinguished_name
            .push(DnType::CommonName, "Sekoci installation authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self(CertifiedIssuer::self_signed(
            params,
            KeyPair::generate()?,
        )?))
    }

    /// Its certificate, PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Its key, PEM; kept by whoever runs the installation.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.0.key().serialize_pem()
    }

    /// A certificate for a node, good as server and as client.
    ///
    /// # Errors
    /// When keys cannot be made.
    pub fn certify(&self, name: &str, address: Ipv4Addr) -> Result<NodeCertificate, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec![name.to_owned(), "localhost".into()])?;
        params.distinguished_name.push(DnType::CommonName, name);
        params
            .subject_alt_names
            .push(SanType::IpAddress(address.into()));
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        let certificate = params.signed_by(&key, &self.0)?;
        Ok(NodeCertificate {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            fingerprint: server::peer::fingerprint(certificate.der()),
        })
    }
}
