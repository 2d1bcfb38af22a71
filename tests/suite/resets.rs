//! Connections that are reset, by the TCP packet of that name, at each moment of an answer.

use crate::attempt::{asked, in_parallel};
use crate::server::Server;
use std::io::{Read, Write};
use std::time::Duration;

/// Writes a part of an answer and resets the connection: a socket that is closed while a part of the
/// request is unread is reset and not ended (RFC 1122 §4.2.2.13).
fn resetting(answer: &'static str) -> Server {
    Server::raw(move |mut stream| {
        let _ = stream.read(&mut [0; 1]);
        let _ = stream.write_all(answer.as_bytes());
        // What has not been read when the reset comes is lost with the connection.
        std::thread::sleep(Duration::from_millis(150));
    })
}

#[test]
fn resets_are_told_by_what_had_come() {
    let rows = [
        ("before the status line", "", "closed the connection without an answer"),
        ("within the status line", "HTTP/1.1 20", "closed the connection without an answer"),
        ("behind the status line", "HTTP/1.1 200 OK\r\n", "closed the connection without an answer"),
        (
            "within the header lines",
            "HTTP/1.1 200 OK\r\ncontent-type: appl",
            "closed the connection without an answer",
        ),
        (
            "behind the head",
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n",
            "the body ends after 0 bytes",
        ),
        (
            "within the body",
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{\"a\"",
            "the body ends after 4 bytes",
        ),
        (
            "within a chunk",
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n7\r\n{\"a\"",
            "the body ends after 4 bytes",
        ),
        (
            "within the size of a chunk",
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n7",
            "the body ends after 0 bytes",
        ),
        (
            "within a body without a length",
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}",
            "the body ends after 2 bytes",
        ),
    ];
    in_parallel(&rows, |(name, answer, says)| asked(name, &resetting(answer), "{}", "").check(1, says));
}
