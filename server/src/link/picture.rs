//! Pictures of the glass: taken from the boxes that light it, and from nobody else.

use anteroom_content::id::{BoxId, ScreenId};
use anteroom_content::wire::{PICTURE_BYTES_MAX, PictureFormat, PictureHead};

use super::frames::{Broken, Frames};
use super::limits::{CLOSE_CONFUSED, FIRST_FRAME_BYTES_MAX, PICTURE_MAX};
use super::line::Hear;
use crate::fleet::Picture;
use crate::state::State;

/// Takes one picture; `screens` are those of the box.
pub(super) async fn take(state: State, box_id: BoxId, screens: Vec<ScreenId>, stream: Hear) {
    let mut frames = Frames::of(stream);
    match frames.due(FIRST_FRAME_BYTES_MAX).await {
        Ok(head) => take_behind(&state, &box_id, &screens, (head, frames)).await,
        Err(error) => tracing::warn!(r#box.id = %box_id, reason = %error, "a picture of the glass was not taken"),
    }
}

/// Takes one picture whose head has come.
pub(super) async fn take_behind(state: &State, box_id: &BoxId, screens: &[ScreenId], begun: (PictureHead, Frames)) {
    let taken = tokio::time::timeout(PICTURE_MAX, read(screens, begun)).await.unwrap_or(Err(Broken::Silent));
    match taken {
        Ok((screen, picture)) => state.fleet.keep_picture(screen, picture),
        Err(error) => tracing::warn!(r#box.id = %box_id, reason = %error, "a picture of the glass was not taken"),
    }
}

async fn read(screens: &[ScreenId], (head, frames): (PictureHead, Frames)) -> Result<(ScreenId, Picture), Broken> {
    let (mut bytes, mut stream) = frames.into_rest();
    if let Err(error) = check(&head, screens) {
        stream.stop(CLOSE_CONFUSED);
        return Err(error);
    }
    stream.ends_after(head.size_bytes.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX)));
    let left = PICTURE_BYTES_MAX.saturating_sub(bytes.len());
    let rest = stream.read_to_end(left).await.map_err(|_| Broken::Cut)?;
    bytes.extend_from_slice(&rest);
    if u64::try_from(bytes.len()) != Ok(head.size_bytes) || !is_of(head.format, &bytes) {
        return Err(Broken::Confused("the picture is not what its head says".to_owned()));
    }
    Ok((head.screen, Picture { at: head.at, format: head.format, bytes: bytes.into() }))
}

fn check(head: &PictureHead, screens: &[ScreenId]) -> Result<(), Broken> {
    if !screens.contains(&head.screen) {
        return Err(Broken::Confused(format!("screen `{}` is not one of the box's", head.screen)));
    }
    match usize::try_from(head.size_bytes) {
        Ok(1..=PICTURE_BYTES_MAX) => Ok(()),
        Ok(length) => Err(Broken::TooLong { length, bytes_max: PICTURE_BYTES_MAX }),
        Err(_) => Err(Broken::TooLong { length: usize::MAX, bytes_max: PICTURE_BYTES_MAX }),
    }
}

/// The first bytes of a file say what it is; nobody else's word is taken for it.
fn is_of(format: PictureFormat, bytes: &[u8]) -> bool {
    match format {
        PictureFormat::Jpeg => bytes.starts_with(&[0xff, 0xd8, 0xff]),
        PictureFormat::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
    }
}
