//! Remote hands within a conversation: what is taken down, and what became of orders.

use anteroom_content::wire::{Answer, HANDS_SINCE, LOG_LINE_BYTES_MAX, Outcome, ToPlayer};

use super::{Broken, Dialogue, legible};
use crate::hands;

impl Dialogue<'_> {
    /// Tells the box which of its screens are taken down, where it does not know.
    pub(super) async fn tell_down(&mut self) -> Result<(), Broken> {
        let screens = self.state.hands.down.among(&self.screens);
        if self.link_version < HANDS_SINCE || self.told_down.as_ref() == Some(&screens) {
            return Ok(());
        }
        self.told_down = Some(screens.clone());
        self.voice.say(&ToPlayer::TakenDown { screens }).await
    }

    pub(super) fn heard_answer(&self, mut answer: Answer) {
        // A box speaks for its own glass alone.
        if !self.screens.contains(&answer.screen) {
            return;
        }
        if let Outcome::Done { log, .. } = &mut answer.outcome {
            for line in log {
                *line = legible(line, LOG_LINE_BYTES_MAX);
            }
        }
        hands::answered(self.state, &self.paired.id, answer);
    }
}
