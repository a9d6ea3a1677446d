//! Publishing on both engines, with the demo hospital's places and rules and cards for its pictures.

use std::sync::Arc;

use anteroom_content::clinic::{Change, Override};
use anteroom_content::clock::{Fixed, HOUR_MS};
use anteroom_content::id::{DoctorId, NetworkId, OverrideId, PlaylistId, ZoneId};
use anteroom_content::item::Face;
use anteroom_content::manifest::Manifest;
use anteroom_content::place::Membership;
use anteroom_content::playlist::{Playlist, Turn, What};
use anteroom_content::schedule::{Target, Where};
use anteroom_content::text::Text;

use super::*;
use crate::db::items::{ReviewState, add_item, judge_item};
use crate::db::tests::on_each_engine;
use crate::db::{Db, clinics, places, playlists, publications};
use crate::demo::data;
use crate::state::State;
use crate::state::tests::{NOW, state_on};

async fn hospital(db: Db, folder: &std::path::Path) -> (State, Arc<Fixed>) {
    let (state, clock) = state_on(db, folder);
    let demo = data::read().expect("the demo's data");
    let today = data::date_of(NOW).expect("a date");
    for site in &demo.sites {
        places::save_site(&state.db, site).await.expect("saved");
    }
    for building in &demo.buildings {
        places::save_building(&state.db, building).await.expect("saved");
    }
    for zone in &demo.zones {
        places::save_zone(&state.db, zone).await.expect("saved");
    }
    for screen in &demo.screens {
        places::save_screen(&state.db, screen).await.expect("saved");
    }
    for (rank, department) in (0..).zip(&demo.departments) {
        clinics::save_department(&state.db, department, rank).await.expect("saved");
    }
    for (rank, doctor) in (0..).zip(&demo.doctors) {
        clinics::save_doctor(&state.db, doctor, rank).await.expect("saved");
    }
    for item in &demo.items {
        let item = item.dated(NOW, Face::Card).expect("dated");
        add_item(&state.db, &item, ReviewState::Waiting, "maker", NOW).await.expect("saved");
        let steps = (ReviewState::Waiting, ReviewState::Approved);
        assert!(judge_item(&state.db, (&item.id, 1), steps, "checker", "", NOW).await.expect("judged"));
    }
    for playlist in &demo.playlists {
        playlists::save_playlist(&state.db, playlist, NOW).await.expect("saved");
    }
    for rule in &demo.rules {
        playlists::save_rule(&state.db, &rule.dated(today).expect("dated"), NOW).await.expect("saved");
    }
    (state, clock)
}

async fn shorten(state: &State, playlist: &str) {
    let id = PlaylistId::parse(playlist).expect("name");
    let all = playlists::playlists(&state.db).await.expect("read");
    let mut list = all.into_iter().find(|list| list.id == id).expect("of the demo");
    list.turns.truncate(1);
    playlists::save_playlist(&state.db, &list, state.now()).await.expect("saved");
}

#[tokio::test]
async fn a_change_reaches_its_own_zones_alone_and_takes_over_at_an_item_boundary() {
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, clock) = hospital(db, folder.path()).await;
        let first = publish(&state, "maker").await.expect("published");
        assert_eq!(first.preview.zones.len(), 23);
        assert_eq!(first.preview.screens.len(), 43);
        assert_eq!(state.meters.signed(), 23, "once for each zone, and not for each of its screens");
        assert!(matches!(publish(&state, "maker").await, Err(PublishError::Nothing)));

        shorten(&state, "emergency").await;
        let emergency = ZoneId::parse("Z16").expect("name");
        assert_eq!(preview(&state).await.expect("previewed").zones, std::slice::from_ref(&emergency));
        clock.set(NOW.plus_ms(4_321));
        let second = publish(&state, "maker").await.expect("published");
        assert_eq!(state.meters.signed(), 24, "for the zone that changed, and no other");
        assert!(second.version > first.version);
        assert!(second.effective_at > state.now(), "what is on the air is not cut");
        let told = publications::current(&state.db).await.expect("read");
        for zone in &told {
            let version = if zone.zone == emergency { second.version } else { first.version };
            assert_eq!(zone.version, version, "{}", zone.zone);
            let manifest: Manifest = zone.envelope.open(&state.keys.publish.verifying_key()).expect("signed");
            assert_eq!((manifest.version, manifest.show.hash), (zone.version, zone.show));
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_publication_can_be_taken_back_and_then_the_one_before_it() {
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, _clock) = hospital(db, folder.path()).await;
        publish(&state, "maker").await.expect("published");
        let emergency = ZoneId::parse("Z16").expect("name");
        let show = |told: Vec<publications::ZonePublication>| {
            told.into_iter().find(|zone| zone.zone == emergency).expect("told").show
        };
        let before = show(publications::current(&state.db).await.expect("read"));
        shorten(&state, "emergency").await;
        let changed = publish(&state, "maker").await.expect("published");
        let undone = undo(&state, "maker").await.expect("taken back");
        assert!(undone.version > changed.version, "a player never goes back in versions");
        assert_eq!(undone.preview.zones, std::slice::from_ref(&emergency));
        assert_eq!(show(publications::current(&state.db).await.expect("read")), before);
        assert_eq!(
            preview(&state).await.expect("previewed").zones,
            std::slice::from_ref(&emergency),
            "the draft keeps the change"
        );
        assert!(matches!(undo(&state, "maker").await, Err(PublishError::NothingToUndo)), "the first one stays");
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_clinic_goes_past_the_draft_and_leaves_the_show_as_it_is() {
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, clock) = hospital(db, folder.path()).await;
        publish(&state, "maker").await.expect("published");
        let before = publications::current(&state.db).await.expect("read");
        shorten(&state, "internal").await;
        clock.set(NOW.plus_ms(60_000));
        let stop = Override {
            id: OverrideId::parse("o1").expect("name"),
            doctor: DoctorId::parse("D04").expect("name"),
            date: data::date_of(NOW).expect("a date"),
            half: None,
            change: Change::Stopped { substitute: None },
            reason: Text::default(),
            made_at: state.now(),
        };
        clinics::add_override(&state.db, &stop, "clinic").await.expect("entered");
        let told = refresh_clinics(&state, "clinic").await.expect("told");
        let after = publications::current(&state.db).await.expect("read");
        let changed: Vec<_> = before.iter().zip(&after).filter(|(b, a)| b.clinic != a.clinic).collect();
        assert_eq!(changed.len(), told);
        assert!(changed.iter().any(|(_, a)| a.zone.as_str() == "Z04"), "the endocrinology waiting room");
        assert!(!changed.iter().any(|(_, a)| a.zone.as_str() == "Z03"), "but not the cardiology one");
        for (b, a) in before.iter().zip(&after) {
            assert_eq!((b.show, b.effective_at), (a.show, a.effective_at), "{}: the draft stays where it is", a.zone);
        }
        assert_eq!(refresh_clinics(&state, "clinic").await.expect("told"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_zone_is_told_the_lists_of_its_own_networks_alone() {
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, _clock) = hospital(db, folder.path()).await;
        let network = |id: &str| NetworkId::parse(id).expect("name");
        let mut rule = playlists::rules(&state.db).await.expect("read").remove(0);
        // Wherever it aimed before, the networks of the zones are about to change.
        rule.target = Target { places: vec![Where::Everywhere], except: Vec::new() };
        playlists::save_rule(&state.db, &rule, NOW).await.expect("saved");
        let all = playlists::playlists(&state.db).await.expect("read");
        let mut base = all.iter().find(|list| list.id == rule.playlist).expect("there").clone();
        for id in ["ours", "theirs"] {
            let turns = base.turns.iter().filter(|turn| turn.item().is_some()).take(1).cloned().collect();
            let list = Playlist::new(PlaylistId::parse(id).expect("name"), Text::new(id, id), turns);
            let list = Playlist { network: Some(network(&format!("net-{id}"))), ..list };
            playlists::save_playlist(&state.db, &list, NOW).await.expect("saved");
        }
        base.turns = vec![Turn { what: What::OwnNetworks(true), ..base.turns.remove(0) }];
        playlists::save_playlist(&state.db, &base, NOW).await.expect("saved");
        let mut draft = draft(&state).await.expect("read");
        for zone in &mut draft.places.zones {
            zone.networks = vec![Membership { network: network("net-ours"), weight: 1 }];
        }
        let parts = compose(&draft, &state.phone_address, NOW).expect("composed");
        let of_rule = parts.iter().filter(|zone| zone.show.rules.iter().any(|one| one.id == rule.id));
        let holds = |zone: &ZoneParts, id: &str| zone.show.playlists.iter().any(|list| list.id.as_str() == id);
        let of_rule: Vec<_> = of_rule.collect();
        assert!(!of_rule.is_empty());
        assert!(of_rule.iter().all(|zone| holds(zone, "ours") && !holds(zone, "theirs")));
        assert!(!parts.iter().any(|zone| holds(zone, "theirs")));
    })
    .await;
}

#[tokio::test]
async fn the_outlook_tells_what_each_screen_would_show_otherwise_and_what_looks_wrong() {
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, clock) = hospital(db, folder.path()).await;
        let first = outlook(&state, HOUR_MS).await.expect("looked at");
        assert_eq!(first.zones.len(), 23);
        assert!(!first.is_blocked(), "{:?}", first.problems);
        let everywhere = first.zones.iter().flat_map(|zone| &zone.screens);
        assert!(everywhere.clone().all(|screen| screen.changed_ms == HOUR_MS), "nothing was told to any screen yet");
        publish(&state, "maker").await.expect("published");
        assert!(outlook(&state, HOUR_MS).await.expect("looked at").zones.is_empty(), "nothing would change");

        shorten(&state, "emergency").await;
        clock.set(NOW.plus_ms(4_321));
        let told = outlook(&state, HOUR_MS).await.expect("looked at");
        let [zone] = told.zones.as_slice() else { panic!("one zone: {told:?}") };
        assert_eq!(zone.zone.as_str(), "Z16");
        assert!(zone.takeover > state.now(), "what is on the air is not cut");
        assert!(zone.screens.iter().all(|screen| screen.changed_ms > 0 && screen.differences_left_out == 0));
        for screen in &zone.screens {
            let spells = screen.spells.iter();
            let sums = (spells.clone().map(|one| one.changed_ms).sum(), spells.map(|one| one.changes).sum());
            assert_eq!(sums, (screen.changed_ms, screen.differences.len()), "spells leave nothing out");
        }
        let earliest = zone.screens.iter().filter_map(|screen| screen.differences.first()).map(|d| d.from).min();
        assert!(earliest >= Some(zone.takeover), "nothing changes before");
        let published = publish(&state, "maker").await.expect("published");
        assert_eq!(published.effective_at, zone.takeover, "publishing does what was told");
        let timeline = timeline(&state, &zone.zone, state.now()).await.expect("read");
        let at = zone.takeover.plus_ms(HOUR_MS);
        assert_eq!(timeline.zone_cue(at), zone.after.zone_cue(at));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_told_and_not_published() {
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, _clock) = hospital(db, folder.path()).await;
        let mut rule = playlists::rules(&state.db).await.expect("read").remove(0);
        rule.window.first = data::date_of(NOW).ok();
        rule.window.last = rule.window.first.map(|first| first.yesterday().expect("a date"));
        playlists::save_rule(&state.db, &rule, NOW).await.expect("saved");
        assert!(outlook(&state, HOUR_MS).await.expect("looked at").is_blocked());
        let refused = publish(&state, "maker").await.expect_err("refused").to_string();
        assert!(refused.contains("correct one of them"), "{refused}");
        assert!(publications::current(&state.db).await.expect("read").is_empty());
    })
    .await;
}
