//! `anteroom rehearse`: fills an empty data folder with a network, publishes it once, and writes its boxes to a file.

use std::path::PathBuf;
use std::sync::Arc;

use anteroom_content::clock::System;
use anteroom_content::id::ScreenId;
use anyhow::Context as _;
use clap::Args;

use super::boxes::{self, INSTALLER};
use super::network;
use crate::config::{Config, ConfigArgs};
use crate::db::items::ReviewState;
use crate::db::places::Places;
use crate::db::{self, clinics, facts, items, network as whole, places, playlists};
use crate::open::{Doors, Opened, open};
use crate::publish;
use crate::state::State;

/// The most screens of a rehearsal: half again as many as the largest network planned for.
const SCREENS_MAX: u32 = 50_000;
/// Who approved the items, in the books; nobody can sign in with it.
const REVIEWER: &str = "rehearsal-review";

/// What to rehearse with.
#[derive(Debug, Args)]
pub struct RehearseArgs {
    /// How many screens, each with a box of its own
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=i64::from(SCREENS_MAX)))]
    screens: u32,
    /// Over how many zones they are spread [default: half as many]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=i64::from(SCREENS_MAX)))]
    zones: Option<u32>,
    /// Where the identities of the boxes are written, one JSON line each; whoever reads it can speak for every one of them
    #[arg(long, value_name = "FILE")]
    boxes: PathBuf,
    /// Where the data are.
    #[command(flatten)]
    config: ConfigArgs,
}

/// Makes the network, and says what was made.
///
/// # Errors
/// When the folder holds a network already, the file of boxes is there already, or anything cannot be written.
pub async fn rehearse(args: RehearseArgs) -> anyhow::Result<String> {
    let config = Config::load(&args.config)?;
    let zones = args.zones.unwrap_or(args.screens / 2).clamp(1, args.screens);
    let doors = Doors { console: config.console, phone: config.phone, link: config.link };
    let Opened { state, lock } = open(&config, doors, Arc::new(System)).await?;
    let made = make(&state, &args, zones).await;
    state.db.close().await;
    drop(lock);
    made?;
    Ok(format!(
        "{} screens in {zones} zones, published once; their boxes are in {}",
        args.screens,
        args.boxes.display()
    ))
}

async fn make(state: &State, args: &RehearseArgs, zones: u32) -> anyhow::Result<()> {
    let there = places::places(&state.db).await?;
    anyhow::ensure!(
        there.sites.is_empty() && db::boxes::boxes(&state.db).await?.is_empty(),
        "the data folder holds a network already: a rehearsal needs an empty one, name it with --data"
    );
    let network = network::places(args.screens, zones)?;
    add_programme(state).await?;
    add_network(state, network, &args.boxes).await?;
    publish::publish(state, INSTALLER).await.context("the programmes of the rehearsal")?;
    Ok(())
}

async fn add_programme(state: &State) -> anyhow::Result<()> {
    let now = state.now();
    let programme = network::programme(now)?;
    clinics::save_department(&state.db, &programme.department, 0).await?;
    for (rank, doctor) in (0..).zip(&programme.doctors) {
        clinics::save_doctor(&state.db, doctor, rank).await?;
    }
    for item in &programme.items {
        items::add_item(&state.db, item, ReviewState::Waiting, INSTALLER, now).await?;
        let steps = (ReviewState::Waiting, ReviewState::Approved);
        items::judge_item(&state.db, (&item.id, item.version), steps, REVIEWER, "", now).await?;
    }
    for playlist in &programme.playlists {
        playlists::save_playlist(&state.db, playlist, now).await?;
    }
    for rule in &programme.rules {
        playlists::save_rule(&state.db, rule, now).await?;
    }
    Ok(())
}

async fn add_network(state: &State, network: Places, file: &std::path::Path) -> anyhow::Result<()> {
    let screens: Vec<ScreenId> = network.screens.iter().map(|screen| screen.id.clone()).collect();
    let (keys, file, now) = (state.clone(), file.to_owned(), state.now());
    // Tens of thousands of keys are work for a processor.
    let boxes = tokio::task::spawn_blocking(move || boxes::make(&keys.keys, &screens, &file, now)).await??;
    let mut tx = state.db.begin().await?;
    let version = facts::next_version(&mut tx).await?;
    whole::add_places(&mut tx, &network).await?;
    for (new, screen) in &boxes {
        whole::add_box(&mut tx, new, screen, version).await?;
    }
    tx.commit().await?;
    Ok(())
}
