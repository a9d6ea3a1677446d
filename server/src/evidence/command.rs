//! What is asked on the command line, and the text that answers it.

use std::path::PathBuf;
use std::sync::Arc;

use anteroom_content::clock::{Clock, System};
use anteroom_content::play::Print;
use anteroom_content::trust::PublicKey;
use clap::{Args, Subcommand};

use super::ask::Asked;
use super::gather::gather;
use super::out::Out;
use super::sheet::Sheet;
use super::{at, print, words};
use crate::config::Config;
use crate::plan::{Answer, House, Lang, Told};

/// What may be asked about plays.
#[derive(Debug, Subcommand)]
pub enum PlaysCommand {
    /// Write plays to a file for spreadsheets, to a signed bundle that proves them to a stranger, or to both
    #[command(after_help = "Examples:
  anteroom plays export --from 2026-11-01 --to 2026-11-30 --csv november.csv
  anteroom plays export --from yesterday --screen Z03-1 --evidence z03.evidence
  anteroom plays export --from 2026-11-01 --to 2026-11-30 --campaign flu-2026 --csv flu.csv --evidence flu.evidence

Whoever has the root's public key (anteroom trust show --json) checks a bundle without this server: anteroom verify.")]
    Export {
        /// What is asked for.
        #[command(flatten)]
        asked: Asked,
        /// A line a play, for spreadsheets; nothing may be there yet
        #[arg(long, value_name = "FILE", required_unless_present = "evidence")]
        csv: Option<PathBuf>,
        /// What the boxes signed, with all that is needed to check it; nothing may be there yet
        #[arg(long, value_name = "FILE")]
        evidence: Option<PathBuf>,
        /// How it is answered.
        #[command(flatten)]
        answer: Answer,
    },
    /// Say what was on a screen at a moment, or what is known instead
    #[command(after_help = "Examples:
  anteroom plays at --screen Z03-1 --at 10:03
  anteroom plays at --screen Z03-1 --at 2026-11-25T10:03:20 --lang zh")]
    At {
        /// The screen, by its code
        #[arg(long, value_name = "SCREEN")]
        screen: String,
        /// `now`, `09:05` today, or `2026-11-25T09:05`, by the site's own clocks
        #[arg(long, value_name = "TIME")]
        at: String,
        /// How it is answered.
        #[command(flatten)]
        answer: Answer,
    },
    /// Take the print of a picture, and hold the print of a play against it: offline, without a data folder
    #[command(after_help = "Examples:
  anteroom plays print poster.png
  anteroom plays print poster.png --against 0f1e2d3c4b5a6978@1034

The print of a play is in its line of an export and in `anteroom plays at`; what follows the @ is how many milliseconds the item
had stood when its picture was taken.")]
    Print {
        /// The picture: PNG, JPEG or WebP
        picture: PathBuf,
        /// The print of a play
        #[arg(long, value_name = "PRINT")]
        against: Option<Print>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
        /// In which language the words are
        #[arg(long, value_enum, default_value_t = Lang::En)]
        lang: Lang,
    },
}

/// A bundle that is checked.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The bundle
    bundle: PathBuf,
    /// The root's public key, 64 hexadecimal digits, from somebody you believe
    #[arg(long, value_name = "PUBLIC_KEY")]
    root: String,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
    /// In which language the words are
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

/// Answers by the wall clock.
///
/// # Errors
/// When the data folder cannot be read, a file cannot be written, or something that was named is not there.
pub async fn run(command: PlaysCommand) -> anyhow::Result<String> {
    answer(command, Arc::new(System)).await
}

/// Answers by any clock.
pub(super) async fn answer(command: PlaysCommand, clock: Arc<dyn Clock>) -> anyhow::Result<String> {
    match command {
        PlaysCommand::Export { asked, csv, evidence, answer } => {
            let house = House::open(&Config::load(&answer.config)?, clock).await?;
            let told = export(&house, &asked, (csv, evidence), &answer).await;
            house.close().await;
            told
        }
        PlaysCommand::At { screen, at: time, answer } => {
            let house = House::open(&Config::load(&answer.config)?, clock).await?;
            let told = at::at(&house, &screen, &time).await;
            house.close().await;
            let told = told?;
            Ok(if answer.json { told.json().to_string() } else { told.words(answer.lang.language()) })
        }
        PlaysCommand::Print { picture, against, json, lang } => {
            let printed = print::print(&picture, against)?;
            Ok(if json { printed.json().to_string() } else { printed.words(lang.language()) })
        }
    }
}

async fn export(
    house: &House,
    asked: &Asked,
    (csv, evidence): (Option<PathBuf>, Option<PathBuf>),
    answer: &Answer,
) -> anyhow::Result<String> {
    let language = answer.lang.language();
    let head = asked.head(house).await?;
    let sheet = match &csv {
        Some(path) => Some(Sheet::begin(house, &head, path, language).await?),
        None => None,
    };
    let mut out = Out::begin(&head, evidence.as_deref(), sheet)?;
    let written = gather(house, &head, &mut out).await?;
    let (evidence_bytes, csv_bytes) = out.finish(&house.state)?;
    let files = [(csv, csv_bytes), (evidence, evidence_bytes)];
    Ok(if answer.json {
        words::written_json(written, &files).to_string()
    } else {
        words::written(written, &files, &house.state.keys.charter.root, language)
    })
}

/// Checks a bundle: what it proves, or why it proves nothing.
///
/// # Errors
/// When the file cannot be read or the key is none.
pub fn verify(args: &VerifyArgs) -> anyhow::Result<Told> {
    let root = PublicKey::parse(&args.root)?;
    let language = args.lang.language();
    Ok(match super::verify::verify(&args.bundle, root)? {
        Ok(verdict) => {
            let told = words::Proven { verdict: &verdict, root };
            let text = if args.json { told.json().to_string() } else { told.words(language) };
            Told { text, is_well: true }
        }
        Err(fault) => Told { text: words::fault(&fault, language, args.json), is_well: false },
    })
}
