//! A server that answers by a function and remembers what it was asked; std only, one thread a
//! connection, every answer closes its connection.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// The running server; it ends with the process.
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`.
    pub(crate) base_url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts on a free port; a request counts once its answer is made.
    pub(crate) fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let server = Self::raw(move |mut stream| {
            let Some(line) = read_request(&mut stream) else { return };
            let response = answer(&line);
            seen.lock().expect("no thread panics with it").push(line);
            // The other side may have seen enough; what it makes of that is under test, not this.
            let _ = stream.write_all(&response);
        });
        Self { requests, ..server }
    }

    /// Starts on a free port, and remembers whole requests, head and content, instead of their lines.
    pub(crate) fn reading(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let server = Self::raw(move |mut stream| {
            let Some(text) = read_text(&mut stream) else { return };
            let response = answer(&text);
            seen.lock().expect("no thread panics with it").push(text);
            // As above.
            let _ = stream.write_all(&response);
        });
        Self { requests, ..server }
    }

    /// Starts on a free port; `talk` reads what it likes of each connection and writes what it likes.
    pub(crate) fn raw(talk: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let talk = Arc::new(talk);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let talk = Arc::clone(&talk);
                std::thread::spawn(move || talk(stream));
            }
        });
        Self { base_url: format!("http://{address}"), requests: Arc::default() }
    }

    /// Starts on a free port; `talk` writes the answer, given the request line, once the request is read.
    pub(crate) fn talking(talk: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let server = Self::raw(move |mut stream| {
            let Some(line) = read_request(&mut stream) else { return };
            seen.lock().expect("no thread panics with it").push(line.clone());
            talk(&line, &mut stream);
        });
        Self { requests, ..server }
    }

    /// The request lines so far: method and target.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no thread panics with it").clone()
    }
}

/// The request line, once all of the request has come; `None` when it breaks off.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let text = read_text(stream)?;
    let line = text.lines().next().unwrap_or_default();
    Some(line.strip_suffix(" HTTP/1.1").unwrap_or(line).to_owned())
}

/// The whole request; `None` when it breaks off.
fn read_text(stream: &mut TcpStream) -> Option<String> {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    while !is_complete(&received) {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => received.extend_from_slice(&buffer[..count]),
        }
    }
    Some(String::from_utf8_lossy(&received).into_owned())
}

/// Whether head and content of a request are there.
fn is_complete(received: &[u8]) -> bool {
    let text = String::from_utf8_lossy(received).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// A response written with plain line ends, given its CRLFs (parts of a body too) and its
/// `Content-Length`.
pub(crate) fn wire(text: &str) -> Vec<u8> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let is_multipart = head.to_lowercase().contains("content-type: multipart/");
    let body = body.trim_end_matches('\n').replace('\n', if is_multipart { "\r\n" } else { "\n" });
    // RFC 9110 §8.6: a 204 has none.
    let is_204 = head.starts_with("HTTP/1.1 204") && body.is_empty();
    let has_length = is_204 || head.to_lowercase().contains("content-length:");
    let length = if has_length { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let head = head.trim_end().replace('\n', "\r\n");
    format!("{head}\r\nconnection: close\r\n{length}\r\n{body}").into_bytes()
}
