//! Whether a server that answers plain HTTP with something else speaks TLS.

use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A ClientHello of TLS 1.2 with one cipher suite and nothing else: enough for a server to answer in TLS,
/// with a ServerHello or with an alert that something is missing.
///
/// Source: RFC 5246, "Client Hello" and "Record Layer".
const CLIENT_HELLO: &[u8] = &[
    0x16, 0x03, 0x01, 0x00, 0x2d, // a handshake record of 45 bytes
    0x01, 0x00, 0x00, 0x29, // ClientHello, 41 bytes
    0x03, 0x03, // TLS 1.2
    0x63, 0x6f, 0x6e, 0x74, 0x65, 0x73, 0x74, 0x20, 0x6c, 0x6f, 0x6f, 0x6b, 0x73, 0x20, 0x77, 0x68, //
    0x65, 0x74, 0x68, 0x65, 0x72, 0x20, 0x69, 0x74, 0x20, 0x69, 0x73, 0x20, 0x54, 0x4c, 0x53, 0x2e, //
    0x00, // no session
    0x00, 0x02, 0xc0, 0x2f, // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    0x01, 0x00, // no compression
];

/// The record types that a server answers with: an alert, a handshake.
const ANSWERS: [u8; 2] = [0x15, 0x16];

/// Whether a server answers in TLS, within a second; no request is sent to it.
pub(super) async fn speaks_tls(authority: &str) -> bool {
    let authority = if has_port(authority) { authority.to_owned() } else { format!("{authority}:80") };
    let asked = async {
        let mut stream = TcpStream::connect(authority).await.ok()?;
        stream.write_all(CLIENT_HELLO).await.ok()?;
        let mut start = [0; 2];
        stream.read_exact(&mut start).await.ok()?;
        Some(start)
    };
    let start = tokio::time::timeout(Duration::from_secs(1), asked).await.ok().flatten();
    start.is_some_and(|[kind, version]| ANSWERS.contains(&kind) && version == 0x03)
}

/// An address in brackets has colons of its own.
fn has_port(authority: &str) -> bool {
    authority.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_what_follows() {
        assert_eq!(CLIENT_HELLO.len(), 5 + 45);
        assert_eq!((CLIENT_HELLO[4], CLIENT_HELLO[8]), (45, 41));
    }

    #[test]
    fn ports_are_told_from_addresses() {
        for (authority, expected) in
            [("a:1", true), ("a", false), ("[::1]", false), ("[::1]:1", true), ("127.0.0.1:80", true)]
        {
            assert_eq!(has_port(authority), expected, "{authority}");
        }
    }
}
