//! `anteroom calendar`: what is asked on the command line, and the text that answers it.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anteroom_content::clock::{Clock, System};
use anteroom_content::id::SiteId;
use anteroom_content::schedule::calendar::import::{self, FILE_BYTES_MAX, Import, Warning};
use anteroom_content::schedule::calendar::{Difference, weekday_name};
use anteroom_content::schedule::{Calendar, SpecialDay};
use anyhow::Context as _;
use clap::Subcommand;
use jiff::civil::Date;
use serde_json::json;

use super::bring::Prepared;
use crate::config::{Config, ConfigArgs};
use crate::db::{self, Db};
use crate::open::{Doors, OpenError, database_file, open};
use crate::publish;

/// What may be asked of the calendar.
#[derive(Debug, Subcommand)]
pub enum CalendarCommand {
    /// Bring a year's holiday notice (JSON) or an iCalendar file in; the form is seen from its content
    Import {
        /// The file
        file: PathBuf,
        /// For this site alone, by its code [default: every site]
        #[arg(long)]
        site: Option<SiteId>,
        /// Say what would change, and change nothing; works while the server runs
        #[arg(long)]
        dry_run: bool,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
        /// Where the server's data are.
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Say what a day is, and why
    Day {
        /// The day, as in 2026-10-01
        date: Date,
        /// At this site, by its code [default: in general]
        #[arg(long)]
        site: Option<SiteId>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
        /// Where the server's data are.
        #[command(flatten)]
        config: ConfigArgs,
    },
}

/// Does what was asked, and answers with the text to print.
///
/// # Errors
/// When the file, the site or the data folder cannot be used; nothing was changed then.
pub async fn run(command: CalendarCommand) -> anyhow::Result<String> {
    match command {
        CalendarCommand::Import { file, site, dry_run, json, config } => {
            let import = import::read(&read(&file)?).with_context(|| file.display().to_string())?;
            let config = Config::load(&config)?;
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let told = if dry_run {
                dry(&config, import, &name, site.as_ref()).await?
            } else {
                bring(&config, import, &name, site.as_ref()).await?
            };
            Ok(if json { told.json().to_string() } else { told.words() })
        }
        CalendarCommand::Day { date, site, json, config } => {
            let db = existing(&Config::load(&config)?).await?;
            let calendar = db::calendar::calendar(&db, &date.to_string()).await?;
            db.close().await;
            let calendar = site.map_or(calendar.clone(), |site| calendar.of_site(&site));
            Ok(if json { day_json(&calendar, date).to_string() } else { day_words(&calendar, date) })
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(FILE_BYTES_MAX)? + 1;
    std::fs::File::open(file)
        .and_then(|opened| opened.take(limit).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read {}", file.display()))?;
    Ok(bytes)
}

/// The database of a house that is there already: a slip in the folder's name must not make a second one.
async fn existing(config: &Config) -> anyhow::Result<Db> {
    if let Some(url) = &config.database {
        return Ok(Db::open_postgres(url).await?);
    }
    let file = database_file(&config.data);
    anyhow::ensure!(
        file.is_file(),
        "there is no hospital in {}: name the server's folder with --data",
        config.data.display()
    );
    Ok(Db::open_sqlite(&file).await?)
}

async fn dry(config: &Config, import: Import, file: &str, site: Option<&SiteId>) -> anyhow::Result<Told> {
    let db = existing(config).await?;
    let warnings = import.warnings.clone();
    let prepared = Prepared::of(&db, import, file, site).await?;
    let difference = prepared.difference(&db).await?;
    db.close().await;
    Ok(Told { prepared, difference, warnings, zones: None })
}

async fn bring(config: &Config, import: Import, file: &str, site: Option<&SiteId>) -> anyhow::Result<Told> {
    existing(config).await?.close().await;
    let doors = Doors { console: config.console, phone: config.phone, link: config.link };
    let opened = match open(config, doors, Arc::new(System)).await {
        Ok(opened) => opened,
        Err(OpenError::InUse(folder)) => anyhow::bail!(
            "the server of {folder} is running: bring the file in at the console, page Calendar, or stop the server first \
             (with --dry-run this command works meanwhile)"
        ),
        Err(error) => return Err(error.into()),
    };
    let state = &opened.state;
    let warnings = import.warnings.clone();
    let prepared = Prepared::of(&state.db, import, file, site).await?;
    let difference = prepared.difference(&state.db).await?;
    prepared.bring_in(&state.db, System.now()).await?;
    let zones = publish::refresh_clinics(state, BY).await?;
    state.db.close().await;
    Ok(Told { prepared, difference, warnings, zones: Some(zones) })
}

/// Who told the screens, in the books.
const BY: &str = "command-line";

/// What an import did or would do.
pub(super) struct Told {
    pub(super) prepared: Prepared,
    pub(super) difference: Difference,
    pub(super) warnings: Vec<Warning>,
    /// How many zones were told of their clinics; none when nothing was written.
    pub(super) zones: Option<usize>,
}

impl Told {
    /// For people.
    pub(super) fn words(&self) -> String {
        let Difference { added, changed, unchanged, kept } = &self.difference;
        let mut words = format!("{}\n", self.prepared.source);
        let mut line = |what: &str, day: &SpecialDay, more: &str| {
            let _ = writeln!(words, "{what:<9} {}{more}", told(day));
        };
        for day in added {
            line("added", day, "");
        }
        for (before, after) in changed {
            line("changed", after, &format!("  (was: {}, {})", before.kind.name().en, before.name.zh));
        }
        for day in kept {
            line("kept", day, "  (not in the file)");
        }
        for warning in &self.warnings {
            let _ = writeln!(words, "warning   {}", warning.say().en);
        }
        let years: Vec<_> = self.prepared.years.iter().map(ToString::to_string).collect();
        if !years.is_empty() {
            let _ = writeln!(words, "notice of {}", years.join(", "));
        }
        let _ = writeln!(words, "{} added, {} changed, {} unchanged", added.len(), changed.len(), unchanged.len());
        match self.zones {
            None => words.push_str("dry run: nothing was written"),
            Some(zones) => {
                let _ = write!(words, "clinics told to {zones} zones; rules follow with the next publication");
            }
        }
        words
    }

    /// For programs.
    pub(super) fn json(&self) -> serde_json::Value {
        let Difference { added, changed, unchanged, kept } = &self.difference;
        let changed: Vec<_> = changed.iter().map(|(was, is)| json!({ "was": was, "is": is })).collect();
        json!({
            "source": self.prepared.source,
            "years": self.prepared.years,
            "added": added,
            "changed": changed,
            "unchanged": unchanged,
            "kept": kept,
            "warnings": self.warnings.iter().map(Warning::say).collect::<Vec<_>>(),
            "is_written": self.zones.is_some(),
            "zones_told": self.zones.unwrap_or_default(),
        })
    }
}

fn told(day: &SpecialDay) -> String {
    let name = if day.name.en.is_empty() { day.name.zh.clone() } else { format!("{} / {}", day.name.zh, day.name.en) };
    let site = day.site.as_ref().map(|site| format!("  at {site}")).unwrap_or_default();
    format!("{}  {}  {name}{site}", day.date, day.kind.name().en)
}

/// What a day is, in both languages.
pub(super) fn day_words(calendar: &Calendar, date: Date) -> String {
    let day = calendar.day(date);
    let (own, kind, why, follows) =
        (weekday_name(date.weekday()), day.kind.name(), day.why(), weekday_name(day.weekday));
    format!(
        "{date} {} {}\n{}  {}\n{}\nplan of {} {}",
        own.zh,
        own.en,
        kind.zh,
        why.zh,
        format_args!("{}  {}", kind.en, why.en),
        follows.zh,
        follows.en
    )
}

/// The same for programs.
pub(super) fn day_json(calendar: &Calendar, date: Date) -> serde_json::Value {
    let day = calendar.day(date);
    json!({
        "date": date,
        "site": calendar.site(),
        "kind": day.kind,
        "weekday": day.weekday.to_monday_one_offset(),
        "is_worked": day.kind.is_worked(),
        "is_published": day.is_published,
        "special": day.special,
        "why": day.why(),
    })
}
