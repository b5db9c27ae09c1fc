//! Whom a sandbox believes that sends webhooks to https addresses: the certificate authorities it was given.

use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, pem};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Why a file of certificate authorities can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// It can't be read.
    #[error("the file can't be read; check the path")]
    Read(#[source] std::io::Error),
    /// It is no PEM file.
    #[error("the file is no PEM: {0}")]
    NotPem(pem::Error),
    /// Nothing in it is a certificate.
    #[error("the file has no certificate: a PEM file with BEGIN CERTIFICATE is needed")]
    Empty,
    /// A certificate in it can't be used.
    #[error("a certificate in it can't be used: {0}")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What connects to servers whose certificates those authorities issued.
#[derive(Clone)]
pub(super) struct Trust(TlsConnector);

impl Trust {
    pub(super) fn read(path: &Path) -> Result<Self, TrustError> {
        let text = std::fs::read(path).map_err(TrustError::Read)?;
        let unusable = |error: tokio_rustls::rustls::Error| TrustError::Certificate(Box::new(error));
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&text) {
            roots.add(certificate.map_err(TrustError::NotPem)?).map_err(unusable)?;
        }
        if roots.is_empty() {
            return Err(TrustError::Empty);
        }
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    pub(super) async fn connect(
        &self,
        host: ServerName<'static>,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, String> {
        self.0.connect(host, stream).await.map_err(|error| error.to_string())
    }
}
