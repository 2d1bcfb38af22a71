//! A server for tests that sends exactly the bytes it is told to, right or wrong.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What the server does on a connection, one after the other; then it closes it.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Reads a request to the end of its body.
    Read,
    /// Sends bytes.
    Write(Vec<u8>),
    /// Sends bytes one by one, two milliseconds apart, for as long as the client listens.
    Drip(Vec<u8>),
    /// Sends bytes again and again, for as long as the client listens.
    Flood(Vec<u8>),
    /// Waits until the client goes away.
    Hold,
}

/// Reads a request and answers with these bytes.
pub(super) fn answer(bytes: impl Into<Vec<u8>>) -> Vec<Act> {
    vec![Act::Read, Act::Write(bytes.into())]
}

/// A whole response with a `Content-Length`.
pub(super) fn response(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A server on a free port of this machine.
pub(super) struct Server {
    pub(super) origin: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves the connections one after the other and no more.
    pub(super) fn start(connections: Vec<Vec<Act>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        std::thread::spawn(move || {
            for acts in connections {
                let Ok((stream, _)) = listener.accept() else { return };
                serve(stream, &acts, &log);
            }
        });
        Self { origin: format!("http://{address}"), requests }
    }

    /// An origin where nothing listens.
    pub(super) fn nowhere() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        format!("http://{}", listener.local_addr().expect("it is bound"))
    }

    /// The requests that were read, as they came.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(mut stream: TcpStream, acts: &[Act], log: &Mutex<Vec<String>>) {
    for act in acts {
        let is_open = match act {
            Act::Read => match read_request(&mut stream) {
                Some(request) => {
                    log.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                    true
                }
                None => false,
            },
            Act::Write(bytes) => stream.write_all(bytes).is_ok(),
            Act::Drip(bytes) => bytes.iter().all(|byte| {
                std::thread::sleep(Duration::from_millis(2));
                stream.write_all(&[*byte]).is_ok()
            }),
            Act::Flood(bytes) => {
                while stream.write_all(bytes).is_ok() {}
                false
            }
            Act::Hold => {
                while stream.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {}
                false
            }
        };
        if !is_open {
            return;
        }
    }
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    bytes.extend(body);
    Some(bytes.iter().copied().map(char::from).collect())
}
