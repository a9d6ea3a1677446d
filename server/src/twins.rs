//! Two machines with one identity: a disk was copied, or a key stolen. A machine that starts anew draws a boot number and
//! never comes back to an older one; two machines that take the place from each other do.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use anteroom_content::id::BoxId;
use anteroom_content::wire::{Trouble, TroubleKind};

use crate::db::boxes::{self, PairedBox};
use crate::state::State;

/// Boot numbers remembered of a box: more copies than anybody makes of one disk.
const BOOTS_MAX: usize = 4;

/// The last boot numbers of each box.
#[derive(Debug, Default)]
pub struct Twins(Mutex<HashMap<BoxId, VecDeque<u64>>>);

impl Twins {
    /// Notes a boot number; tells whether it was there before another one: then two machines have one identity.
    pub fn heard(&self, box_id: &BoxId, boot: u64) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let boots = all.entry(box_id.clone()).or_default();
        if boots.back() == Some(&boot) {
            return false;
        }
        let is_back = boots.contains(&boot);
        boots.retain(|known| *known != boot);
        if boots.len() >= BOOTS_MAX {
            boots.pop_front();
        }
        boots.push_back(boot);
        is_back
    }
}

/// Notes who says hello; two machines with one identity are told to people. The newer connection has the place; their logs
/// stay apart, for a log that lost plays begins anew under another number.
pub async fn notice(state: &State, paired: &PairedBox, boot: u64) {
    if !state.fleet.twins.heard(&paired.id, boot) {
        return;
    }
    let text =
        "two machines call themselves by this box's name and take its place from each other: its disk was copied, or \
                its key stolen. Unpair it, and pair the machine that is the right one anew"
            .to_owned();
    tracing::error!(r#box.id = %paired.id, reason = text, "two machines have one identity");
    let trouble = Trouble { kind: TroubleKind::Trust, file: None, text };
    if let Err(error) = boxes::note_finding(&state.db, &paired.id, "twins", &trouble, state.now()).await {
        tracing::error!(r#box.id = %paired.id, reason = %error, "a trouble was not kept");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_that_starts_anew_is_one_machine_and_numbers_that_alternate_are_two() {
        let (twins, id) = (Twins::default(), BoxId::parse("box-1").expect("name"));
        assert!([1, 1, 2, 2, 3, 4, 5, 6, 7].iter().all(|boot| !twins.heard(&id, *boot)));
        assert!(twins.heard(&id, 6));
        assert!(twins.heard(&id, 7));
        let other = BoxId::parse("box-2").expect("name");
        assert!(!twins.heard(&other, 6), "each box has its own");
    }
}
