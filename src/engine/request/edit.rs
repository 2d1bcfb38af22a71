//! A request as a text that a person edits, and read back. Secrets stand in it as `***`: what is left as
//! it was keeps its value.

use crate::engine::record::RequestRecord;
use crate::exchange::{Headers, Request};
use crate::json::{Pointer, Value};
use crate::secret::MASK;
use serde::{Deserialize, Serialize};

/// The text's members. A header is a line, for names may come twice.
#[derive(Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Editable {
    method: String,
    url: String,
    headers: Vec<String>,
    /// JSON as what it is, other text as a text; absent or null for none.
    #[serde(default)]
    body: Value,
}

/// A masked request as a text to be edited.
pub(in crate::engine) fn editable_text(shown: &RequestRecord) -> String {
    let text = serde_json::to_string_pretty(&editable(shown)).expect("texts can be written");
    text + "\n"
}

fn editable(shown: &RequestRecord) -> Editable {
    let body = shown.body.as_ref().map_or(Value::Null, |body| match body.is_base64 || body.is_cut {
        true => Value::from(format!("({} bytes, which stay as they are)", body.size)),
        false => serde_json::from_str(&body.text).unwrap_or_else(|_| Value::from(body.text.as_str())),
    });
    Editable {
        method: shown.method.clone(),
        url: shown.url.clone(),
        headers: shown.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect(),
        body,
    }
}

/// The request that an edited text describes; `shown` is `request` as it was shown.
///
/// # Errors
/// A sentence that says what cannot be used.
pub(in crate::engine) fn read_edited(
    request: &Request,
    shown: &RequestRecord,
    text: &str,
) -> Result<Request, String> {
    let before = editable(shown);
    let edited: Editable =
        serde_json::from_str(text).map_err(|error| format!("it cannot be read: {error}"))?;
    let is_token = |text: &str| {
        !text.is_empty()
            && text.chars().all(|it| it.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(it))
    };
    if !is_token(&edited.method) {
        return Err(format!("`{}` is no method", edited.method));
    }
    let url = match edited.url == before.url {
        true => request.url.clone(),
        false => plain(&edited.url)?.to_owned(),
    };
    if url::Url::parse(&url).is_err() {
        return Err(format!("`{}` is no URL", edited.url));
    }
    let mut headers = Headers::new();
    for line in &edited.headers {
        if let Some(index) = before.headers.iter().position(|it| it == line) {
            headers.extend(request.headers.iter().nth(index));
            continue;
        }
        let (name, value) = plain(line)?.split_once(':').unwrap_or((line, ""));
        if !is_token(name.trim()) || value.contains(['\r', '\n', '\0']) {
            return Err(format!("`{line}` is no header line: write `Name: value`"));
        }
        headers.push(name.trim(), value.trim());
    }
    let body = match &edited.body {
        body if *body == before.body => request.body.clone(),
        Value::Null => None,
        Value::String(text) => Some(plain(text)?.as_bytes().to_vec()),
        body => {
            let original = request.body.as_deref().and_then(|bytes| serde_json::from_slice(bytes).ok());
            let secrets = (&before.body, original.as_ref().unwrap_or(&Value::Null));
            let mut body = body.clone();
            restore(&mut body, &Pointer::root(), secrets)?;
            Some(body.to_string().into_bytes())
        }
    };
    Ok(Request { method: edited.method, url, headers, body })
}

/// Puts back the texts that were masked and left as they were.
fn restore(value: &mut Value, at: &Pointer, (shown, original): (&Value, &Value)) -> Result<(), String> {
    match value {
        Value::String(text) if text.contains(MASK) => match (at.get(shown), at.get(original)) {
            (Some(Value::String(before)), Some(kept)) if before == text => *value = kept.clone(),
            _ => return Err(stands_for_a_secret(text)),
        },
        Value::Array(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                restore(element, &at.child(index.to_string()), (shown, original))?;
            }
        }
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                restore(member, &at.child(name.as_str()), (shown, original))?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn plain(text: &str) -> Result<&str, String> {
    if text.contains(MASK) { Err(stands_for_a_secret(text)) } else { Ok(text) }
}

fn stands_for_a_secret(text: &str) -> String {
    format!("`***` in `{text}` stands for a secret: leave the value as it was, or write all of it anew")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Masker;

    fn request() -> Request {
        let headers = [("Authorization", "Bearer s3cret-token"), ("X-A", "1"), ("X-A", "2")];
        Request {
            method: "PUT".to_owned(),
            url: "http://h/a?key=s3cret-token".to_owned(),
            headers: headers.into_iter().collect(),
            body: Some(br#"{"name":"Lamp","pin":"s3cret-token","n":1.10}"#.to_vec()),
        }
    }

    /// Edits by replacing one text by another; what is sent then, or why not.
    fn check(from: &str, to: &str, expected: Result<&str, &str>) {
        let masker = Masker::new();
        masker.add("s3cret-token");
        let shown = RequestRecord::of(&request(), &masker, 1000);
        let text = editable_text(&shown);
        assert!(!text.contains("s3cret") && text.contains(from), "{text}");
        let edited = read_edited(&request(), &shown, &text.replacen(from, to, 1)).map(|it| {
            let headers: Vec<String> =
                it.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            let body = it.body.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            format!("{} {} | {} | {}", it.method, it.url, headers.join(", "), body.unwrap_or_default())
        });
        assert_eq!(edited, expected.map(str::to_owned).map_err(str::to_owned), "{from} -> {to}");
    }

    #[test]
    fn what_is_left_keeps_its_value_and_what_is_changed_is_sent() {
        let headers = "Authorization: Bearer s3cret-token, X-A: 1, X-A: 2";
        let body = r#"{"name":"Lamp","pin":"s3cret-token","n":1.10}"#;
        let url = "http://h/a?key=s3cret-token";
        check("PUT", "PUT", Ok(&format!("PUT {url} | {headers} | {body}")));
        check("PUT", "POST", Ok(&format!("POST {url} | {headers} | {body}")));
        check("http://h/a?key=***", "http://h/b", Ok(&format!("PUT http://h/b | {headers} | {body}")));
        check(
            "X-A: 2",
            "X-B: 3",
            Ok(&format!("PUT {url} | {} | {body}", headers.replace("X-A: 2", "X-B: 3"))),
        );
        let changed = r#"{"name":"Lantern","pin":"s3cret-token","n":1.1}"#;
        check("Lamp", "Lantern", Ok(&format!("PUT {url} | {headers} | {changed}")));
    }

    #[test]
    fn what_cannot_be_sent_is_said() {
        let secret = |text: &str| {
            format!(
                "`***` in `{text}` stands for a secret: leave the value as it was, or write all of it anew"
            )
        };
        check("http://h/a?key=***", "http://h/b?key=***", Err(&secret("http://h/b?key=***")));
        check("\"name\": \"Lamp\"", "\"name\": \"***\"", Err(&secret("***")));
        check("X-A: 1", "X-A: ***", Err(&secret("X-A: ***")));
        check("X-A: 1", "no line", Err("`no line` is no header line: write `Name: value`"));
        check("PUT", "P T", Err("`P T` is no method"));
        check("http://h/a?key=***", "nowhere", Err("`nowhere` is no URL"));
    }

    #[test]
    fn a_text_that_is_no_request_is_refused() {
        let masker = Masker::new();
        let shown = RequestRecord::of(&request(), &masker, 1000);
        for text in
            ["", "{", "[]", r#"{"method": "GET"}"#, r#"{"method":"GET","url":"http://h","headers":[],"x":1}"#]
        {
            let error = read_edited(&request(), &shown, text).expect_err("it is none");
            assert!(error.starts_with("it cannot be read: "), "{error}");
        }
    }
}
