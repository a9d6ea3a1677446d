//! Loads the demo hospital into an empty database, and publishes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anteroom_content::clock::Instant;
use anteroom_content::item::{Captions, Face, MediaFile};
use anyhow::Context as _;

use super::data::{self, DemoData, DemoFace};
use super::make;
use crate::db::items::{LibraryFile, ReviewState};
use crate::db::{calendar, campaigns, clinics, facts, items, places, playlists};
use crate::library::{Library, movie_facts};
use crate::publish;
use crate::state::State;

/// Who made the demo's items, in the books; nobody can sign in with it.
const MAKER: &str = "demo";
/// Who approved them.
const REVIEWER: &str = "demo-review";
/// The fact that says the demo is in the database.
const LOADED: &str = "demo_loaded_at";

/// Makes the media where they are not yet made, and fills an empty database; a second run changes nothing.
///
/// # Errors
/// When a tool is missing, the disk fails, or the database already holds another hospital.
pub async fn load(state: &State, media: &Path) -> anyhow::Result<()> {
    if facts::fact(&state.db, LOADED).await?.is_some() {
        return Ok(());
    }
    let there = places::places(&state.db).await?;
    anyhow::ensure!(
        there.sites.is_empty(),
        "the data folder already holds a hospital ({}): the demo needs a folder of its own, name one with --data",
        there.sites.iter().map(|site| site.name.zh.as_str()).collect::<Vec<_>>().join(", ")
    );
    tracing::info!("making the demo's pictures and movies; this takes a minute, once");
    let folder = media.to_owned();
    let made = tokio::task::spawn_blocking(move || make::make_embedded_media(&folder)).await??;
    let demo = data::read()?;
    let now = state.now();
    let files = keep_files(state, made.files).await?;
    save_places(state, &demo).await?;
    save_clinics(state, &demo, now).await?;
    save_items(state, &demo, &files, now).await?;
    for playlist in &demo.playlists {
        playlists::save_playlist(&state.db, playlist, now).await?;
    }
    let today = data::date_of(now)?;
    for rule in &demo.rules {
        playlists::save_rule(&state.db, &rule.dated(today)?, now).await?;
    }
    for campaign in &demo.campaigns {
        campaigns::save_campaign(&state.db, &campaign.dated(today)?, now).await?;
    }
    publish::publish(state, MAKER).await.context("the demo programmes")?;
    facts::set_fact(&state.db, LOADED, &now.0.to_string()).await?;
    tracing::info!(screens = demo.screens.len(), items = demo.items.len(), "the demo hospital is loaded");
    Ok(())
}

/// Files of the library by the name the demo's data call them.
type Files = BTreeMap<String, LibraryFile>;

async fn keep_files(state: &State, made: Vec<PathBuf>) -> anyhow::Result<Files> {
    let library = Library::of(&state.data);
    let mut files = Files::new();
    for path in made {
        let file = keep_file(&library, &path).await?;
        items::add_library_file(&state.db, &file, MAKER, state.now()).await?;
        files.insert(file.name.clone(), file);
    }
    Ok(files)
}

async fn keep_file(library: &Library, path: &Path) -> anyhow::Result<LibraryFile> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let (sort, width_px, height_px, duration_ms) = match ending {
        "mp4" => {
            let facts = movie_facts(path).await?;
            ("movie", facts.width, facts.height, facts.duration_ms)
        }
        "vtt" => ("captions", 0, 0, 0),
        _ => {
            let (width, height) = image::image_dimensions(path)?;
            ("picture", width, height, 0)
        }
    };
    let (library, path) = (library.clone(), path.to_owned());
    let kept = tokio::task::spawn_blocking(move || {
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok::<_, anyhow::Error>((library.keep(&bytes)?, u64::try_from(bytes.len())?))
    });
    let (hash, size_bytes) = kept.await??;
    Ok(LibraryFile { hash, name, sort: sort.to_owned(), size_bytes, width_px, height_px, duration_ms })
}

async fn save_places(state: &State, demo: &DemoData) -> anyhow::Result<()> {
    for city in &demo.cities {
        places::save_city(&state.db, city).await?;
    }
    for network in &demo.networks {
        places::save_network(&state.db, network).await?;
    }
    for site in &demo.sites {
        places::save_site(&state.db, site).await?;
    }
    for building in &demo.buildings {
        places::save_building(&state.db, building).await?;
    }
    for zone in &demo.zones {
        places::save_zone(&state.db, zone).await?;
    }
    for screen in &demo.screens {
        places::save_screen(&state.db, screen).await?;
    }
    Ok(())
}

async fn save_clinics(state: &State, demo: &DemoData, now: Instant) -> anyhow::Result<()> {
    let today = data::date_of(now)?;
    for (rank, department) in (0..).zip(&demo.departments) {
        clinics::save_department(&state.db, department, rank).await?;
    }
    for (rank, doctor) in (0..).zip(&demo.doctors) {
        clinics::save_doctor(&state.db, doctor, rank).await?;
    }
    for change in &demo.overrides {
        clinics::add_override(&state.db, &change.dated(today, now)?, MAKER).await?;
    }
    let days: Vec<_> = demo.days.iter().map(|day| day.dated(today)).collect::<Result<_, _>>()?;
    calendar::save_days(&state.db, &days).await?;
    Ok(())
}

async fn save_items(state: &State, demo: &DemoData, files: &Files, now: Instant) -> anyhow::Result<()> {
    for item in &demo.items {
        let item = item.dated(now, face(&item.face, files)?)?;
        items::add_item(&state.db, &item, ReviewState::Waiting, MAKER, now).await?;
        let steps = (ReviewState::Waiting, ReviewState::Approved);
        items::judge_item(&state.db, (&item.id, item.version), steps, REVIEWER, "", now).await?;
    }
    Ok(())
}

fn face(face: &DemoFace, files: &Files) -> anyhow::Result<Face> {
    let file = |name: &String| files.get(name).with_context(|| format!("the demo has no file `{name}`"));
    let picture = |name: &String| {
        file(name).map(|file| MediaFile {
            hash: file.hash,
            size_bytes: file.size_bytes,
            width_px: file.width_px,
            height_px: file.height_px,
        })
    };
    Ok(match face {
        DemoFace::Picture { shapes } => {
            Face::Picture { shapes: shapes.iter().map(picture).collect::<anyhow::Result<_>>()? }
        }
        DemoFace::Movie { file: movie, poster, captions } => Face::Movie {
            file: picture(movie)?,
            duration_ms: file(movie)?.duration_ms,
            captions: captions
                .iter()
                .map(|captions| {
                    let track = file(&captions.file)?;
                    Ok(Captions { language: captions.language.clone(), hash: track.hash, size_bytes: track.size_bytes })
                })
                .collect::<anyhow::Result<_>>()?,
            poster: Some(picture(poster)?),
        },
    })
}
