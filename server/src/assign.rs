//! Which box lights which screen: changed here, on disk first, then the boxes are told.

use anteroom_content::id::{BoxId, ScreenId, ZoneId};
use anteroom_content::manifest::{Assignment, Envelope};
use anteroom_content::wire::{Refusal, ToPlayer};

use crate::db::{DbError, Tx, boxes, deliveries, facts, places};
use crate::state::State;

/// Where a box without screens is said to hang: an assignment has a zone always.
const SPARE: &str = "spare";
/// How long a box stays away when it cannot be told its screens, in milliseconds.
const AGAIN_MS: u64 = 15_000;

/// Why an assignment was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AssignError {
    /// No such box, or it was unpaired.
    #[error("no box `{0}` is paired")]
    NoBox(BoxId),
    /// No such screen.
    #[error("no screen `{0}`")]
    NoScreen(ScreenId),
    /// Another box has the screen.
    #[error("screen `{screen}` is lit by box `{by}`: replace that box, or detach the screen first")]
    Taken {
        /// Which screen.
        screen: ScreenId,
        /// Which box.
        by: BoxId,
    },
    /// The box hangs somewhere else.
    #[error("box `{box_id}` lights screens of zone `{zone}`, and one box serves one zone: detach those first")]
    OtherZone {
        /// Which box.
        box_id: BoxId,
        /// The zone of its screens.
        zone: ZoneId,
    },
    /// The box that should take over has screens of its own.
    #[error("box `{0}` lights screens already: only a spare box can take over from another")]
    NotSpare(BoxId),
    /// A box cannot take over from itself.
    #[error("box `{0}` cannot take over from itself")]
    Itself(BoxId),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The assignment cannot be written or read.
    #[error("an assignment cannot be written: {0}")]
    Document(String),
}

/// Gives a dark screen to a box; nothing changes when it has it already.
///
/// # Errors
/// [`AssignError`].
pub async fn attach(state: &State, box_id: &BoxId, screen: &ScreenId) -> Result<(), AssignError> {
    let mut tx = state.db.begin().await?;
    let zone = boxes::zone_of_screen(&mut tx, screen).await?.ok_or_else(|| AssignError::NoScreen(screen.clone()))?;
    let version = raise(&mut tx, box_id).await?;
    if let Some(by) = boxes::box_of_screen(&mut tx, screen).await? {
        if by == *box_id {
            return Ok(());
        }
        return Err(AssignError::Taken { screen: screen.clone(), by });
    }
    if let Some(other) = boxes::zone_of_box(&mut tx, box_id).await?.filter(|other| *other != zone) {
        return Err(AssignError::OtherZone { box_id: box_id.clone(), zone: other });
    }
    boxes::attach(&mut tx, box_id, screen, version).await?;
    deliveries::forget_applied(&mut tx, box_id).await?;
    tx.commit().await?;
    state.fleet.note_reassigned();
    tracing::info!(r#box.id = %box_id, screen.id = %screen, "a screen was attached");
    tell(state, box_id).await
}

/// Takes a screen from its box; nothing changes when it has none.
///
/// # Errors
/// [`AssignError`].
pub async fn detach(state: &State, screen: &ScreenId) -> Result<(), AssignError> {
    let mut tx = state.db.begin().await?;
    let Some(box_id) = boxes::box_of_screen(&mut tx, screen).await? else { return Ok(()) };
    boxes::detach(&mut tx, screen).await?;
    raise(&mut tx, &box_id).await?;
    tx.commit().await?;
    state.fleet.note_reassigned();
    tracing::info!(r#box.id = %box_id, screen.id = %screen, "a screen was detached");
    tell(state, &box_id).await
}

/// A spare box takes over every screen of another, which is unpaired.
///
/// # Errors
/// [`AssignError`].
pub async fn replace(state: &State, old: &BoxId, new: &BoxId) -> Result<(), AssignError> {
    if old == new {
        return Err(AssignError::Itself(old.clone()));
    }
    let mut tx = state.db.begin().await?;
    raise(&mut tx, old).await?;
    let version = raise(&mut tx, new).await?;
    if boxes::zone_of_box(&mut tx, new).await?.is_some() {
        return Err(AssignError::NotSpare(new.clone()));
    }
    let screens = boxes::hand_over(&mut tx, old, new, version).await?;
    deliveries::forget_applied(&mut tx, new).await?;
    boxes::unpair(&mut tx, old, state.now()).await?;
    tx.commit().await?;
    state.fleet.note_reassigned();
    tracing::info!(r#box.id = %new, box.replaced = %old, screens.count = screens, "a box took over from another");
    state.fleet.revoke(old);
    tell(state, new).await
}

/// Ends the belief in a box at once, connected or not; its screens go dark and its plays stay.
///
/// # Errors
/// [`AssignError`].
pub async fn unpair(state: &State, box_id: &BoxId) -> Result<(), AssignError> {
    let mut tx = state.db.begin().await?;
    raise(&mut tx, box_id).await?;
    boxes::unpair(&mut tx, box_id, state.now()).await?;
    tx.commit().await?;
    state.fleet.note_reassigned();
    tracing::info!(r#box.id = %box_id, "a box was unpaired");
    state.fleet.revoke(box_id);
    Ok(())
}

/// Tells a box, if it is connected, which screens it lights. Its link then sends what their zone plays.
///
/// # Errors
/// [`AssignError`].
pub async fn tell(state: &State, box_id: &BoxId) -> Result<(), AssignError> {
    let (_, envelope) = sealed(state, box_id).await?;
    state.fleet.tell(box_id, ToPlayer::Assigned(envelope));
    Ok(())
}

/// Has a box that came while assignments changed told how they are now, or that it is not believed any more.
pub async fn tell_again(state: &State, box_id: &BoxId) {
    match tell(state, box_id).await {
        Ok(()) => {}
        Err(AssignError::NoBox(_)) => state.fleet.revoke(box_id),
        Err(error) => {
            tracing::error!(r#box.id = %box_id, reason = %error, "a box cannot be told its screens");
            state.fleet.tell(box_id, ToPlayer::Refused(Refusal::Busy { retry_after_ms: AGAIN_MS }));
        }
    }
}

/// What a box is assigned, signed.
///
/// # Errors
/// [`AssignError`].
pub async fn sealed(state: &State, box_id: &BoxId) -> Result<(Assignment, Envelope), AssignError> {
    // The version is read before the screens: a change in between then comes again under its own version.
    let paired = boxes::box_by_id(&state.db, box_id).await?.filter(|paired| paired.unpaired_at.is_none());
    let version = paired.ok_or_else(|| AssignError::NoBox(box_id.clone()))?.assignment_version;
    let (_, screens) = places::screens_of_box(&state.db, box_id.as_str()).await?;
    seal(state, box_id, version, screens.into_iter().map(|screen| (screen.id, screen.zone)).collect())
}

/// Signs an assignment: the screens of a box by name, with their zone.
///
/// # Errors
/// [`AssignError::Document`] when it cannot be written.
pub fn seal(
    state: &State,
    box_id: &BoxId,
    version: u64,
    screens: Vec<(ScreenId, ZoneId)>,
) -> Result<(Assignment, Envelope), AssignError> {
    let document = |error: &dyn std::fmt::Display| AssignError::Document(error.to_string());
    let zone = match screens.first() {
        Some((_, zone)) => zone.clone(),
        None => ZoneId::parse(SPARE).map_err(|error| document(&error))?,
    };
    let screens = screens.into_iter().map(|(screen, _)| screen).collect();
    let assignment = Assignment { box_id: box_id.clone(), epoch: state.keys.charter.epoch, version, zone, screens };
    let envelope = Envelope::seal(&assignment, &state.keys.publish).map_err(|error| document(&error))?;
    Ok((assignment, envelope))
}

async fn raise(tx: &mut Tx<'_>, box_id: &BoxId) -> Result<u64, AssignError> {
    let version = facts::next_version(tx).await?;
    if boxes::raise_assignment(tx, box_id, version).await? {
        return Ok(version);
    }
    Err(AssignError::NoBox(box_id.clone()))
}

#[cfg(test)]
mod tests {
    use anteroom_content::wire::{Trouble, TroubleKind};
    use ed25519_dalek::SigningKey;

    use super::*;
    use crate::db::boxes::NewBox;
    use crate::db::tests::on_each_engine;
    use crate::publish::publish;
    use crate::state::tests::{NOW, furnish, state_on};

    async fn paired(state: &State, name: &str) -> BoxId {
        let new = NewBox {
            id: BoxId::parse(name).expect("name"),
            fingerprint: name.repeat(10),
            signing_key: SigningKey::from_bytes(&[7; 32]).verifying_key(),
            description: "test".into(),
            enrolled_by: "installer".into(),
            enrolled_at: NOW,
        };
        boxes::add(&state.db, &new).await.expect("added");
        new.id
    }

    fn screen(name: &str) -> ScreenId {
        ScreenId::parse(name).expect("name")
    }

    #[tokio::test]
    async fn every_change_raises_the_version_and_a_replaced_box_keeps_its_row() {
        on_each_engine(|db| async move {
            let folder = tempfile::tempdir().expect("a folder");
            let (state, _clock) = state_on(db, folder.path());
            furnish(&state).await;
            let (old, new) = (paired(&state, "box-1").await, paired(&state, "box-2").await);
            let (spare, _) = sealed(&state, &old).await.expect("sealed");
            assert_eq!((spare.version, spare.screens.len()), (0, 0));

            attach(&state, &old, &screen("a-1")).await.expect("attached");
            attach(&state, &old, &screen("a-2")).await.expect("attached");
            let (both, _) = sealed(&state, &old).await.expect("sealed");
            assert_eq!(both.screens, [screen("a-1"), screen("a-2")]);
            attach(&state, &old, &screen("a-2")).await.expect("nothing to do");
            assert_eq!(sealed(&state, &old).await.expect("sealed").0, both, "nothing changed");
            assert!(matches!(attach(&state, &old, &screen("b-1")).await, Err(AssignError::OtherZone { .. })));
            assert!(matches!(attach(&state, &old, &screen("c-1")).await, Err(AssignError::NoScreen(_))));
            assert!(matches!(attach(&state, &new, &screen("a-1")).await, Err(AssignError::Taken { .. })));
            assert!(matches!(replace(&state, &old, &old).await, Err(AssignError::Itself(_))));
            assert!(matches!(replace(&state, &new, &old).await, Err(AssignError::NotSpare(_))));

            replace(&state, &old, &new).await.expect("replaced");
            let (over, _) = sealed(&state, &new).await.expect("sealed");
            assert!(over.screens == both.screens && over.version > both.version);
            assert!(matches!(sealed(&state, &old).await, Err(AssignError::NoBox(_))));
            let row = boxes::box_by_id(&state.db, &old).await.expect("asked").expect("its plays name it");
            assert_eq!(row.unpaired_at, Some(NOW));
            assert_eq!(boxes::boxes(&state.db).await.expect("asked").len(), 1);

            detach(&state, &screen("a-1")).await.expect("detached");
            detach(&state, &screen("a-1")).await.expect("nothing to do");
            unpair(&state, &new).await.expect("unpaired");
            assert!(boxes::boxes(&state.db).await.expect("asked").is_empty());
            assert!(matches!(unpair(&state, &new).await, Err(AssignError::NoBox(_))));
        })
        .await;
    }

    #[tokio::test]
    async fn what_a_box_may_have_and_what_it_told_is_the_same_on_both_engines() {
        on_each_engine(|db| async move {
            let folder = tempfile::tempdir().expect("a folder");
            let (state, _clock) = state_on(db, folder.path());
            furnish(&state).await;
            publish(&state, "editor").await.expect("published");
            let this = paired(&state, "box-1").await;
            attach(&state, &this, &screen("a-1")).await.expect("attached");
            let told = crate::db::publications::current(&state.db).await.expect("asked");
            for zone in told {
                let may = boxes::may_have_part(&state.db, &this, &zone.show).await.expect("asked");
                assert_eq!(may, zone.zone.as_str() == "a");
            }
            let mut tx = state.db.begin().await.expect("begun");
            let stand =
                deliveries::BoxStand { box_id: this.clone(), last_seen_at: Some(NOW), applied: None, link_version: 1 };
            deliveries::note_seen(&mut tx, &[(&stand, "0.1.0", 7)]).await.expect("noted");
            tx.commit().await.expect("noted");
            let seen = boxes::box_by_fingerprint(&state.db, &"box-1".repeat(10)).await.expect("asked").expect("there");
            assert_eq!((seen.last_seen_at, seen.manifest_version), (Some(NOW), 7));
            for n in 0..300 {
                let file = Some(anteroom_content::id::ContentHash::of(&[0, u8::try_from(n % 256).expect("small")]));
                let trouble = Trouble { kind: TroubleKind::File, file, text: format!("{n}") };
                let kept = boxes::note_trouble(&state.db, &this, &trouble, NOW).await.expect("asked");
                assert!(kept, "a known trouble may be told again, however many there are");
            }
            let one_more = Trouble { kind: TroubleKind::Disk, file: None, text: String::new() };
            assert!(!boxes::note_trouble(&state.db, &this, &one_more, NOW).await.expect("asked"));
            assert_eq!(boxes::troubles(&state.db, NOW, 1_000).await.expect("asked").len(), 256);
        })
        .await;
    }
}
