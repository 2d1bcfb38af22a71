use crate::exchange::Request;
use url::Url;

/// The `curl` command that sends the same request: one argument group a line, quoted for a POSIX
/// shell. Nothing is masked here.
///
/// A body that is no text is `@` the file that it was read from, where there is one; otherwise it is
/// written by `printf` and piped into curl, and one of more than 400 bytes is `@body.bin`, of which a
/// comment below says what it must hold. `printf` also writes a header value outside ASCII, for its
/// characters are octets (ISO 8859-1) whatever the terminal's encoding. Long bodies of text are kept
/// whole.
pub fn curl(request: &Request, body_file: Option<&str>) -> String {
    curl_with(request, body_file, &[])
}

/// The same with further options of `curl`, each quoted where it must be.
pub(super) fn curl_with(request: &Request, body_file: Option<&str>, options: &[String]) -> String {
    let mut groups = vec![first_group(request)];
    if !options.is_empty() {
        groups.push(options.iter().map(|option| quote_if_needed(option)).collect::<Vec<_>>().join(" "));
    }
    let text = request.body.as_deref().map(text);
    for (name, value) in request.headers.iter() {
        if !is_implied(request, name, value) {
            groups.push(format!("-H {}", header(name, value)));
        }
    }
    if text.is_some() && request.headers.get("content-type").is_none() {
        // A body makes curl send a `Content-Type` of its own; this leaves it out.
        groups.push("-H 'Content-Type:'".to_owned());
    }
    match text {
        Some(Some(text)) if text.starts_with('@') => groups.push(format!("--data-raw {}", quote(text))),
        Some(Some(text)) => groups.push(format!("-d {}", quote(text))),
        Some(None) if let Some(file) = body_file => {
            groups.push(format!("--data-binary {}", quote(&format!("@{file}"))));
        }
        Some(None) if is_short(request) => {
            let octets = quote(&octets(request.body.as_deref().unwrap_or_default()));
            groups.insert(0, format!("printf %b {octets} |"));
            groups.push("--data-binary @-".to_owned());
        }
        Some(None) => groups.push("--data-binary @body.bin".to_owned()),
        None => {}
    }
    let mut command = groups.join(" \\\n    ");
    if text == Some(None) && body_file.is_none() && !is_short(request) {
        let length = request.body.as_ref().map_or(0, Vec::len);
        command.push_str(&format!(
            "\n# write the body into body.bin first: {length} bytes that are no text, too many to stand here"
        ));
    }
    command
}

/// `curl -X PUT 'http://…'` and what the URL and the headers ask for.
fn first_group(request: &Request) -> String {
    let mut words = vec!["curl".to_owned()];
    match (request.method.as_str(), &request.body) {
        ("GET", None) => {}
        // With `-X HEAD` curl would wait for a body.
        ("HEAD", None) => words.push("--head".to_owned()),
        (method, _) if method.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            words.push(format!("-X {method}"));
        }
        (method, _) => words.push(format!("-X {}", quote(method))),
    }
    if request.url.contains(['{', '}', '[', ']']) {
        // Otherwise curl reads braces and brackets as a set of URLs.
        words.push("--globoff".to_owned());
    }
    if request.headers.get("accept-encoding").is_some() {
        words.push("--compressed".to_owned());
    }
    words.push(quote(&request.url));
    words.join(" ")
}

/// Whether curl sends the very same line by itself.
fn is_implied(request: &Request, name: &str, value: &str) -> bool {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    if request.headers.all(name).count() > 1 {
        return false;
    }
    if is("accept") {
        value == "*/*"
    } else if is("content-length") {
        request.body.as_ref().is_some_and(|body| body.len().to_string() == value)
    } else if is("content-type") {
        value == "application/x-www-form-urlencoded" && request.body.is_some()
    } else if is("host") {
        host_line(&request.url).as_deref() == Some(value)
    } else {
        false
    }
}

fn host_line(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// `Name;` is how curl takes an empty value: `Name:` would remove the line.
fn header(name: &str, value: &str) -> String {
    if value.is_empty() {
        return quote(&format!("{name};"));
    }
    let line = format!("{name}: {value}");
    // What is beyond ISO 8859-1 is never sent.
    match line.chars().map(|character| u8::try_from(character).ok()).collect::<Option<Vec<u8>>>() {
        Some(bytes) if !line.is_ascii() => format!("\"$(printf %b {})\"", quote(&octets(&bytes))),
        _ => quote(&line),
    }
}

/// Bytes as the `%b` of POSIX's `printf` reads them: `\0` and three octal digits for what is not
/// printable ASCII, and for what means something to a shell within one pair of quotes or two.
fn octets(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        match byte {
            b' '..=b'~' if !b"\\'\"$`".contains(byte) => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\0{byte:03o}")),
        }
    }
    out
}

/// A body that a command line shows in a few lines.
fn is_short(request: &Request) -> bool {
    const LONGEST: usize = 400;
    request.body.as_ref().is_some_and(|body| body.len() <= LONGEST)
}

/// A body that a command line can hold and a terminal can show.
fn text(body: &[u8]) -> Option<&str> {
    let is_shown = |character: char| !character.is_control() || matches!(character, '\n' | '\r' | '\t');
    std::str::from_utf8(body).ok().filter(|text| text.chars().all(is_shown))
}

/// In single quotes, where nothing is special to a POSIX shell and JSON stays readable.
///
/// A NUL, which no command line holds, is left out; neither a URL nor a header nor a text body that
/// could be sent has one.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

/// A text as one word of a POSIX shell, in single quotes where it needs them.
pub fn quote_if_needed(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { quote(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Headers;

    fn check(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&[u8]>, expected: &str) {
        let headers = headers.iter().copied().collect::<Headers>();
        let body = body.map(<[u8]>::to_vec);
        let request = Request { method: method.to_owned(), url: url.to_owned(), headers, body };
        let command = curl(&request, None);
        assert_eq!(command, expected);
        // A shell reads back what was meant: nothing of the request leaves its quotes.
        let words = shlex::split(&command).expect("the quotes are closed");
        assert!(words.contains(&request.url), "{words:?}");
    }

    #[test]
    fn a_request_is_one_command() {
        check("GET", "http://h/a?b=c&d", &[], None, "curl 'http://h/a?b=c&d'");
        check("HEAD", "http://h/", &[], None, "curl --head 'http://h/'");
        check("DELETE", "http://h/", &[], None, "curl -X DELETE 'http://h/'");
        check(
            "PUT",
            "http://127.0.0.1:4010/v2/orders/1",
            &[("Authorization", "Bearer t"), ("Content-Type", "application/json")],
            Some(br#"{"data":{"status":"it's"}}"#),
            "curl -X PUT 'http://127.0.0.1:4010/v2/orders/1' \\\n    \
             -H 'Authorization: Bearer t' \\\n    \
             -H 'Content-Type: application/json' \\\n    \
             -d '{\"data\":{\"status\":\"it'\\''s\"}}'",
        );
    }

    #[test]
    fn curl_sends_neither_more_nor_less() {
        check(
            "POST",
            "http://h:81/",
            &[
                ("Accept", "*/*"),
                ("host", "h:81"),
                ("Content-Length", "3"),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ],
            Some(b"a=b"),
            "curl -X POST 'http://h:81/' \\\n    -d 'a=b'",
        );
        check(
            "GET",
            "http://h/",
            &[("Accept", "text/plain"), ("Host", "other"), ("X-Empty", "")],
            Some(b"@file"),
            "curl -X GET 'http://h/' \\\n    -H 'Accept: text/plain' \\\n    -H 'Host: other' \\\n    \
             -H 'X-Empty;' \\\n    -H 'Content-Type:' \\\n    --data-raw '@file'",
        );
        check(
            "GET",
            "http://h/?a[]={b}",
            &[("Accept-Encoding", "gzip")],
            None,
            "curl --globoff --compressed 'http://h/?a[]={b}' \\\n    -H 'Accept-Encoding: gzip'",
        );
        check(
            "GET",
            "http://h/",
            &[("Accept", "*/*"), ("accept", "*/*")],
            None,
            "curl 'http://h/' \\\n    -H 'Accept: */*' \\\n    -H 'accept: */*'",
        );
    }

    #[test]
    fn a_body_that_is_no_text_is_printed_or_a_file() {
        check(
            "PUT",
            "http://h/",
            &[("Content-Type", "image/png")],
            Some(b"\x89PNG'\\\x001"),
            "printf %b '\\0211PNG\\0047\\0134\\00001' | \\\n    curl -X PUT 'http://h/' \\\n    \
             -H 'Content-Type: image/png' \\\n    --data-binary @-",
        );
        check(
            "PUT",
            "http://h/",
            &[("Content-Type", "image/png")],
            Some(&[0; 401]),
            "curl -X PUT 'http://h/' \\\n    -H 'Content-Type: image/png' \\\n    --data-binary @body.bin\n\
             # write the body into body.bin first: 401 bytes that are no text, too many to stand here",
        );
    }

    #[test]
    fn a_body_that_is_a_file_is_read_from_it() {
        let check = |body: &[u8], expected: &str| {
            let request = Request {
                method: "PUT".to_owned(),
                url: "http://h/".to_owned(),
                headers: [("Content-Type", "image/png")].into_iter().collect(),
                body: Some(body.to_vec()),
            };
            let head = "curl -X PUT 'http://h/' \\\n    -H 'Content-Type: image/png' \\\n    ";
            assert_eq!(curl(&request, Some("files/it's.png")), format!("{head}{expected}"));
        };
        check(&[0; 401], "--data-binary '@files/it'\\''s.png'");
        check(&[0], "--data-binary '@files/it'\\''s.png'");
        check(b"text", "-d 'text'");
    }

    #[test]
    fn header_values_outside_ascii_are_octets() {
        check(
            "GET",
            "http://h/",
            &[("X-Name", "caf\u{e9} \"b\"")],
            None,
            "curl 'http://h/' \\\n    -H \"$(printf %b 'X-Name: caf\\0351 \\0042b\\0042')\"",
        );
    }

    #[test]
    fn nothing_leaves_its_quotes() {
        check(
            "GET",
            "http://h/'$(x)`y`",
            &[("A", "$HOME \\ \"")],
            None,
            "curl 'http://h/'\\''$(x)`y`' \\\n    -H 'A: $HOME \\ \"'",
        );
        check("GET;ls", "http://h/", &[], None, "curl -X 'GET;ls' 'http://h/'");
    }
}
