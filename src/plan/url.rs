use crate::diagnostic::{Code, Problems};
use crate::scenario::Send;
use url::Url;

/// Reports a URL that can never be sent, as far as it is written out.
pub(super) fn check_url(send: &Send, has_api: bool, problems: &mut Problems) {
    let Some(text) = send.url.as_literal().and_then(|datum| datum.value().as_str().map(str::to_owned)) else {
        return;
    };
    let mut report = |message: String, label: &str| {
        problems.error(Code::SCENARIO_INVALID_VALUE, send.span, message, label).help.push(
            "`send` is a method and a URL, absolute or below the base URL: `send: \"GET /health\"`"
                .to_owned(),
        );
    };
    match Url::parse(&text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            report(
                format!("`{text}` is no URL of HTTP"),
                "begins neither with `http://` nor with `https://`",
            );
        }
        Ok(_) => {}
        Err(url::ParseError::RelativeUrlWithoutBase) if has_api => {}
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            report(format!("`{text}` is relative, and the file names no api"), "is below no base URL");
        }
        Err(error) => report(format!("`{text}` is no URL: {error}"), "cannot be read"),
    }
}
