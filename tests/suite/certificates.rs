//! Servers whose certificates do not hold: what is said, and what to do about it.
//!
//! `certificates/` holds an authority, a key, and certificates that the authority signed for it, made
//! once: `right` and `other` hold to the year 2125, `expired` held in 2020, `early` holds from 2099.

use crate::attempt::{asked, in_parallel};
use crate::server::{Server, wire};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/certificates").join(name)
}

/// A server of HTTPS that answers every request with an empty object.
fn server(certificate: &str) -> Server {
    let certificate = CertificateDer::from_pem_file(path(certificate)).expect("it is kept beside this file");
    let key = PrivateKeyDer::from_pem_file(path("server.key.pem")).expect("it is kept beside this file");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("the key is the certificate's");
    let config = Arc::new(config);
    let mut server = Server::raw(move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).expect("the settings are complete");
        let mut stream = Stream::new(&mut connection, &mut stream);
        if stream.read(&mut [0; 4096]).is_ok() {
            let _ = stream.write_all(&wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}"));
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    server.base_url = server.base_url.replace("http:", "https:");
    server
}

#[test]
fn certificates_that_do_not_hold() {
    let rows = [
        ("a certificate of an authority that is trusted", "right.pem", "ca.pem", 0, ""),
        (
            "a certificate of an unknown authority",
            "right.pem",
            "other.pem",
            3,
            "the certificate is signed by no trusted authority",
        ),
        (
            "a certificate for another host",
            "other.pem",
            "ca.pem",
            3,
            "the certificate is for `other.example`, not for `127.0.0.1`",
        ),
        ("a certificate of the past", "expired.pem", "ca.pem", 3, "the certificate has expired"),
        ("a certificate of the future", "early.pem", "ca.pem", 3, "the certificate is not valid yet"),
    ];
    in_parallel(&rows, |(name, certificate, trusted, code, says)| {
        let server = server(certificate);
        let attempt = asked(name, &server, "{}", "")
            .variable("SSL_CERT_FILE", path(trusted).to_string_lossy())
            .variable("RUST_BACKTRACE", "0");
        attempt.check(*code, says);
        if *code == 3 {
            attempt.check(*code, "error[transport.tls]");
            attempt.check(*code, "help:");
        }
    });
}

#[test]
fn servers_that_speak_no_tls() {
    let plain = |answer: &'static [u8]| {
        let mut server = Server::raw(move |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer);
        });
        server.base_url = server.base_url.replace("http:", "https:");
        server
    };
    let http = plain(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    asked("HTTP where TLS is asked for", &http, "{}", "").check(3, "the server does not speak TLS");
    asked("a handshake cut short", &plain(b"\x16\x03\x03\x00"), "{}", "").check(3, "error[transport.tls]");
    asked("a connection closed within the handshake", &plain(b""), "{}", "")
        .check(3, "no secure connection to");
    let mut right = server("right.pem");
    right.base_url = right.base_url.replace("https:", "http:");
    asked("TLS where HTTP is asked for", &right, "{}", "").check(3, "speaks TLS, and the URL does not");
}
