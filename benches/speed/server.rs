//! The server of the benches: canned answers over kept-alive connections, in a process of its own, so that its work
//! is not counted with the client's.

use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;

/// The argument that turns this program into the server.
pub(crate) const ARGUMENT: &str = "--serve";

/// The order that is there; every other id is answered with 404.
pub(crate) const ORDER: &str = "00000000-0000-4000-8000-000000000001";

/// A server in a child process, which ends with it.
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) base_url: String,
}

impl Server {
    /// Starts this program again as the server, and waits until it listens.
    pub(crate) fn start() -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut port = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut port)?;
        }
        Ok(Self { child, base_url: format!("http://127.0.0.1:{}", port.trim()) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until standard input ends, which it does with the process that started this one.
pub(crate) fn serve() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", listener.local_addr()?.port())?;
    stdout.flush()?;
    thread::spawn(move || {
        let answers = Answers::new();
        thread::scope(|scope| {
            for stream in listener.incoming().flatten() {
                let answers = &answers;
                scope.spawn(move || serve_connection(&stream, answers));
            }
        });
    });
    io::stdin().read_to_end(&mut Vec::new()).map(drop)
}

/// Every answer, head and body, written out beforehand.
struct Answers {
    token: Vec<u8>,
    order: Vec<u8>,
    list: Vec<u8>,
    missing: Vec<u8>,
}

impl Answers {
    fn new() -> Self {
        let orders: Vec<Value> =
            (1..=10).map(|n| order(&format!("00000000-0000-4000-8000-{n:012}"))).collect();
        let missing = json!({ "errors": [{ "status": 404, "title": "Not Found", "detail": "There is no such order" }] });
        let token = json!({ "access_token": "bench-token", "token_type": "Bearer", "expires_in": 86_400, "identifier": "client_credentials" });
        Self {
            token: answer("200 OK", &token),
            order: answer("200 OK", &json!({ "data": order(ORDER) })),
            list: answer("200 OK", &json!({ "data": orders })),
            missing: answer("404 Not Found", &missing),
        }
    }
}

fn answer(status: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nx-request-id: 00000000-0000-4000-8000-0000000000aa\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn serve_connection(stream: &TcpStream, answers: &Answers) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    let mut line = String::new();
    loop {
        line.clear();
        match reader.read_line(&mut line) {
            Ok(1..) => {}
            _ => return,
        }
        let path = line.split(' ').nth(1).unwrap_or_default();
        let found = match path.strip_prefix("/v2/orders") {
            Some("") => &answers.list,
            Some(rest) if rest.strip_prefix('/') == Some(ORDER) => &answers.order,
            Some(_) => &answers.missing,
            None => &answers.token,
        };
        let mut length = 0;
        loop {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let body = io::copy(&mut (&mut reader).take(length), &mut io::sink());
        if body.is_err() || writer.write_all(found).is_err() {
            return;
        }
    }
}

fn order(id: &str) -> Value {
    let price = json!({ "amount": 237_500, "currency": "USD", "formatted": "$2375.00" });
    let address = json!({
        "first_name": "James", "last_name": "Doe", "phone_number": "", "company_name": "", "line_1": "1234 Disney Drive",
        "line_2": "Disney Resort", "city": "Anaheim", "county": "Orange", "region": "CA", "postcode": "92802",
        "country": "US", "instructions": "",
    });
    let mut billing = address.clone();
    for line in ["phone_number", "instructions"] {
        billing.as_object_mut().map(|lines| lines.shift_remove(line));
    }
    json!({
        "type": "order", "id": id, "status": "incomplete", "payment": "unpaid", "shipping": "unfulfilled",
        "customer": { "name": "Mr John Doe", "email": "johndoe@example.com" },
        "shipping_address": address, "billing_address": billing, "links": {},
        "meta": {
            "display_price": { "with_tax": price, "without_tax": price },
            "timestamps": { "created_at": "2025-12-31T10:11:59.715Z", "updated_at": "2025-12-31T10:11:59.715Z" },
        },
        "relationships": { "items": { "data": [{ "type": "item", "id": "de9fddf5-011b-4485-abf8-ebb8f53c39ff" }] } },
    })
}
