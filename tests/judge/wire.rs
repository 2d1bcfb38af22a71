//! HTTP/1.1 on blocking sockets: reads one request, writes one response. It knows nothing of orders; what is said is
//! decided in `routes.rs`, and spoiled in `defect.rs`. It is strict about what a client must send (RFC 9112), for it
//! also judges the requests of the tool. Start reading at [`read_request`].

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

/// Longest accepted request line or header line, in bytes.
const MAX_LINE: u64 = 16 * 1024;
/// Most header lines accepted in one request.
const MAX_HEADERS: usize = 100;
/// Longest accepted request body, in bytes.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// One request, its framing already undone.
#[derive(Debug)]
pub(crate) struct Request {
    /// As written on the request line; methods are case-sensitive.
    pub(crate) method: String,
    /// The target's path, still percent-encoded, without the query.
    pub(crate) path: String,
    /// In order of arrival; names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// Empty when there is none.
    pub(crate) body: Vec<u8>,
    /// Whether the client lets the connection live on.
    pub(crate) keep_alive: bool,
}

impl Request {
    /// The first value of a header; `name` in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        first_header(&self.headers, name)
    }
}

/// Why no request could be read.
#[derive(Debug)]
pub(crate) enum RequestError {
    /// The client closed the connection, or the judge is stopping.
    Closed,
    /// What arrived is no HTTP request; the text goes into a 400.
    Malformed(&'static str),
}

impl From<io::Error> for RequestError {
    fn from(_: io::Error) -> Self {
        RequestError::Closed
    }
}

/// One response. The framing, such as `Content-Length`, and `Connection` are added by [`write_response`].
#[derive(Debug)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    /// In the order they are sent; a value goes out as it is, with whatever space it has around it.
    pub(crate) headers: Vec<(String, String)>,
    /// Empty when there is none.
    pub(crate) body: Vec<u8>,
    /// How the body's bytes reach the client.
    pub(crate) delivery: Delivery,
    /// How the lines above the headers are written.
    pub(crate) manner: Manner,
}

/// What may be written in several ways around the status line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manner {
    /// HTTP/1.0 instead of 1.1.
    pub(crate) is_1_0: bool,
    /// No space behind the colons of the headers.
    pub(crate) is_tight: bool,
    /// In place of the status code's own phrase.
    pub(crate) reason: Option<&'static str>,
    /// Whole heads of interim responses, with their empty lines.
    pub(crate) interim: &'static str,
}

/// How a response goes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Head and body as they are, framed by `Content-Length`.
    Whole,
    /// As `Whole`, after a while.
    Late(Duration),
    /// As `Whole`, in small pieces with pauses between them.
    Dripping,
    /// Chunked, with extensions and a trailer.
    Chunked,
    /// The end of the connection is the end of the body.
    UntilClose,
    /// `Content-Length` tells of the whole body; half of it is sent, then the connection is closed.
    CutShort,
    /// Half of the body in chunks, then the connection is closed without the last chunk.
    ChunksCutShort,
    /// Half of the head, then the connection is closed.
    HeadCutShort,
    /// The connection is closed without a byte.
    Nothing,
    /// As `Whole`, and content also where HTTP has none: behind HEAD, 204 and 304.
    Surplus,
    /// Not a byte, and the connection stays open, for at most 10 s.
    Silence,
}

impl Delivery {
    /// Whether the client knows where the response ends, so that another may follow.
    fn has_an_end(self) -> bool {
        matches!(
            self,
            Delivery::Whole | Delivery::Late(_) | Delivery::Dripping | Delivery::Chunked | Delivery::Surplus
        )
    }
}

/// Reads the next request of a connection.
///
/// Writes `100 Continue` by itself when the client waits for it.
///
/// # Errors
/// [`RequestError::Closed`] at the end of the connection, [`RequestError::Malformed`] when RFC 9112 is broken; the
/// connection is of no further use after either.
pub(crate) fn read_request(reader: &mut BufReader<TcpStream>) -> Result<Request, RequestError> {
    let mut line = read_line(reader)?;
    // RFC 9112 §2.2: a server should ignore an empty line before the request line.
    if line.is_empty() {
        line = read_line(reader)?;
    }
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(RequestError::Malformed("the request line has not three parts"));
    };
    if method.is_empty() || !method.bytes().all(is_token_byte) {
        return Err(RequestError::Malformed("the method is not a token"));
    }
    let is_1_1 = match version {
        "HTTP/1.1" => true,
        "HTTP/1.0" => false,
        _ => {
            return Err(RequestError::Malformed("the version is neither HTTP/1.1 nor HTTP/1.0"));
        }
    };
    let headers = read_headers(reader)?;
    let n_hosts = headers.iter().filter(|(name, _)| name == "host").count();
    if n_hosts > 1 || (is_1_1 && n_hosts == 0) {
        return Err(RequestError::Malformed("HTTP/1.1 wants exactly one Host"));
    }
    let connection = first_header(&headers, "connection").unwrap_or_default();
    let keep_alive = if is_1_1 { !has_word(connection, "close") } else { has_word(connection, "keep-alive") };
    let path = path_of(target)?;
    if first_header(&headers, "expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
        reader.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let body = read_body(reader, &headers)?;
    Ok(Request { method: method.to_owned(), path, headers, body, keep_alive })
}

/// Writes a response; says whether the connection lives on.
///
/// `head_only` sends no body, as HEAD wants, yet tells its length.
///
/// # Errors
/// Whatever the socket says, such as a client that went away.
pub(crate) fn write_response(
    stream: &mut TcpStream,
    response: &Response,
    keep_alive: bool,
    head_only: bool,
) -> io::Result<bool> {
    let lives_on = keep_alive && response.delivery.has_an_end() && !response.manner.is_1_0;
    let head = head_of(response, lives_on);
    // RFC 9110 §6.4.1: neither HEAD nor 204 nor 304 has content.
    let has_none = head_only || matches!(response.status, 204 | 304);
    let body = match response.delivery {
        Delivery::Surplus => response.body.as_slice(),
        _ if has_none => &[],
        _ => response.body.as_slice(),
    };
    let half = &body[..body.len() / 2];
    let delivery = match response.delivery {
        // Not even the last chunk may stand where there is no content.
        Delivery::Chunked | Delivery::ChunksCutShort if has_none => Delivery::Whole,
        delivery => delivery,
    };
    match delivery {
        Delivery::Whole | Delivery::Surplus | Delivery::UntilClose => {
            stream.write_all(&[&head, body].concat())?
        }
        Delivery::Late(pause) => {
            thread::sleep(pause);
            stream.write_all(&[&head, body].concat())?;
        }
        Delivery::Dripping => {
            let bytes = [&head, body].concat();
            for piece in bytes.chunks(bytes.len().div_ceil(8)) {
                stream.write_all(piece)?;
                thread::sleep(Duration::from_millis(2));
            }
        }
        Delivery::Chunked => {
            stream.write_all(&[head, chunks(body), b"0;last\r\nX-Trailer: 1\r\n\r\n".to_vec()].concat())?;
        }
        Delivery::CutShort => stream.write_all(&[&head, half].concat())?,
        Delivery::ChunksCutShort => stream.write_all(&[head, chunks(half)].concat())?,
        Delivery::HeadCutShort => stream.write_all(&head[..head.len() / 2])?,
        Delivery::Nothing => {}
        Delivery::Silence => {
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            // The client gives up, or the judge is dropped, which ends this read too.
            let _ = stream.read(&mut [0])?;
        }
    }
    stream.flush()?;
    Ok(lives_on)
}

/// Everything before the content.
fn head_of(response: &Response, lives_on: bool) -> Vec<u8> {
    let Manner { is_1_0, is_tight, reason, interim } = response.manner;
    let version = if is_1_0 { "HTTP/1.0" } else { "HTTP/1.1" };
    let reason = reason.unwrap_or_else(|| reason_phrase(response.status));
    let mut head = format!("{interim}{version} {} {reason}\r\n", response.status);
    for (name, value) in &response.headers {
        let space = if is_tight { "" } else { " " };
        head.push_str(&format!("{name}:{space}{value}\r\n"));
    }
    match response.delivery {
        Delivery::Surplus => head.push_str(&format!("Content-Length: {}\r\n", response.body.len())),
        // RFC 9110 §8.6, RFC 9112 §6.1: a 204 has neither `Content-Length` nor `Transfer-Encoding`.
        _ if response.status == 204 => {}
        Delivery::Chunked | Delivery::ChunksCutShort => head.push_str("Transfer-Encoding: chunked\r\n"),
        Delivery::UntilClose => {}
        _ => head.push_str(&format!("Content-Length: {}\r\n", response.body.len())),
    }
    if !lives_on {
        head.push_str("Connection: close\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// Chunks of at most 100 bytes, without the last one of no bytes.
fn chunks(body: &[u8]) -> Vec<u8> {
    let chunk = |piece: &[u8]| [format!("{:x};n=1\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
    body.chunks(100).flat_map(chunk).collect()
}

/// Ends a connection so that the client can still read what was sent.
///
/// A socket closed over unread input is reset, and the reset may overtake the response (RFC 9112 §9.6). So the write
/// side is closed first, and what the client still sends is dropped, for at most 64 reads of 200 ms.
pub(crate) fn close(stream: &mut TcpStream) {
    let mut scrap = [0_u8; 4096];
    if stream.shutdown(Shutdown::Write).is_err()
        || stream.set_read_timeout(Some(Duration::from_millis(200))).is_err()
    {
        return;
    }
    for _ in 0..64 {
        if !matches!(stream.read(&mut scrap), Ok(n) if n > 0) {
            break;
        }
    }
}

fn read_headers(reader: &mut BufReader<TcpStream>) -> Result<Vec<(String, String)>, RequestError> {
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            return Ok(headers);
        }
        if headers.len() == MAX_HEADERS {
            return Err(RequestError::Malformed("too many header lines"));
        }
        let (name, value) =
            line.split_once(':').ok_or(RequestError::Malformed("a header line without a colon"))?;
        // This also refuses space before the colon and folded lines, which RFC 9112 §5.1 and §5.2 want refused.
        if name.is_empty() || !name.bytes().all(is_token_byte) {
            return Err(RequestError::Malformed("a header name is not a token"));
        }
        headers.push((name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()));
    }
}

fn read_body(
    reader: &mut BufReader<TcpStream>,
    headers: &[(String, String)],
) -> Result<Vec<u8>, RequestError> {
    let mut lengths = headers.iter().filter(|(name, _)| name == "content-length").map(|(_, value)| value);
    match (first_header(headers, "transfer-encoding"), lengths.next(), lengths.next()) {
        (None, None, _) => Ok(Vec::new()),
        (Some(coding), None, _) if coding.eq_ignore_ascii_case("chunked") => read_chunks(reader),
        (None, Some(length), None) => {
            let length = parse_size(length, 10)?;
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            Ok(body)
        }
        // RFC 9112 §6.3: both at once, several lengths or an unknown coding leave the body's end unknown.
        _ => Err(RequestError::Malformed("the body's length is ambiguous")),
    }
}

fn read_chunks(reader: &mut BufReader<TcpStream>) -> Result<Vec<u8>, RequestError> {
    let mut body = Vec::new();
    loop {
        let line = read_line(reader)?;
        let size = line.split(';').next().unwrap_or_default().trim_end_matches([' ', '\t']);
        let size = parse_size(size, 16)?;
        if size == 0 {
            // The trailer section is read and dropped.
            read_headers(reader)?;
            return Ok(body);
        }
        if body.len() + size > MAX_BODY {
            return Err(RequestError::Malformed("the body is too long"));
        }
        let start = body.len();
        body.resize(start + size, 0);
        reader.read_exact(&mut body[start..])?;
        if !read_line(reader)?.is_empty() {
            return Err(RequestError::Malformed("a chunk is longer than its size"));
        }
    }
}

fn parse_size(text: &str, radix: u32) -> Result<usize, RequestError> {
    // `from_str_radix` takes a leading `+`, HTTP does not.
    match usize::from_str_radix(text, radix) {
        Ok(size) if size <= MAX_BODY && !text.starts_with('+') => Ok(size),
        _ => Err(RequestError::Malformed("a body or chunk size is not a number, or is too large")),
    }
}

/// One line without its CR LF. The end of the stream within a line is [`RequestError::Closed`].
fn read_line(reader: &mut BufReader<TcpStream>) -> Result<String, RequestError> {
    let mut bytes = Vec::new();
    reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes)?;
    if bytes.len() as u64 == MAX_LINE {
        return Err(RequestError::Malformed("a line is too long"));
    }
    match bytes.pop() {
        Some(b'\n') => {}
        _ => return Err(RequestError::Closed),
    }
    if bytes.pop_if(|last| *last == b'\r').is_none() {
        return Err(RequestError::Malformed("a line ends in LF without CR"));
    }
    String::from_utf8(bytes).map_err(|_| RequestError::Malformed("a line is not UTF-8"))
}

/// The path of an origin-form or absolute-form target (RFC 9112 §3.2).
fn path_of(target: &str) -> Result<String, RequestError> {
    let origin_form = match target.strip_prefix("http://") {
        Some(rest) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => target,
    };
    if !origin_form.starts_with('/') || origin_form.contains('#') {
        return Err(RequestError::Malformed("the target is neither a path nor an absolute URI"));
    }
    Ok(origin_form.split('?').next().unwrap_or_default().to_owned())
}

fn first_header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(present, _)| present == name).map(|(_, value)| value.as_str())
}

fn has_word(list: &str, word: &str) -> bool {
    list.split(',').any(|item| item.trim().eq_ignore_ascii_case(word))
}

/// RFC 9110 §5.6.2, `tchar`.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn reason_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        206 => "Partial Content",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        422 => "Unprocessable Content",
        500 => "Internal Server Error",
        // RFC 9112 §4: the phrase may be empty.
        _ => "",
    }
}
