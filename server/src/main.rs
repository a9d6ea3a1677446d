//! The command line of the server.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anteroom_server::config::{Config, ConfigArgs};
use anteroom_server::{calendar, check, demo, evidence, expand, keyring, plan, rehearse, serve};
use anyhow::Context as _;
use clap::{Parser, Subcommand};

/// The server of Anteroom: health-media screens of hospitals.
#[derive(Parser)]
#[command(version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  anteroom demo                         a demo hospital in ./demo-data, with a player
  anteroom serve --data /srv/anteroom   a server of your own
  anteroom check --config server.toml   is the configuration right, and the data folder usable?
  anteroom calendar import 2027.json    bring a year's holidays and make-up days in
  anteroom trust root --out /media/stick/root.key   take the root key out of the data folder
  anteroom why Z03-1 09:05              why does this screen show that, and nothing else?
  anteroom day Z03 tomorrow             what will this zone show, from when to when?
  anteroom diff                         what would publishing change, and what looks wrong?
  anteroom forecast flu-2026            will the campaign get the plays it was promised?
  anteroom delivery --zone Z03          which screens show what was published, which do not yet, and why?
  anteroom plays export --from 2026-11-01 --to 2026-11-30 --evidence nov.evidence   plays a stranger can check
  anteroom verify nov.evidence --root KEY   … offline, with the root's public key alone
  anteroom plays at --screen Z03-1 --at 10:03   what was on the glass then?
  anteroom rehearse --data ./load --screens 4000 --boxes boxes.jsonl   a network to try a server with
  anteroom expand 'FREQ=MONTHLY;BYDAY=-1FR' --start 2026-11-27T08:00   on which days is that?

Exit codes: 0 all is well, 1 it failed and says why, 2 the command line is wrong.";

#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve {
        #[command(flatten)]
        config: ConfigArgs,
        /// Write the addresses to a file as JSON once the server answers
        #[arg(long, value_name = "FILE")]
        ready_file: Option<PathBuf>,
    },
    /// Run a server with the demo hospital and one player; data is kept in ./demo-data unless --data says otherwise
    Demo {
        #[command(flatten)]
        config: ConfigArgs,
        /// Write the addresses to a file as JSON once the server answers
        #[arg(long, value_name = "FILE")]
        ready_file: Option<PathBuf>,
        /// Start no player
        #[arg(long)]
        no_player: bool,
        /// Folder where the demo's pictures and movies are made and kept [default: in the data folder]
        #[arg(long, env = "ANTEROOM_DEMO_MEDIA", value_name = "FOLDER")]
        media: Option<PathBuf>,
    },
    /// Check configuration, data folder and tools, and say what is wrong
    Check {
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// The calendar: bring a holiday notice in, and ask what a day is
    Calendar {
        #[command(subcommand)]
        command: calendar::CalendarCommand,
    },
    /// Fill an empty data folder with a network made up for a load rehearsal, and write its boxes to a file
    Rehearse {
        #[command(flatten)]
        args: rehearse::RehearseArgs,
    },
    /// The keys: which are in use, taking the root key away, new ones in place of old ones
    Trust {
        #[command(subcommand)]
        command: keyring::TrustCommand,
    },
    #[command(flatten)]
    Plan(plan::PlanCommand),
    /// Plays: export them with their evidence, and ask what was on a screen at a moment
    Plays {
        #[command(subcommand)]
        command: evidence::PlaysCommand,
    },
    /// Check a bundle of evidence with the root's public key alone: offline, without a data folder
    Verify {
        #[command(flatten)]
        args: evidence::VerifyArgs,
    },
    /// List the dates of a recurrence rule (RFC 5545), one a line
    Expand {
        #[command(flatten)]
        ask: expand::ExpandArgs,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    start_log();
    match run(Cli::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("anteroom: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    // Only a second provider could make this fail, and there is none.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match command {
        Command::Serve { config, ready_file } => {
            let config = Config::load(&config)?;
            let listening = serve::Listening::take(&config).await?;
            let (opened, ready) = serve::start(&config, &listening).await?;
            greet(&ready).unwrap_or_else(|error| tracing::warn!(reason = %error, "nobody was told the addresses"));
            if let Some(file) = ready_file {
                serve::write_ready(&file, &ready)?;
            }
            serve::run(opened.state, listening, serve::on_signal()).await?;
            say("stopped")?;
        }
        Command::Demo { mut config, ready_file, no_player, media } => {
            config.settings.data.get_or_insert_with(|| PathBuf::from("demo-data"));
            let config = Config::load(&config)?;
            let listening = serve::Listening::take(&config).await?;
            let (opened, ready) = serve::start(&config, &listening).await?;
            let media = media.unwrap_or_else(|| config.data.join("demo-media"));
            demo::load(&opened.state, &media).await.context("the demo hospital cannot be loaded")?;
            greet(&ready).unwrap_or_else(|error| tracing::warn!(reason = %error, "nobody was told the addresses"));
            if let Some(file) = ready_file {
                serve::write_ready(&file, &ready)?;
            }
            let stop = serve::on_signal();
            let player = (!no_player).then(|| demo::start_player(opened.state.clone(), ready.clone(), stop.clone()));
            serve::run(opened.state, listening, stop).await?;
            if let Some(player) = player {
                player.await.context("the player's keeper ended badly")??;
            }
            say("stopped; start again with the same command, it goes on from here")?;
        }
        Command::Check { config } => {
            let findings = check::check(&config).await;
            for finding in &findings {
                say(finding)?;
            }
            return Ok(if findings.iter().any(check::Finding::is_fault) {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            });
        }
        Command::Calendar { command } => say(calendar::run(command).await?)?,
        Command::Rehearse { args } => say(rehearse::rehearse(args).await?)?,
        Command::Trust { command } => say(keyring::run(command).await?)?,
        Command::Plays { command } => say(evidence::run(command).await?)?,
        Command::Verify { args } => return tell(&evidence::verify(&args)?),
        Command::Plan(command) => return tell(&plan::run(command).await?),
        Command::Expand { ask } => {
            let expanded = expand::expand(&ask)?;
            for line in &expanded.lines {
                say(line)?;
            }
            for note in &expanded.notes {
                eprintln!("anteroom: {note}");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what was found out; the exit code says whether all is well.
fn tell(told: &plan::Told) -> anyhow::Result<ExitCode> {
    say(&told.text)?;
    Ok(if told.is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn greet(ready: &serve::Ready) -> anyhow::Result<()> {
    say(format_args!("console   {}", ready.console))?;
    say(format_args!("phone     {}", ready.phone.to_ascii_lowercase()))?;
    say(format_args!("players   {} (UDP; TCP where UDP is blocked)", ready.link))?;
    if let Some(code) = &ready.setup_code {
        say(format_args!("set-up    open the console and type this code once: {code}"))?;
    }
    say("stop with Ctrl-C")
}

/// Prints a line. Whoever reads may have heard enough (`anteroom verify … | head`): that is no fault.
fn say(line: impl Display) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("the answer cannot be written"),
        _ => Ok(()),
    }
}

fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("ANTEROOM_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=warn"));
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(is_terminal).init();
}
