//! Batches as they lie in the database: the very text that came, packed. Plays of one box are much alike, and their quotes are
//! escaped twice on the way; packed they take a fraction of it on the disk, in the write-ahead log and in every backup.

use anteroom_content::manifest::Envelope;
use anteroom_content::wire::FRAME_BYTES_MAX;

use super::{DbError, DbResult, document, to_document};

/// How hard it is tried: beyond it, time is spent and little room is won.
const LEVEL: i32 = 3;
/// No text that was packed is longer, in bytes: it came in one frame, and is written as it was there.
const TEXT_BYTES_MAX: usize = 2 * FRAME_BYTES_MAX;

fn unreadable(why: impl std::fmt::Display) -> DbError {
    DbError::Unreadable { what: "batch", why: why.to_string() }
}

/// Packs many, one after another.
pub(super) struct Packer(zstd::bulk::Compressor<'static>);

impl Packer {
    /// # Errors
    /// [`DbError::Unreadable`] when there is no memory for it.
    pub(super) fn new() -> DbResult<Self> {
        zstd::bulk::Compressor::new(LEVEL).map(Self).map_err(unreadable)
    }

    /// Packs what a box signed.
    ///
    /// # Errors
    /// [`DbError::Unreadable`], which no envelope that came in a frame gives.
    pub(super) fn pack(&mut self, envelope: &Envelope) -> DbResult<Vec<u8>> {
        self.0.compress(to_document("batch", envelope)?.as_bytes()).map_err(unreadable)
    }
}

/// What a row holds: the text itself where it was written before batches were packed.
///
/// # Errors
/// [`DbError::Unreadable`] when it is damaged, or longer than anything that was ever packed.
pub(super) fn unpack(text: &str, packed: Option<&[u8]>) -> DbResult<Envelope> {
    let Some(packed) = packed else { return document("batch", text) };
    let text = zstd::bulk::decompress(packed, TEXT_BYTES_MAX).map_err(unreadable)?;
    document("batch", std::str::from_utf8(&text).map_err(unreadable)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_what_comes_back_and_what_is_damaged_or_swells_is_refused() {
        let body = format!("{{\"plays\":[{}]}}", vec!["\"{\\\"seq\\\":1}\""; 900].join(","));
        let envelope = Envelope { body, signature: "ab".repeat(64) };
        let packed = Packer::new().expect("a packer").pack(&envelope).expect("packed");
        assert!(packed.len() * 20 < envelope.body.len(), "{} of {}", packed.len(), envelope.body.len());
        assert_eq!(unpack("", Some(&packed)).expect("unpacked"), envelope);
        let text = to_document("batch", &envelope).expect("a text");
        assert_eq!(unpack(&text, None).expect("of before"), envelope);
        for end in 0..packed.len() {
            assert!(unpack("", Some(&packed[..end])).is_err(), "cut at {end}");
        }
        let bomb = zstd::bulk::compress(&vec![b' '; 64 * TEXT_BYTES_MAX], LEVEL).expect("packed");
        assert!(unpack("", Some(&bomb)).is_err(), "more than any batch");
    }
}
