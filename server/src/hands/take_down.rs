//! Taking screens down (立即撤下) and putting them back: a state, kept on the disk, counted out over the screens there are, and told to
//! every box that drives one of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anteroom_content::id::ScreenId;
use anteroom_content::wire::ToPlayer;

use super::{Scope, TakeDown};
use crate::db::{DbResult, places, take_downs};
use crate::state::State;

/// What is down now, in memory: boxes come by thousands, and each asks.
#[derive(Debug, Default)]
pub struct Down {
    by_screen: Mutex<HashMap<ScreenId, Arc<TakeDown>>>,
    /// One count at a time: one that read the disk earlier must not win over one that read it later.
    counting: tokio::sync::Mutex<()>,
}

impl Down {
    /// A poisoned lock only says that a thread ended while it held it; the map is whole.
    fn map(&self) -> MutexGuard<'_, HashMap<ScreenId, Arc<TakeDown>>> {
        self.by_screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What took a screen down: where several did, the one of the widest reach.
    #[must_use]
    pub fn of(&self, screen: &ScreenId) -> Option<Arc<TakeDown>> {
        self.map().get(screen).cloned()
    }

    /// Which of some screens are down.
    #[must_use]
    pub fn among(&self, screens: &[ScreenId]) -> Vec<ScreenId> {
        let map = self.map();
        screens.iter().filter(|screen| map.contains_key(*screen)).cloned().collect()
    }

    /// Every screen that is down.
    #[must_use]
    pub fn all(&self) -> HashMap<ScreenId, Arc<TakeDown>> {
        self.map().clone()
    }

    /// Nothing is down.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map().is_empty()
    }
}

/// Takes screens down. True where they were not down in this very scope already; boxes are told either way.
///
/// # Errors
/// [`crate::db::DbError`] when it cannot be kept: then no box is told.
pub async fn take_down(state: &State, scope: &Scope, account: &str, reason: &str) -> DbResult<bool> {
    let is_new = take_downs::add(&state.db, scope, account, reason, state.now()).await?;
    recount(state).await?;
    Ok(is_new)
}

/// Puts screens back that were taken down in this very scope; false where none were.
///
/// # Errors
/// [`crate::db::DbError`] when it cannot be kept: then no box is told.
pub async fn put_back(state: &State, scope: &Scope, account: &str) -> DbResult<bool> {
    let was_down = take_downs::end(&state.db, scope, account, state.now()).await?;
    recount(state).await?;
    Ok(was_down)
}

/// Counts out anew which screens are down, and tells the boxes of those for which that changed.
///
/// # Errors
/// [`crate::db::DbError`] when the database does not answer.
pub async fn recount(state: &State) -> DbResult<()> {
    let _alone = state.hands.down.counting.lock().await;
    let holding = take_downs::holding(&state.db).await?;
    if holding.is_empty() && state.hands.down.is_empty() {
        return Ok(());
    }
    let places = places::places(&state.db).await?;
    let mut down = HashMap::new();
    let width = |scope: &Scope| match scope {
        Scope::Screen(_) => 0,
        Scope::Zone(_) => 1,
        Scope::Site(_) => 2,
    };
    for one in holding.into_iter().map(Arc::new) {
        for screen in places.screens.iter().filter(|screen| one.scope.holds(screen, &places)) {
            let known = down.entry(screen.id.clone()).or_insert_with(|| Arc::clone(&one));
            if width(&one.scope) > width(&known.scope) {
                *known = Arc::clone(&one);
            }
        }
    }
    let before = std::mem::replace(&mut *state.hands.down.map(), down.clone());
    let changed =
        before.keys().filter(|id| !down.contains_key(*id)).chain(down.keys().filter(|id| !before.contains_key(*id)));
    for screen in changed {
        tell_of(state, screen);
    }
    state.fleet.note_change();
    Ok(())
}

/// Tells the box of a screen what is down of it. Whoever holds its conversation asks this room then, so that words that
/// overtake each other say the same.
pub fn tell_of(state: &State, screen: &ScreenId) {
    if let Some(seen) = state.fleet.box_of(screen) {
        state.fleet.tell(&seen.box_id, ToPlayer::TakenDown { screens: Vec::new() });
    }
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::Instant;

    use super::*;
    use crate::db::tests::on_each_engine;
    use crate::state::tests::{furnish, state_on};

    fn scope(text: &str) -> Scope {
        text.parse().expect("a scope")
    }

    #[tokio::test]
    async fn a_site_that_is_down_holds_screens_that_were_put_back_alone_and_survives_the_server() {
        on_each_engine(|db| async move {
            let folder = tempfile::tempdir().expect("a folder");
            let (state, _) = state_on(db.clone(), folder.path());
            furnish(&state).await;
            let down = |state: &State| {
                let mut down: Vec<_> = state.hands.down.all().into_keys().map(|id| id.to_string()).collect();
                down.sort();
                down
            };
            assert!(take_down(&state, &scope("screen:a-1"), "anna", "wrong").await.expect("taken"));
            assert_eq!(down(&state), ["a-1"]);
            assert!(take_down(&state, &scope("site:h"), "ben", "all of it").await.expect("taken"));
            assert!(!take_down(&state, &scope("site:h"), "anna", "again").await.expect("asked"));
            assert_eq!(down(&state), ["a-1", "a-2", "b-1"]);
            assert!(put_back(&state, &scope("screen:a-1"), "anna").await.expect("put back"));
            assert_eq!(down(&state), ["a-1", "a-2", "b-1"], "the site holds it");
            let by = state.hands.down.of(&ScreenId::parse("a-1").expect("a name")).expect("down");
            assert_eq!((by.account.as_str(), by.reason.as_str()), ("ben", "all of it"));

            let (again, _) = state_on(db.clone(), folder.path());
            recount(&again).await.expect("counted");
            assert_eq!(down(&again), ["a-1", "a-2", "b-1"], "a server that starts anew knows");
            assert!(put_back(&again, &scope("site:h"), "anna").await.expect("put back"));
            assert!(!put_back(&again, &scope("site:h"), "anna").await.expect("asked"));
            assert_eq!(down(&again), Vec::<String>::new());
            let told = take_downs::between(&db, Instant(0), Instant(i64::MAX)).await.expect("asked");
            assert!(told.len() == 2 && told.iter().all(|one| one.until.is_some()), "{told:?}");
        })
        .await;
    }
}
