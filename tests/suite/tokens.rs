//! What becomes of a token that the API does not take any more.

use crate::attempt::{asked, scenario};
use crate::server::{Server, wire};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Issues `token-1`, `token-2`, …, and takes each for one request.
fn forgetful() -> Server {
    let (issued, used) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Server::raw(move |mut stream| {
        let mut received = vec![0; 8192];
        let count = stream.read(&mut received).unwrap_or(0);
        let request = String::from_utf8_lossy(&received[..count]).to_lowercase();
        let answer = if request.starts_with("post /token") {
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            let token = format!("{{\"access_token\": \"token-{number}\"}}");
            format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{token}")
        } else if request.contains(&format!("bearer token-{}\r\n", used.load(Ordering::SeqCst) + 1)) {
            used.fetch_add(1, Ordering::SeqCst);
            "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}".to_owned()
        } else {
            "HTTP/1.1 401 Unauthorized\nwww-authenticate: Bearer\n\n".to_owned()
        };
        let _ = stream.write_all(&wire(&answer));
    })
}

#[test]
fn a_kept_token_that_is_refused_is_fetched_anew_once() {
    let project = "contest: 1\napis: { a: doc.yaml }\nauth:\n  x:\n    oauth2: { grant: client_credentials, tokenUrl: /token, \
                   clientId: a, clientSecret: hidden-secret }\n";
    let step = "        auth: x\n";
    let text = scenario(&format!("{step}      - call: getA\n{step}      - call: getA\n{step}"));
    asked("a token that is refused", &forgetful(), "{}", "")
        .file("contest.yaml", project)
        .file("s.contest.yaml", text.replace("api: doc.yaml", "api: a"))
        .check(0, "1 passed");
}
