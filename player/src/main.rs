//! `anteroom-player`: `run` is the agent, `stage` what it starts to draw, `status` and `snapshot` ask a running agent, `doctor`
//! looks at everything between the box and its server, `displays` lists and asks the displays it can switch.

#![expect(
    unreachable_pub,
    reason = "nothing of a binary is reachable from outside; `pub` is what a room shows the others"
)]

mod agent;
mod bridge;
mod stage;

use std::io::{IsTerminal as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anteroom_content::place::{SCREEN_SIDE_MAX_PX, SCREEN_SIDE_MIN_PX};
use anteroom_content::power::Lamp;
use anteroom_content::text::Text;
use clap::{Args, Parser, Subcommand, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::MakeWriterExt as _;

use agent::{Control, Ended, FRAME_RATE, FRAME_RATE_MAX, Model, Size, StageCommand};
use stage::{Display, StageOptions};

/// How often a stage looks at its own glass, in seconds.
const GLANCE_SECS: u64 = 20;

const EXAMPLES: &str = "\
Examples:
  anteroom-player run --server 10.0.0.5:4433 --state /var/lib/anteroom --fullscreen
      The screen shows a code; type it in the console to pair this box.
  anteroom-player run --provision provision.toml --state /var/lib/anteroom --fullscreen
      The console made the file for a screen: no code has to be typed.
  anteroom-player run --server 10.0.0.5:4433 --state ./box1 --headless --size 640x360
      No display needed; look at the glass with `snapshot` or in the console.
  anteroom-player status --state ./box1 --json
  anteroom-player doctor --state ./box1
  anteroom-player snapshot --state ./box1 glass.png

Environment: every option is also read from ANTEROOM_PLAYER_…, such as ANTEROOM_PLAYER_SERVER;
ANTEROOM_PLAYER_LOG chooses what is logged, such as `debug` or `anteroom_player=debug`.";

/// Ends so when it was to start itself anew and could not: a supervisor starts it again (EX_TEMPFAIL).
const EXIT_AGAIN: u8 = 75;

/// Shows the programme of a waiting-room screen, with or without a server at hand.
#[derive(Debug, Parser)]
#[command(name = "anteroom-player", version, after_help = EXAMPLES)]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Runs the player: keeps the link to the server, the files, the log of plays, and a stage on the glass.
    #[command(after_help = EXAMPLES)]
    Run(RunArgs),
    /// Draws; started by `run`, speaks frames on standard input and output.
    #[command(hide = true)]
    Stage(StageArgs),
    /// Writes what is on the glass of a running player to a PNG file.
    Snapshot {
        #[command(flatten)]
        state: StateArgs,
        /// Where the picture goes.
        #[arg(value_name = "FILE.png")]
        file: PathBuf,
    },
    /// Looks at everything between this box and its server: DNS, route, UDP, TCP, who answers, certificate, clock, disk,
    /// fonts, decoders. Says of each whether it is well, why not, and what to do; ends with 1 when something is bad.
    #[command(after_help = "Examples:
  anteroom-player doctor --state /var/lib/anteroom
      The server is the one the running player looks for.
  anteroom-player doctor --server 10.0.0.5:4433 --state ./box1 --lang zh
  anteroom-player doctor --server 10.0.0.5:4433 --state ./box1 --json")]
    Doctor {
        /// The server's link: name or address, and port [default: the running player's]
        #[arg(long, env = "ANTEROOM_PLAYER_SERVER", value_name = "HOST:PORT", value_parser = parse_server)]
        server: Option<String>,
        #[command(flatten)]
        state: StateArgs,
        /// In which language the words are.
        #[arg(long, value_enum, default_value_t = Lang::En)]
        lang: Lang,
        /// As JSON, for scripts; in both languages.
        #[arg(long)]
        json: bool,
    },
    /// Lists the models of displays that can be switched, and asks one whether it is lit; switches nothing unless told to.
    #[command(after_help = "Examples:
  anteroom-player displays
  anteroom-player displays lg:/dev/ttyUSB0
  anteroom-player displays samsung:10.0.0.9:1515 --switch off")]
    Displays {
        /// The display that is asked.
        #[arg(env = "ANTEROOM_PLAYER_DISPLAY_CONTROL", value_name = "MODEL[:DEVICE]")]
        control: Option<Control>,
        /// Switch it, to see whether it does.
        #[arg(long, value_enum)]
        switch: Option<Switch>,
        /// In which language the words are.
        #[arg(long, value_enum, default_value_t = Lang::En)]
        lang: Lang,
    },
    /// Tells how a running player does.
    Status {
        #[command(flatten)]
        state: StateArgs,
        /// As JSON, for scripts.
        #[arg(long)]
        json: bool,
    },
}

/// A language by its short name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// Chinese
    Zh,
    /// English
    En,
}

/// What a display is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    /// Light up
    On,
    /// Go dark
    Off,
}

#[derive(Debug, Args)]
struct StateArgs {
    /// The player's folder: identity, programme, files, log of plays.
    #[arg(long = "state", env = "ANTEROOM_PLAYER_STATE", value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Debug, Args)]
struct DisplayArgs {
    /// Draw offscreen: no display is needed.
    #[arg(long, env = "ANTEROOM_PLAYER_HEADLESS", group = "display")]
    headless: bool,
    /// Draw in a window.
    #[arg(long, env = "ANTEROOM_PLAYER_WINDOW", group = "display")]
    window: bool,
    /// Draw over the whole display. Taken when none is chosen and a display is there; headless otherwise.
    #[arg(long, env = "ANTEROOM_PLAYER_FULLSCREEN", group = "display")]
    fullscreen: bool,
    /// The output of this machine it draws on, such as HDMI-A-2, where one machine lights several screens with a player for each: the
    /// display server finds the window by the name `anteroom-HDMI-A-2`.
    #[arg(long, env = "ANTEROOM_PLAYER_OUTPUT", value_name = "NAME", value_parser = parse_output)]
    output: Option<String>,
    /// Frames a second.
    #[arg(long, env = "ANTEROOM_PLAYER_FRAME_RATE", value_name = "N", default_value_t = FRAME_RATE,
          value_parser = clap::value_parser!(u32).range(1..=i64::from(FRAME_RATE_MAX)))]
    frame_rate: u32,
}

impl DisplayArgs {
    fn display(&self) -> Display {
        let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
        match (self.headless, self.window, self.fullscreen) {
            (true, _, _) => Display::Headless,
            (_, true, _) => Display::Window,
            (_, _, true) => Display::Fullscreen,
            (false, false, false) if has_display => Display::Fullscreen,
            (false, false, false) => Display::Headless,
        }
    }
}

#[derive(Debug, Args)]
struct RunArgs {
    /// The server's link: name or address, and port; without it, the one of the provisioning file.
    #[arg(long, env = "ANTEROOM_PLAYER_SERVER", value_name = "HOST:PORT", value_parser = parse_server)]
    server: Option<String>,
    /// The provisioning file a console made for a screen: names the server, and pairs the box without a code. May be missing where the
    /// server is named.
    #[arg(long, env = "ANTEROOM_PLAYER_PROVISION", value_name = "FILE.toml")]
    provision: Option<PathBuf>,
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    display: DisplayArgs,
    /// Size of the glass in pixels; without it, the size the screen has in the console.
    #[arg(long, env = "ANTEROOM_PLAYER_SIZE", value_name = "WxH", value_parser = parse_size)]
    size: Option<Size>,
    /// How the display is switched on and off by its zone's power plan: MODEL or MODEL:DEVICE, such as lg:/dev/ttyUSB0; `displays`
    /// lists the models.
    #[arg(long, env = "ANTEROOM_PLAYER_DISPLAY_CONTROL", value_name = "MODEL[:DEVICE]", default_value_t = Control::NONE)]
    display_control: Control,
    /// A program to start instead of this one's own stage.
    #[arg(long, env = "ANTEROOM_PLAYER_STAGE_COMMAND", value_name = "PROGRAM", hide = true)]
    stage_command: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct StageArgs {
    #[command(flatten)]
    display: DisplayArgs,
    /// Size of the glass in pixels.
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    size: Size,
    /// How often it looks at its own glass, in seconds.
    #[arg(long, env = "ANTEROOM_STAGE_GLANCE_SECS", value_name = "N", default_value_t = GLANCE_SECS,
          value_parser = clap::value_parser!(u64).range(1..))]
    glance_secs: u64,
}

fn parse_server(text: &str) -> Result<String, String> {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let is_well_formed = !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0);
    if is_well_formed { Ok(text.to_owned()) } else { Err("write HOST:PORT, such as 10.0.0.5:4433".to_owned()) }
}

fn parse_output(text: &str) -> Result<String, String> {
    let is_name = !text.is_empty() && text.len() <= 32 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if is_name { Ok(text.to_owned()) } else { Err("write the name of an output, such as HDMI-A-2".to_owned()) }
}

fn parse_size(text: &str) -> Result<Size, String> {
    let sides = text.split_once(['x', 'X', '×']).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let range = SCREEN_SIDE_MIN_PX..=SCREEN_SIDE_MAX_PX;
    match sides {
        Some((width_px, height_px)) if range.contains(&width_px) && range.contains(&height_px) => {
            Ok(Size { width_px, height_px })
        }
        Some(_) | None => Err(format!(
            "write WIDTHxHEIGHT in pixels, each from {SCREEN_SIDE_MIN_PX} to {SCREEN_SIDE_MAX_PX}, such as 1920x1080"
        )),
    }
}

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("ANTEROOM_PLAYER_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    match CommandLine::parse().verb {
        Verb::Stage(args) => stage::run(&StageOptions {
            width_px: args.size.width_px,
            height_px: args.size.height_px,
            display: args.display.display(),
            frame_rate: args.display.frame_rate,
            output: args.display.output,
            glance_every: Duration::from_secs(args.glance_secs),
        }),
        Verb::Run(args) => {
            let is_terminal = std::io::stderr().is_terminal();
            let journal = agent::Journal::default();
            tracing_subscriber::fmt()
                .with_env_filter(filter)
                .with_ansi(is_terminal)
                .with_writer(std::io::stderr.and(journal.clone()))
                .init();
            match run(args, journal) {
                Ok(Ended::Stopped) => ExitCode::SUCCESS,
                Ok(Ended::Again) => start_anew(),
                Err(error) => answer(Err(error)),
            }
        }
        Verb::Snapshot { state, file } => answer(agent::snapshot(&state.folder, &file).map_err(Into::into)),
        Verb::Status { state, json } => answer(status(&state, json)),
        Verb::Displays { control, switch, lang } => answer(displays(control.as_ref(), switch, lang)),
        Verb::Doctor { server, state, lang, json } => match doctor(server, &state, json, lang) {
            Ok(is_well) => ExitCode::from(u8::from(!is_well)),
            Err(error) => answer(Err(error)),
        },
    }
}

fn answer(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("anteroom-player: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints an answer. Whoever reads may have heard enough: that is no fault.
fn say(answer: impl std::fmt::Display) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{answer}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn status(state: &StateArgs, json: bool) -> anyhow::Result<()> {
    let status = agent::status(&state.folder)?;
    say(if json { serde_json::to_string(&status)? } else { status.lines() })?;
    Ok(())
}

/// Lists what there is, or asks one.
fn displays(control: Option<&Control>, switch: Option<Switch>, lang: Lang) -> anyhow::Result<()> {
    let words = |text: Text| if lang == Lang::Zh { text.zh } else { text.en };
    let Some(control) = control.filter(|control| **control != Control::NONE) else {
        let lines: Vec<_> =
            Model::ALL.into_iter().map(|model| format!("{:10} {}", model.name(), words(model.words()))).collect();
        return say(lines.join("\n"));
    };
    let lamp = switch.map(|switch| if switch == Switch::On { Lamp::Lit } else { Lamp::Dark });
    say(words(agent::question(control, lamp)?))
}

/// Tells what the doctor found, and whether nothing is bad.
fn doctor(server: Option<String>, state: &StateArgs, json: bool, lang: Lang) -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (fonts, decoders) = (stage::fonts_found(), stage::decoders_found());
    let report =
        runtime.block_on(agent::examine(server, &state.folder, (&fonts, &decoders))).map_err(anyhow::Error::msg)?;
    say(if json { serde_json::to_string(&report)? } else { report.lines(lang == Lang::Zh) })?;
    Ok(report.is_well())
}

/// Becomes the same program anew, under the same number: whoever watches this process need not do anything, and nobody has
/// to watch it. Comes back only where that fails.
fn start_anew() -> ExitCode {
    let mut arguments = std::env::args_os();
    let program = arguments.next().unwrap_or_default();
    let error = std::process::Command::new(program).args(arguments).exec();
    eprintln!("anteroom-player: it cannot be started anew ({error}); whoever started it has to do that");
    ExitCode::from(EXIT_AGAIN)
}

fn run(args: RunArgs, journal: agent::Journal) -> anyhow::Result<Ended> {
    let program = match args.stage_command {
        Some(program) => program,
        None => std::env::current_exe()?,
    };
    let read = args.provision.as_deref().map(agent::read_provision).transpose();
    let provision = read.map_err(anyhow::Error::msg)?.flatten();
    let named = args.server.or_else(|| provision.as_ref().map(|provision| provision.server.clone()));
    let server = named.ok_or_else(|| {
        anyhow::anyhow!(
            "no server is named: give --server HOST:PORT, or --provision with a provisioning file of the console"
        )
    })?;
    let options = agent::Options {
        server: parse_server(&server)
            .map_err(|why| anyhow::anyhow!("the server `{server}` of the provisioning file: {why}"))?,
        voucher: provision.and_then(|provision| provision.voucher),
        state: args.state.folder,
        size: args.size,
        stage: StageCommand {
            program,
            display: args.display.display(),
            frame_rate: args.display.frame_rate,
            output: args.display.output.clone(),
        },
        output: args.display.output,
        systemd: agent::Systemd::of_environment(),
        journal,
        display: args.display_control,
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("agent").enable_all().build()?;
    runtime.block_on(async {
        let (stop, stopped) = watch::channel(false);
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping");
            stop.send_replace(true);
            // The channel must outlive whoever listens to it.
            stop.closed().await;
        });
        Ok(agent::run(options, stopped).await?)
    })
}
