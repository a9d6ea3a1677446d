//! Boxes too old or too new to be spoken with: told so in a word that each release understands or skips, and told to people.
//! They play on from what they hold.

use anteroom_content::wire::{Hello, Refusal, Trouble, TroubleKind, Versions};

use super::greeting::send_away;
use super::line::{Line, Speak};
use crate::db::boxes::{self, PairedBox};
use crate::state::State;

/// Sends a box away with which no version of the messages can be agreed on.
pub(super) async fn turn_away(state: &State, connection: &Line, paired: &PairedBox, hello: &Hello, speak: Speak) {
    let (ours, theirs) = (Versions::OURS, hello.versions());
    let advice = if theirs.newest < ours.oldest {
        "the player is too old: update it"
    } else {
        "the player is newer than the server: update the server"
    };
    let text = format!(
        "the box speaks versions {} to {} of the link, this server {} to {}; {advice}. It plays on from what it has",
        theirs.oldest, theirs.newest, ours.oldest, ours.newest
    );
    tracing::error!(r#box.id = %paired.id, reason = text, "a box of another version was sent away");
    state.fleet.sent_away(&paired.id, state.now(), theirs);
    let trouble = Trouble { kind: TroubleKind::Other, file: None, text };
    if let Err(error) = boxes::note_finding(&state.db, &paired.id, "link-version", &trouble, state.now()).await {
        tracing::error!(r#box.id = %paired.id, reason = %error, "a trouble was not kept");
    }
    send_away(connection, speak, Refusal::Version(ours)).await;
}
