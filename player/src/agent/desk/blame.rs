//! Blame: which file is the likely reason when a stage falls or sees something amiss on its glass, and when it is put away.

use std::time::Instant as Tick;

use anteroom_content::clock::Clock as _;
use anteroom_content::id::ContentHash;
use anteroom_content::wire::{Trouble, TroubleKind};

use super::round::Desk;
use crate::agent::events::Event;
use crate::agent::limits::{FILE_AMISS_MAX, FILE_FALLS_MAX, OPEN_MAX, SUSPECTS_MAX};
use crate::agent::store::FileError;
use crate::bridge::{Amiss, ToStage};

/// How often something happened with a file; of so many files, those it happened with last.
#[derive(Debug, Default)]
pub(super) struct Suspects(Vec<(ContentHash, u32)>);

impl Suspects {
    /// Once more; says how often that makes.
    fn note(&mut self, hash: ContentHash) -> u32 {
        let held = self.0.iter().position(|(file, _)| *file == hash);
        let times = held.map_or(0, |place| self.0.remove(place).1).saturating_add(1);
        if self.0.len() >= SUSPECTS_MAX {
            self.0.remove(0);
        }
        self.0.push((hash, times));
        times
    }

    /// Somebody else was it.
    fn acquit(&mut self, hash: ContentHash) {
        self.0.retain(|(file, _)| *file != hash);
    }
}

impl Desk {
    /// The stage saw its own glass, and it was not as it should be.
    pub(super) async fn glass_amiss(&mut self, sort: Amiss, file: Option<ContentHash>, text: String) {
        let times = match (sort, file) {
            (Amiss::Flat | Amiss::Still, Some(hash)) => self.file_amiss.note(hash),
            (Amiss::Flat | Amiss::Still | Amiss::Words | Amiss::Size | Amiss::Card, _) => 0,
        };
        self.tell_trouble(Trouble { kind: TroubleKind::Glass, file, text: text.clone() });
        if let Some(hash) = file.filter(|_| times >= FILE_AMISS_MAX) {
            self.quarantine(hash, format!("{text}, {times} times with this file, each time with another stage")).await;
        }
    }

    /// A file that is opened, or on the glass, fall after fall is the likely reason. Where two are, the first of them that was there
    /// often enough is put away, and the other one begins anew: what is opened comes first, for that takes a moment only.
    pub(super) async fn blame(&mut self, suspects: &[(ContentHash, &str)]) {
        let falls: Vec<_> = suspects.iter().map(|(hash, what)| (*hash, *what, self.file_falls.note(*hash))).collect();
        let Some((guilty, what, times)) = falls.iter().find(|(.., times)| *times >= FILE_FALLS_MAX) else { return };
        for (hash, ..) in &falls {
            self.file_falls.acquit(*hash);
        }
        self.quarantine(*guilty, format!("the stage fell {times} times while it was {what}")).await;
    }

    /// The stage fell once more: when it does so again and again, its successor shows the card that is compiled in.
    pub(super) fn break_loop(&mut self) {
        if let Some(rest) = self.breaker.fell(Tick::now()) {
            let secs = rest.as_secs();
            let text = format!(
                "the stage falls again and again: the built-in card is shown for {secs} s, then the programme is tried again"
            );
            self.tell_trouble(Trouble { kind: TroubleKind::Glass, file: None, text });
        }
    }

    /// The programme is tried again when its time has come, and a file that is opened for ever is put away.
    pub(super) async fn look_for_loops(&mut self) {
        if self.breaker.look(Tick::now()) {
            tracing::info!("the programme is tried again");
            self.tell_stage();
        }
        if let Some((hash, _)) = self.glass.opening.take_if(|(_, since)| since.elapsed() > OPEN_MAX) {
            self.quarantine(hash, "the stage could not come to an end with opening it".to_owned()).await;
            // Whoever hangs over it opens no other file either.
            self.tell(ToStage::Leave);
        }
    }

    /// A file that cannot be shown: damaged on this disk, then it is fetched again; or of no use to anybody. A large one is read
    /// for longer than the desk may be away.
    pub(super) fn file_failed(&self, hash: ContentHash, text: String) {
        let (files, events) = (self.rooms.files.clone(), self.rooms.events.clone());
        tokio::spawn(async move {
            let checked = tokio::task::spawn_blocking(move || files.check(&hash)).await;
            let found = match checked {
                Ok(Err(FileError::WrongBytes { hash })) => Event::Damaged(hash),
                Ok(Err(error)) if error.is_missing() => Event::Damaged(hash),
                Ok(Ok(()) | Err(_)) | Err(_) => Event::Useless(hash, text),
            };
            events.send(found).await;
        });
    }

    pub(super) async fn quarantine(&mut self, hash: ContentHash, text: String) {
        if self.quarantined.contains(&hash) {
            return;
        }
        tracing::error!(file.hash = %hash, reason = %text, "the file cannot be shown and is put away");
        let kept = self.rooms.store.quarantine(&hash, &text, self.rooms.clock.now()).await;
        self.report(kept);
        self.quarantined.push(hash);
        self.tell_trouble(Trouble { kind: TroubleKind::File, file: Some(hash), text });
        self.breaker.hope(Tick::now());
        self.tell_stage();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_counted_for_itself_and_only_the_last_ones_are_remembered() {
        let mut suspects = Suspects::default();
        let file = |n: usize| ContentHash::of(&n.to_le_bytes());
        assert_eq!([file(0), file(1), file(0), file(0)].map(|hash| suspects.note(hash)), [1, 1, 2, 3]);
        for n in 2..=SUSPECTS_MAX {
            suspects.note(file(n));
        }
        assert_eq!(suspects.0.len(), SUSPECTS_MAX);
        assert_eq!(
            (suspects.note(file(0)), suspects.note(file(1))),
            (4, 1),
            "the one it happened with longest ago is forgotten"
        );
    }
}
