//! Undoes content encodings, in memory and never to more than a limit.
//!
//! Source: RFC 9110 §8.4; RFC 1952 (gzip), RFC 1950 (zlib), RFC 7932 (brotli), RFC 8878 and RFC 9659
//! (zstd).

use crate::exchange::{BodyProblem, Headers};
use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use async_compression::zstd::DParameter;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// More codings one upon another than any server applies; each costs a pass over the content.
const MAX_CODINGS: usize = 4;

/// RFC 9659 §2: an encoder must not use a window of more than 8 MiB, so that memory stays bounded.
const ZSTD_WINDOW_LOG: u32 = 23;

/// What came of the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    /// The content; as far as it could be decoded when there is a problem.
    pub(super) bytes: Vec<u8>,
    pub(super) problem: Option<BodyProblem>,
    /// What was odd, and harmless.
    pub(super) note: Option<String>,
}

/// The content is larger than the limit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// The content codings of a response in the order they were applied, in lower case, without
/// `identity`.
pub(super) fn codings(headers: &Headers) -> Vec<String> {
    headers
        .all("content-encoding")
        .flat_map(|line| line.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect()
}

/// Undoes the codings, last applied first. Of no bytes it makes no bytes: responses to HEAD, 204
/// and 304 declare the coding of content they do not carry.
///
/// # Errors
/// [`TooLarge`] as soon as a coding yields more than `limit` bytes.
pub(super) async fn decode(raw: Vec<u8>, codings: &[String], limit: u64) -> Result<Decoded, TooLarge> {
    let mut decoded = Decoded { bytes: raw, problem: None, note: None };
    if decoded.bytes.is_empty() {
        return Ok(decoded);
    }
    if codings.len() > MAX_CODINGS {
        decoded.problem = Some(BodyProblem::Encoding {
            encoding: codings.join(", "),
            reason: format!("more than {MAX_CODINGS} codings one upon another"),
        });
        return Ok(decoded);
    }
    for coding in codings.iter().rev() {
        let undone = match coding.as_str() {
            "gzip" | "x-gzip" => gunzip(&decoded.bytes, limit).await?,
            "deflate" if is_zlib(&decoded.bytes) => inflate_zlib(&decoded.bytes, limit).await?,
            "deflate" => {
                // RFC 9110 §8.4.1.2: "Some non-conformant implementations send the deflate
                // compressed data without the zlib wrapper." Every client reads both.
                decoded.note = Some(
                    "the body is bare deflate data; `Content-Encoding: deflate` means the zlib format (RFC 9110 \
                     §8.4.1.2)"
                        .to_owned(),
                );
                inflate(&decoded.bytes, limit).await?
            }
            "br" => unbrotli(&decoded.bytes, limit).await?,
            "zstd" => unzstd(&decoded.bytes, limit).await?,
            unknown => {
                decoded.problem = Some(BodyProblem::UnknownEncoding { encoding: unknown.to_owned() });
                return Ok(decoded);
            }
        };
        decoded.bytes = undone.bytes;
        if let Some(reason) = undone.problem {
            decoded.note = None;
            decoded.problem = Some(BodyProblem::Encoding { encoding: coding.clone(), reason });
            return Ok(decoded);
        }
    }
    Ok(decoded)
}

struct Undone {
    bytes: Vec<u8>,
    problem: Option<String>,
}

async fn gunzip(bytes: &[u8], limit: u64) -> Result<Undone, TooLarge> {
    let mut decoder = GzipDecoder::new(bytes);
    // RFC 1952 §2.2: a file is a series of members.
    decoder.multiple_members(true);
    let mut undone = read(&mut decoder, limit).await?;
    // RFC 1952 §2.3.1: ID1 and ID2.
    if undone.problem.is_some() && bytes.len() >= 2 && !bytes.starts_with(&[0x1f, 0x8b]) {
        undone.problem = Some("it does not begin as gzip data does".to_owned());
    }
    Ok(undone.at_the_end(decoder.into_inner()))
}

async fn inflate_zlib(bytes: &[u8], limit: u64) -> Result<Undone, TooLarge> {
    let mut decoder = ZlibDecoder::new(bytes);
    let undone = read(&mut decoder, limit).await?;
    Ok(undone.at_the_end(decoder.into_inner()))
}

async fn inflate(bytes: &[u8], limit: u64) -> Result<Undone, TooLarge> {
    let mut decoder = DeflateDecoder::new(bytes);
    let undone = read(&mut decoder, limit).await?;
    Ok(undone.at_the_end(decoder.into_inner()))
}

async fn unbrotli(bytes: &[u8], limit: u64) -> Result<Undone, TooLarge> {
    let mut decoder = BrotliDecoder::new(bytes);
    let undone = read(&mut decoder, limit).await?;
    Ok(undone.at_the_end(decoder.into_inner()))
}

async fn unzstd(bytes: &[u8], limit: u64) -> Result<Undone, TooLarge> {
    let mut decoder = ZstdDecoder::with_params(bytes, &[DParameter::window_log_max(ZSTD_WINDOW_LOG)]);
    // RFC 8878 §3: compressed data is a series of frames.
    decoder.multiple_members(true);
    let undone = read(&mut decoder, limit).await?;
    Ok(undone.at_the_end(decoder.into_inner()))
}

async fn read(decoder: &mut (impl AsyncRead + Unpin), limit: u64) -> Result<Undone, TooLarge> {
    let mut bytes = Vec::new();
    let result = decoder.take(limit.saturating_add(1)).read_to_end(&mut bytes).await;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        return Err(TooLarge);
    }
    let problem = result.err().map(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => "the data ends too early".to_owned(),
        // How the zlib and deflate decoders say that they have no more input.
        _ if error.to_string() == "unexpected BufError" => "the data ends too early".to_owned(),
        _ => error.to_string(),
    });
    Ok(Undone { bytes, problem })
}

impl Undone {
    fn at_the_end(mut self, rest: &[u8]) -> Self {
        if self.problem.is_none() && !rest.is_empty() {
            self.problem = Some(format!("{} more bytes follow the end of the data", rest.len()));
        }
        self
    }
}

/// RFC 1950 §2.2: the first byte names method 8, and both together are a multiple of 31.
fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [method, flags, ..] => method & 0x0F == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0,
        _ => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use async_compression::tokio::bufread::{
        BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder,
    };

    /// Applies a coding; `raw-deflate` is deflate without the zlib wrapper.
    pub(in crate::http) async fn encode(bytes: &[u8], coding: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let result = match coding {
            "gzip" => GzipEncoder::new(bytes).read_to_end(&mut out).await,
            "deflate" => ZlibEncoder::new(bytes).read_to_end(&mut out).await,
            "raw-deflate" => DeflateEncoder::new(bytes).read_to_end(&mut out).await,
            "br" => BrotliEncoder::new(bytes).read_to_end(&mut out).await,
            "zstd" => ZstdEncoder::new(bytes).read_to_end(&mut out).await,
            other => panic!("no encoder for {other}"),
        };
        result.expect("memory can be encoded");
        out
    }

    async fn decoded(raw: Vec<u8>, codings: &[&str], limit: u64) -> Result<Decoded, TooLarge> {
        let codings: Vec<String> = codings.iter().copied().map(str::to_owned).collect();
        decode(raw, &codings, limit).await
    }

    fn problem(encoding: &str, reason: &str) -> Option<BodyProblem> {
        Some(BodyProblem::Encoding { encoding: encoding.to_owned(), reason: reason.to_owned() })
    }

    const TEXT: &[u8] = b"the content, the content, the content";

    #[tokio::test]
    async fn every_coding_is_undone() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let whole = decoded(encode(TEXT, coding).await, &[coding], 1000).await;
            assert_eq!(whole, Ok(Decoded { bytes: TEXT.to_vec(), problem: None, note: None }), "{coding}");
        }
        let bare = decoded(encode(TEXT, "raw-deflate").await, &["deflate"], 1000).await.expect("small");
        assert_eq!((bare.bytes.as_slice(), bare.problem, bare.note.is_some()), (TEXT, None, true));
        let both = encode(&encode(TEXT, "gzip").await, "br").await;
        assert_eq!(decoded(both, &["gzip", "br"], 1000).await.expect("small").bytes, TEXT);
        let members = [encode(TEXT, "gzip").await, encode(TEXT, "gzip").await].concat();
        assert_eq!(decoded(members, &["x-gzip"], 1000).await.expect("small").bytes, [TEXT, TEXT].concat());
    }

    #[tokio::test]
    async fn data_that_ends_too_early_is_a_problem() {
        for coding in ["gzip", "deflate", "raw-deflate", "br", "zstd"] {
            let mut cut = encode(TEXT, coding).await;
            cut.truncate(cut.len() - 5);
            let declared = coding.trim_start_matches("raw-");
            let it = decoded(cut, &[declared], 1000).await.expect("small");
            assert_eq!(it.problem, problem(declared, "the data ends too early"), "{coding}");
        }
    }

    #[tokio::test]
    async fn data_after_the_end_is_a_problem() {
        for coding in ["deflate", "br"] {
            let long = [encode(TEXT, coding).await, b"more".to_vec()].concat();
            let it = decoded(long, &[coding], 1000).await.expect("small");
            assert_eq!(it.bytes, TEXT, "{coding}");
            assert_eq!(it.problem, problem(coding, "4 more bytes follow the end of the data"));
        }
    }

    #[tokio::test]
    async fn other_data_is_a_problem() {
        for coding in ["gzip", "br", "zstd", "deflate"] {
            let it = decoded(b"\xFFnothing of the kind".to_vec(), &[coding], 1000).await.expect("small");
            assert!(matches!(it.problem, Some(BodyProblem::Encoding { .. })), "{coding}");
        }
        let unknown = decoded(TEXT.to_vec(), &["gzip", "compress"], 1000).await.expect("small");
        assert_eq!(unknown.bytes, TEXT);
        assert_eq!(unknown.problem, Some(BodyProblem::UnknownEncoding { encoding: "compress".to_owned() }));
        let many = decoded(TEXT.to_vec(), &["gzip"; 5], 1000).await.expect("small");
        assert_eq!(
            many.problem,
            problem("gzip, gzip, gzip, gzip, gzip", "more than 4 codings one upon another")
        );
    }

    #[tokio::test]
    async fn the_limit_is_exact_and_holds_at_every_coding() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let zeros = encode(&vec![0; 10_000], coding).await;
            assert_eq!(decoded(zeros.clone(), &[coding], 9_999).await, Err(TooLarge), "{coding}");
            assert_eq!(decoded(zeros, &[coding], 10_000).await.expect("it fits").bytes.len(), 10_000);
        }
    }

    #[tokio::test]
    async fn no_bytes_need_no_decoding() {
        assert_eq!(decoded(Vec::new(), &["gzip"], 1).await.expect("small").problem, None);
    }

    #[test]
    fn codings_are_listed_in_the_order_they_were_applied() {
        let headers: Headers =
            [("Content-Encoding", "GZip, identity"), ("content-encoding", "br,")].into_iter().collect();
        assert_eq!(codings(&headers), ["gzip", "br"]);
    }
}
