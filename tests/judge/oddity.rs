//! What a judge can say in another way, and still be right: one fact each, off unless [`super::Judge::start`] names it.
//! Nothing here may be reported by anybody. To add one: a row of the table and the branch that does it.

use super::gzip::gzip;
use super::routes::{Operation, Reply};
use super::shape::put;
use super::spoil::add_header;
use super::wire::{Delivery, Response};
use serde_json::{Value, json};
use std::fmt::Write;

/// Makes the enum, and from the same rows its list and facts.
macro_rules! oddities {
    ($( #[doc = $fact:literal] $variant:ident; )+) => {
        /// One legal way that is not the plainest. Replies to token requests are odd too.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Oddity { $( #[doc = $fact] $variant, )+ }

        impl Oddity {
            /// Every oddity, in the order of the table.
            pub(crate) const ALL: &'static [Oddity] = &[$( Oddity::$variant, )+];

            /// What is odd, as one sentence.
            pub(crate) fn fact(self) -> &'static str {
                match self { $( Oddity::$variant => $fact.trim_ascii(), )+ }
            }
        }
    };
}

oddities! {
    /// Objects that are open have members that no document names.
    ExtraMembers;
    /// Members that may be null are null.
    Nulls;
    /// Members come in the opposite order.
    Reordered;
    /// Every character of every text, names included, is an escape.
    Escapes;
    /// Slashes are escaped.
    EscapedSlashes;
    /// Integers end in `.0`.
    PointZero;
    /// Integers have an exponent.
    Exponents;
    /// Zero is `-0`.
    NegativeZero;
    /// An unbounded integer has 40 digits.
    BigInteger;
    /// A text has as many characters as it may have, each of four bytes.
    AstralText;
    /// UUIDs are in upper case.
    UpperCaseUuids;
    /// Times have an offset in place of `Z`.
    ZoneOffsets;
    /// Times have `t` and `z` in lower case, and nanoseconds.
    LowerCaseTimes;
    /// A minute has a leap second.
    LeapSecond;
    /// There is space between all tokens, and around them all.
    Spaced;
    /// The text starts with a byte order mark.
    ByteOrderMark;

    /// The media type is in mixed case.
    MediaTypeCase;
    /// The media type has a charset, in capitals and quotes.
    QuotedCharset;
    /// The media type has a parameter that nobody asked for.
    MediaTypeParameter;
    /// A picture is of another type within the documented range.
    OtherPicture;
    /// Header names are in upper case.
    HeaderCase;
    /// Header values have space around them.
    HeaderPadding;
    /// There is no space behind the colon of a header.
    HeaderTight;
    /// There are headers that no document names, some twice, one empty.
    UnknownHeaders;
    /// An optional header of list form comes in two lines.
    ListInTwoLines;
    /// A cookie is set.
    Cookie;
    /// The reason phrase is of the server's own making.
    ReasonPhrase;
    /// There is no reason phrase.
    NoReasonPhrase;

    /// The body is gzip, though nobody asked for it.
    Gzip;
    /// The body says that its coding is `identity`.
    Identity;
    /// The body comes in chunks with extensions and a trailer.
    Chunked;
    /// The body is gzip, in chunks.
    ChunkedGzip;
    /// The body ends where the connection does.
    UntilClose;
    /// Every response closes its connection.
    Http10;
    /// A 103 comes first.
    EarlyHints;
    /// A 100 and a 102 come first.
    OtherInterim;
    /// The bytes come in small pieces with pauses between them.
    Dripping;
}

/// Makes a reply odd in its JSON value; does nothing for other oddities.
pub(crate) fn bend_body(oddity: Oddity, reply: &mut Reply) {
    if reply.status != 200 {
        return;
    }
    let change = |reply: &mut Reply, pointer: &str, value: Value| put(&mut reply.body, pointer, Some(value));
    match (oddity, reply.operation) {
        (Oddity::ExtraMembers, Operation::ReadOrder | Operation::UpdateOrder) => {
            let price = reply.body["data"]["meta"]["display_price"]["with_tax"].clone();
            change(reply, "/links", json!({}));
            change(reply, "/data/custom", json!({ "x": [null, 1, "a"] }));
            change(reply, "/data/meta/display_price/paid", price);
            change(reply, "/data/meta/owner", json!("store"));
            change(reply, "/data/links/self", json!("https://example.com"));
        }
        (Oddity::ExtraMembers, Operation::IssueToken) => change(reply, "/scope", json!("orders")),
        (Oddity::ExtraMembers, Operation::ReadShape) => {
            change(reply, "/card/issuer", json!("bank"));
            change(reply, "/size/height", json!(2));
            change(reply, "/form/centre", json!([0, 0]));
        }
        (Oddity::Nulls, Operation::ReadOrder | Operation::UpdateOrder) => {
            for name in ["order_number", "external_ref"] {
                if reply.body["data"].get(name).is_none() {
                    change(reply, &format!("/data/{name}"), Value::Null);
                }
            }
        }
        (Oddity::Nulls, Operation::ReadShape) => change(reply, "/note", Value::Null),
        (Oddity::AstralText, Operation::ReadShape) => change(reply, "/title", json!("🔷".repeat(12))),
        (Oddity::LeapSecond, Operation::ReadShape) => change(reply, "/at", json!("2016-12-31T23:59:60Z")),
        _ => bend_texts(oddity, &mut reply.body),
    }
}

fn bend_texts(oddity: Oddity, value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| bend_texts(oddity, item)),
        Value::Object(members) => {
            for (name, member) in members {
                match oddity {
                    // The id of an order is compared with the one that was sent.
                    Oddity::UpperCaseUuids if name == "id" && member != "" => bend_uuid(member),
                    _ => bend_texts(oddity, member),
                }
            }
        }
        Value::String(text) if is_time(text) => match oddity {
            Oddity::ZoneOffsets => *text = text.replace('Z', "+00:00"),
            Oddity::LowerCaseTimes => {
                let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
                *text = format!("{}.000000001z", seconds.replace('T', "t"));
            }
            _ => {}
        },
        _ => {}
    }
}

/// The ids that no scenario compares with its own: those of items and of shapes.
fn bend_uuid(value: &mut Value) {
    if let Value::String(text) = value
        && (text.starts_with('d') || text.starts_with("0000000b"))
    {
        *text = text.to_uppercase();
    }
}

fn is_time(text: &str) -> bool {
    text.len() >= 20 && text.as_bytes()[10] == b'T' && text.ends_with('Z')
}

/// Writes a JSON value in the way of some oddities; without any, as short as can be.
pub(crate) fn print(value: &Value, oddities: &[Oddity]) -> String {
    let mut text = String::new();
    let has = |oddity| oddities.contains(&oddity);
    if has(Oddity::ByteOrderMark) {
        text.push('\u{feff}');
    }
    let space = if has(Oddity::Spaced) { " \r\n\t" } else { "" };
    let printer = Printer { oddities, space };
    text.push_str(space);
    printer.value(&mut text, value);
    text.push_str(space);
    if has(Oddity::BigInteger) {
        text = text.replace("\"serial\":7", &format!("\"serial\":{}", "1234567890".repeat(4)));
    }
    text
}

struct Printer<'o> {
    oddities: &'o [Oddity],
    space: &'static str,
}

impl Printer<'_> {
    fn has(&self, oddity: Oddity) -> bool {
        self.oddities.contains(&oddity)
    }

    fn value(&self, out: &mut String, value: &Value) {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Value::Number(number) => match number.as_u64() {
                Some(0) if self.has(Oddity::NegativeZero) => out.push_str("-0"),
                Some(integer) if self.has(Oddity::PointZero) => write_to(out, format_args!("{integer}.0")),
                Some(integer) if self.has(Oddity::Exponents) => {
                    // Both ways: a positive exponent, and one that takes the zeros of the digits back.
                    match integer % 10 {
                        0 => write_to(out, format_args!("{}E+1", integer / 10)),
                        _ => write_to(out, format_args!("{integer}00e-2")),
                    }
                }
                _ => write_to(out, format_args!("{number}")),
            },
            Value::String(text) => self.text(out, text),
            Value::Array(items) => self.list(out, "[", "]", items.iter(), |out, item| self.value(out, item)),
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                if self.has(Oddity::Reordered) {
                    members.reverse();
                }
                self.list(out, "{", "}", members.into_iter(), |out, (name, member)| {
                    self.text(out, name);
                    out.push_str(self.space);
                    out.push(':');
                    out.push_str(self.space);
                    self.value(out, member);
                });
            }
        }
    }

    fn list<T>(
        &self,
        out: &mut String,
        open: &str,
        close: &str,
        items: impl Iterator<Item = T>,
        mut write: impl FnMut(&mut String, T),
    ) {
        out.push_str(open);
        for (index, item) in items.enumerate() {
            out.push_str(self.space);
            if index > 0 {
                out.push(',');
                out.push_str(self.space);
            }
            write(out, item);
        }
        out.push_str(self.space);
        out.push_str(close);
    }

    fn text(&self, out: &mut String, text: &str) {
        if self.has(Oddity::Escapes) {
            out.push('"');
            // RFC 8259 §7: beyond U+FFFF, a pair of surrogates.
            text.encode_utf16().for_each(|unit| write_to(out, format_args!("\\u{unit:04X}")));
            out.push('"');
        } else if self.has(Oddity::EscapedSlashes) {
            out.push_str(&json!(text).to_string().replace('/', "\\/"));
        } else {
            out.push_str(&json!(text).to_string());
        }
    }
}

fn write_to(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes everything");
}

/// Makes a response odd; does nothing for other oddities.
pub(crate) fn bend_response(oddity: Oddity, operation: Operation, response: &mut Response) {
    let is_json = operation != Operation::DrawShape || response.status != 200;
    match oddity {
        Oddity::MediaTypeCase if is_json => response.headers[0].1 = "Application/JSON".to_owned(),
        Oddity::QuotedCharset if is_json => {
            response.headers[0].1 = "application/json;Charset=\"UTF-8\"".to_owned();
        }
        Oddity::MediaTypeParameter if is_json => {
            response.headers[0].1 = "application/json ; profile=\"https://example.com/a;b\"".to_owned();
        }
        Oddity::OtherPicture if !is_json => response.headers[0].1 = "IMAGE/x-odd".to_owned(),
        Oddity::HeaderCase => response.headers.iter_mut().for_each(|(name, _)| name.make_ascii_uppercase()),
        Oddity::HeaderPadding => {
            response.headers.iter_mut().for_each(|(_, value)| *value = format!(" \t {value}\t "));
        }
        Oddity::HeaderTight => response.manner.is_tight = true,
        Oddity::UnknownHeaders => {
            for (name, value) in [
                ("X-Empty", ""),
                ("Via", "1.1 one"),
                ("Via", "1.1 two"),
                ("Warning", "199 - \"caf\u{e9}\""),
                ("Server-Timing", "db;dur=53"),
            ] {
                add_header(response, name, value);
            }
        }
        Oddity::ListInTwoLines if operation == Operation::ReadShape => {
            add_header(response, "X-Parts", "edge ,corner");
            add_header(response, "x-parts", "edge");
        }
        Oddity::Cookie => add_header(response, "Set-Cookie", "session=1; Path=/; HttpOnly"),
        Oddity::ReasonPhrase => response.manner.reason = Some("As You Wish, 100 %"),
        Oddity::NoReasonPhrase => response.manner.reason = Some(""),
        Oddity::Gzip | Oddity::ChunkedGzip => {
            response.body = gzip(&response.body);
            add_header(response, "Content-Encoding", "GZip");
            if oddity == Oddity::ChunkedGzip {
                response.delivery = Delivery::Chunked;
            }
        }
        Oddity::Identity => add_header(response, "Content-Encoding", "identity"),
        Oddity::Chunked => response.delivery = Delivery::Chunked,
        Oddity::UntilClose => response.delivery = Delivery::UntilClose,
        Oddity::Http10 => response.manner.is_1_0 = true,
        Oddity::EarlyHints => {
            response.manner.interim = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";
        }
        Oddity::OtherInterim => {
            response.manner.interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n";
        }
        Oddity::Dripping => response.delivery = Delivery::Dripping,
        Oddity::UpperCaseUuids => {
            for (name, value) in &mut response.headers {
                if name == "X-Request-Id" {
                    value.make_ascii_uppercase();
                }
            }
        }
        _ => {}
    }
}
