use crate::exchange::Headers;

/// A response before it goes to the wire.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outgoing {
    pub(super) status: u16,
    /// Names and values that HTTP can carry; `Content-Length` is the transport's.
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
}
