//! What may be asked of the plan, and who answers.

use std::sync::Arc;

use anteroom_content::clock::{Clock, System};
use anteroom_content::text::Language;
use clap::{Args, Subcommand, ValueEnum};

use super::house::House;
use super::{day, delivery, diff, forecast, why};
use crate::config::{Config, ConfigArgs};

/// What may be asked of the plan.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// Say why a screen shows what it shows at a time, and why it shows nothing else
    #[command(after_help = "Examples:
  anteroom why Z03-1 now                  what is on the glass
  anteroom why Z03-1 09:05 --lang zh      today at five past nine, in Chinese
  anteroom why Z03-1 2026-11-25T09:05     on another day")]
    Why {
        /// The screen, by its code
        screen: String,
        /// `now`, `09:05` today, or `2026-11-25T09:05`, by the site's own clocks
        #[arg(default_value = "now")]
        time: String,
        /// How it is answered.
        #[command(flatten)]
        answer: Answer,
    },
    /// List a zone's day: what is shown from when to when, and who put it there
    #[command(after_help = "Examples:
  anteroom day Z03                        today
  anteroom day Z03 2026-12-01 --json      another day, for a program")]
    Day {
        /// The zone, by its code
        zone: String,
        /// `today`, `tomorrow`, or `2026-11-25`
        #[arg(default_value = "today")]
        date: String,
        /// How it is answered.
        #[command(flatten)]
        answer: Answer,
    },
    /// Say what publishing now would change, and what looks wrong with it
    #[command(after_help = "Examples:
  anteroom diff                           the next 24 hours
  anteroom diff --hours 72 --lang zh      three days, in Chinese

Exit code 1 when something must be put right before it can be published.")]
    Diff {
        /// How many hours are looked at, at most a week
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=168))]
        hours: u16,
        /// How it is answered.
        #[command(flatten)]
        answer: Answer,
    },
    /// Say how many plays a campaign will have in each zone, beside those promised
    #[command(after_help = "Examples:
  anteroom forecast flu-2026              as published
  anteroom forecast flu-2026 --draft      as it would be after publishing")]
    Forecast {
        /// The campaign, by its code
        campaign: String,
        /// As it would be if the draft were published now
        #[arg(long)]
        draft: bool,
        /// How it is answered.
        #[command(flatten)]
        answer: Answer,
    },
    /// Say how far what was published has come: which screens show it, which do not yet, and why
    #[command(after_help = "Examples:
  anteroom delivery                       every screen, and what its zone was told last
  anteroom delivery --zone Z03 --lang zh  one zone, in Chinese
  anteroom delivery --publication 812 --json   one publication, for a program

It is told by what the server has written down, which is some seconds behind, and minutes for boxes that left without a word.
Exit code 1 when something stands in the way of a screen that does not go by itself.")]
    Delivery {
        /// One zone alone, by its code
        #[arg(long)]
        zone: Option<String>,
        /// One publication alone, by its number
        #[arg(long)]
        publication: Option<u64>,
        /// How it is answered.
        #[command(flatten)]
        answer: Answer,
    },
}

/// How it is answered.
#[derive(Debug, Clone, Args)]
pub struct Answer {
    /// Answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// In which language the words are
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    /// Where the server's data are.
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// A language by its short name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Chinese
    Zh,
    /// English
    En,
}

/// What was found out: the text to print, and whether all is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// To print.
    pub text: String,
    /// Nothing must be put right.
    pub is_well: bool,
}

impl Lang {
    pub(crate) const fn language(self) -> Language {
        match self {
            Self::Zh => Language::Chinese,
            Self::En => Language::English,
        }
    }
}

/// Answers by the wall clock.
///
/// # Errors
/// When the data folder cannot be read, or something that was named is not there.
pub async fn run(command: PlanCommand) -> anyhow::Result<Told> {
    answer(command, Arc::new(System)).await
}

/// Answers by any clock.
pub(super) async fn answer(command: PlanCommand, clock: Arc<dyn Clock>) -> anyhow::Result<Told> {
    match command {
        PlanCommand::Why { screen, time, answer } => {
            let house = House::open(&Config::load(&answer.config)?, clock).await?;
            let told = why::why(&house, &screen, &time).await;
            house.close().await;
            let told = told?;
            Ok(said(if answer.json { told.json().to_string() } else { told.words(answer.lang.language()) }))
        }
        PlanCommand::Day { zone, date, answer } => {
            let house = House::open(&Config::load(&answer.config)?, clock).await?;
            let told = day::day(&house, &zone, &date).await;
            house.close().await;
            let told = told?;
            Ok(said(if answer.json { told.json().to_string() } else { told.words(answer.lang.language()) }))
        }
        PlanCommand::Diff { hours, answer } => {
            let house = House::open(&Config::load(&answer.config)?, clock).await?;
            let told = diff::diff(&house, hours).await;
            house.close().await;
            let told = told?;
            let text = if answer.json { told.json().to_string() } else { told.words(answer.lang.language()) };
            Ok(Told { text, is_well: !told.is_blocked() })
        }
        PlanCommand::Forecast { campaign, draft, answer } => {
            let house = House::open(&Config::load(&answer.config)?, clock).await?;
            let told = forecast::forecast(&house, &campaign, draft).await;
            house.close().await;
            let told = told?;
            Ok(said(if answer.json { told.json().to_string() } else { told.words(answer.lang.language()) }))
        }
        PlanCommand::Delivery { zone, publication, answer } => {
            let house = House::open(&Config::load(&answer.config)?, clock).await?;
            let told = delivery::delivery(&house, zone.as_deref(), publication).await;
            house.close().await;
            let told = told?;
            let language = answer.lang.language();
            let text = if answer.json { told.json(&house).to_string() } else { told.words(&house, language) };
            Ok(Told { text, is_well: told.is_well(&house) })
        }
    }
}

fn said(text: String) -> Told {
    Told { text, is_well: true }
}
