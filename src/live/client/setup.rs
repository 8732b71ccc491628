//! The agent: certificates and a proxy.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, ProxyProtocol};

use super::super::access::{Access, Proxy};
use super::super::address::Address;
use super::super::secret::Secret;
use super::super::trouble::Trouble;

/// Header of an answer.
const HEADER: usize = 64 * 1024;

pub(super) fn agent(address: &Address, access: &mut Access) -> Result<Agent, Trouble> {
    let proxy = proxy(address, access)?;
    if let Some(password) = proxy.as_ref().and_then(|p| p.password()) {
        let password = Secret::new(password);
        access.secrets.add(&password);
    }
    let secured = address.is_https() || proxy.as_ref().is_some_and(|p| p.protocol() == ProxyProtocol::Https);
    let config = Agent::config_builder()
        .http_status_as_error(false)
        // Redirects are followed by hand: credentials stay with their origin.
        .max_redirects(0)
        .max_response_header_size(HEADER)
        .user_agent(concat!("slovo/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls(access, secured)?)
        .proxy(proxy)
        .build();
    Ok(Agent::new_with_config(config))
}

fn proxy(address: &Address, access: &Access) -> Result<Option<ureq::Proxy>, Trouble> {
    let (named, hosts) = match &access.proxy {
        Proxy::Environment => (None, [].as_slice()),
        Proxy::Named(url, hosts) => (Some(url).filter(|u| !u.expose().is_empty()), hosts.as_slice()),
    };
    if hosts.iter().any(|entry| excepts(entry, address.host())) {
        return Ok(None);
    }
    match named {
        Some(url) => ureq::Proxy::new(url.expose()).map(Some).map_err(|_| {
            Trouble::given("`proxy_url` of the HTTP configuration is not the address of a proxy")
                .help("it is written as `http://proxy.example:3128`")
        }),
        None if address.is_loopback() => Ok(None),
        None => Ok(ureq::Proxy::try_from_env()),
    }
}

/// Does an entry of `no_proxy` name a host: itself, or a domain above it?
fn excepts(entry: &str, host: &str) -> bool {
    let bare = entry.trim_start_matches('*').trim_start_matches('.');
    if bare.is_empty() {
        return entry == "*";
    }
    host == bare || host.strip_suffix(bare).is_some_and(|rest| rest.ends_with('.'))
}

fn tls(access: &Access, secured: bool) -> Result<TlsConfig, Trouble> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let none: Vec<Certificate<'static>> = Vec::new();
    let config = TlsConfig::builder().unversioned_rustls_crypto_provider(Arc::clone(&provider));
    if !secured {
        // Nothing is trusted where nothing is to be verified.
        return Ok(config.root_certs(RootCerts::from(none)).build());
    }
    let roots = match &access.roots {
        Some(pem) => certificates(pem, "ca_file")?,
        None if access.insecure => none,
        None => system()?,
    };
    let client = match &access.client {
        Some((certificate, key)) => Some(client(certificate, key, provider)?),
        None => None,
    };
    Ok(config
        .root_certs(RootCerts::from(roots))
        .client_cert(client)
        .disable_verification(access.insecure)
        .build())
}

/// The certificates that this machine trusts.
fn system() -> Result<Vec<Certificate<'static>>, Trouble> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        return Err(Trouble::given("this machine has no certificates that a server could be verified by")
            .help("`ca_file` below `tls_config` in the file that `--http-config` names, or SSL_CERT_FILE"));
    }
    Ok(found.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<Certificate<'static>>, Trouble> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(one)) => found.push(one),
            Ok(_) => {}
            Err(_) => return Err(Trouble::given(format!("`{what}` of the HTTP configuration is not PEM"))),
        }
    }
    if found.is_empty() {
        return Err(Trouble::given(format!("`{what}` of the HTTP configuration holds no certificate")));
    }
    Ok(found)
}

fn client(
    certificate: &[u8],
    key: &[u8],
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<ClientCert, Trouble> {
    let chain = certificates(certificate, "cert_file")?;
    let wrong =
        || Trouble::given("`cert_file` and `key_file` of the HTTP configuration do not belong together");
    let key: PrivateKey<'static> = PrivateKey::from_pem(key)
        .map_err(|_| Trouble::given("`key_file` of the HTTP configuration is not a private key in PEM"))?;
    // The client ends the process where they do not fit: it is tried here first.
    let tried = PrivateKeyDer::try_from(key.der().to_vec()).map_err(|_| wrong())?;
    let ders = chain.iter().map(|c| CertificateDer::from(c.der().to_vec())).collect();
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| wrong())?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_client_auth_cert(ders, tried)
        .map_err(|_| wrong())?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_without_a_proxy() {
        for (entry, host, expected) in [
            ("*", "x", true),
            ("example.com", "example.com", true),
            ("example.com", "a.example.com", true),
            (".example.com", "a.example.com", true),
            ("*.example.com", "a.example.com", true),
            ("example.com", "badexample.com", false),
            ("", "x", false),
            (".", "x", false),
        ] {
            assert_eq!(excepts(entry, host), expected, "{entry} {host}");
        }
    }

    #[test]
    fn certificates_that_cannot_be_used() {
        let at = Address::parse("https://localhost:1").unwrap();
        let key = b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq\n-----END PRIVATE KEY-----\n";
        for (roots, client, said) in [
            (Some(b"hunter2".to_vec()), None, "holds no certificate"),
            (
                Some(b"-----BEGIN CERTIFICATE-----\nhunter2!\n-----END CERTIFICATE-----\n".to_vec()),
                None,
                "is not PEM",
            ),
            (None, Some((b"x".to_vec(), key.to_vec())), "holds no certificate"),
        ] {
            let mut access = Access::default();
            (access.roots, access.client, access.insecure) = (roots, client, true);
            let trouble = agent(&at, &mut access).map(drop).unwrap_err();
            assert!(trouble.message.contains(said) && !trouble.message.contains("hunter2"), "{trouble:?}");
        }
    }
}
