//! Boot: options in, a running stage out.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anteroom_content::clock::System;
use anteroom_content::theme::Colours;
use bevy::app::{AppExit, PluginGroupBuilder};
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::window::{CursorOptions, ExitCondition, MonitorSelection, PresentMode, WindowMode, WindowResolution};
use bevy::winit::{WinitPlugin, WinitSettings};

use super::clockwork::Clockwork;
use super::files::Files;
use super::ink::DEEP;
use super::layout::Layout;
use super::pace::{Pace, drive, follow_pace};
use super::paint::colour;
use super::told::Told;
use super::{
    blindfold, call, card_lost, director, dress, eye, film, fonts, glance, glass, imprint, logo, look, nightly,
    overlay, pipe, report, sound, tofu,
};

/// What the stage says about itself when nobody asks for more: graphics drivers and text shapers talk a lot.
const LOG_FILTER: &str =
    "info,wgpu_core=warn,wgpu_hal=error,naga=warn,icu_provider=off,bevy_render=warn,bevy_winit=warn";
/// Names a file in which every frame is kept, for proofs.
const REEL_VARIABLE: &str = "ANTEROOM_STAGE_REEL";
/// The most frames a second: more than any screen shows.
const FRAME_RATE_MAX: u32 = 120;

/// Where the glass is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Display {
    /// In memory; needs no display server.
    Headless,
    /// In a window.
    Window,
    /// Over a whole monitor.
    Fullscreen,
}

/// How to start.
#[derive(Debug, Clone)]
pub(crate) struct StageOptions {
    /// Width of the glass, in pixels.
    pub(crate) width_px: u32,
    /// Height of the glass, in pixels.
    pub(crate) height_px: u32,
    /// Where it is.
    pub(crate) display: Display,
    /// Frames a second while something moves.
    pub(crate) frame_rate: u32,
    /// The output it draws on, by its name; none where the machine has one.
    pub(crate) output: Option<String>,
    /// How often the stage looks at its own glass.
    pub(crate) glance_every: Duration,
}

/// Runs the stage until the agent tells it to leave or goes away. Must be called on the main thread. Takes the process's
/// log over unless somebody did before; standard output belongs to the pipe.
pub(crate) fn run(options: &StageOptions) -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("ANTEROOM_STAGE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(LOG_FILTER));
    // An agent that logs already keeps its own log.
    let _ = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_env_filter(filter).try_init();
    let fonts = fonts::gather();
    let pipe = match pipe::open() {
        Ok(pipe) => pipe,
        Err(error) => {
            tracing::error!("the pipe to the agent cannot be opened: {error}");
            return ExitCode::FAILURE;
        }
    };
    let files = match Files::open(pipe.outbox.clone()) {
        Ok(files) => files,
        Err(error) => {
            tracing::error!("the thread for files cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut app = App::new();
    fonts::add(&mut app, fonts, &pipe.outbox);
    build(&mut app, options, files);
    if let Some(reel) = std::env::var_os(REEL_VARIABLE)
        && let Err(error) = eye::add(&mut app, Path::new(&reel))
    {
        tracing::error!("no reel can be kept in {}: {error}", reel.display());
        return ExitCode::FAILURE;
    }
    app.insert_resource(pipe.inbox).insert_resource(pipe.outbox.clone());
    let exit = app.run();
    pipe.outbox.close();
    match exit {
        AppExit::Success => ExitCode::SUCCESS,
        AppExit::Error(code) => ExitCode::from(code.get()),
    }
}

fn build(app: &mut App, options: &StageOptions, files: Files) {
    let frame = Duration::from_secs(1) / options.frame_rate.clamp(1, FRAME_RATE_MAX);
    let clock = Clockwork::new(System);
    app.add_plugins(plugins(options))
        .insert_resource(ClearColor(colour(DEEP, &Colours::USUAL, 1.0)))
        .insert_resource(Pace::new(frame))
        .insert_resource(clock);
    glass::add(app, options);
    look::add(app);
    film::add(app);
    director::add(app, files);
    dress::add(app, Layout::of(&Told::default().sight(clock.now(), options.width_px, options.height_px)));
    report::add(app);
    tofu::add(app);
    glance::add(app, options);
    imprint::add(app);
    blindfold::add(app);
    card_lost::add(app);
    nightly::add(app);
    overlay::add(app);
    call::add(app);
    logo::add(app);
    sound::add(app, clock);
    match options.display {
        Display::Headless => {
            app.set_runner(drive);
        }
        Display::Window | Display::Fullscreen => {
            app.init_resource::<WinitSettings>().add_systems(Last, follow_pace);
        }
    }
}

fn plugins(options: &StageOptions) -> PluginGroupBuilder {
    let mode = match options.display {
        Display::Headless => None,
        Display::Window => Some(WindowMode::Windowed),
        Display::Fullscreen => Some(WindowMode::BorderlessFullscreen(MonitorSelection::Current)),
    };
    let primary_window = mode.map(|mode| Window {
        title: "Anteroom".into(),
        // By this name a display server of several outputs knows where it belongs.
        name: Some(
            options.output.as_ref().map_or_else(|| "anteroom".to_owned(), |output| format!("anteroom-{output}")),
        ),
        mode,
        resolution: WindowResolution::new(options.width_px, options.height_px).with_scale_factor_override(1.0),
        present_mode: PresentMode::Fifo,
        ..default()
    });
    let cursor = CursorOptions { visible: options.display != Display::Fullscreen, ..default() };
    let exit_condition = if mode.is_some() { ExitCondition::OnPrimaryClosed } else { ExitCondition::DontExit };
    let group = DefaultPlugins
        .build()
        .set(WindowPlugin {
            primary_window,
            primary_cursor_options: Some(cursor),
            exit_condition,
            close_when_requested: true,
        })
        .set(RenderPlugin { synchronous_pipeline_compilation: true, ..default() })
        .disable::<LogPlugin>()
        // One frame less between a change and the glass; there is little to do beside drawing.
        .disable::<PipelinedRenderingPlugin>();
    if options.display == Display::Headless { group.disable::<WinitPlugin>() } else { group }
}
