//! The pace: a moving picture is drawn at the frame rate, a still one only when something changes. Headless the stage
//! drives itself and wakes for every message; in a window the display server drives it.

use std::time::{Duration, Instant};

use bevy::app::{AppExit, PluginsState};
use bevy::ecs::schedule::SingleThreadedExecutor;
use bevy::prelude::*;
use bevy::winit::{UpdateMode, WinitSettings};

use super::pipe::Inbox;

/// How often a still window looks whether anything was said: a tenth of a second is below what a person notices.
const WINDOW_TICK: Duration = Duration::from_millis(100);
/// How long a stage without a window sleeps at the most; what is said wakes it.
const SLEEP_MAX: Duration = Duration::from_secs(1);
/// The shortest wait: a frame that is due at once leaves the machine a breath.
const WAIT_LEAST: Duration = Duration::from_millis(2);

/// How soon the next frame is wanted.
#[derive(Debug, Resource)]
pub(super) struct Pace {
    frame: Duration,
    /// Something moves: the next frame is due one frame from now.
    pub(super) is_moving: bool,
    /// Something is due in so many microseconds.
    pub(super) due_us: i64,
}

impl Pace {
    pub(super) const fn new(frame: Duration) -> Self {
        Self { frame, is_moving: true, due_us: 0 }
    }

    /// How long to wait before the next frame.
    pub(super) fn wait(&self) -> Duration {
        let due = Duration::from_micros(u64::try_from(self.due_us).unwrap_or(0)).clamp(WAIT_LEAST, SLEEP_MAX);
        if self.is_moving { due.min(self.frame) } else { due }
    }
}

/// Lets the display server drive a stage in a window: as often as something is due.
pub(super) fn follow_pace(pace: Res<Pace>, mut settings: ResMut<WinitSettings>) {
    let mode = UpdateMode::reactive_low_power(pace.wait().min(WINDOW_TICK));
    (settings.focused_mode, settings.unfocused_mode) = (mode, mode);
}

/// Runs a stage without a window until it is told to end.
pub(super) fn drive(mut app: App) -> AppExit {
    while app.plugins_state() == PluginsState::Adding {
        bevy::tasks::tick_global_task_pools_on_main_thread();
    }
    app.finish();
    app.cleanup();
    // The systems of a frame are many and small: handing them to other threads costs more than it saves.
    for sub_app in app.sub_apps_mut().iter_mut() {
        for (_, schedule) in sub_app.world_mut().resource_mut::<Schedules>().iter_mut() {
            schedule.set_executor(SingleThreadedExecutor::new());
        }
    }
    loop {
        let started = Instant::now();
        app.update();
        if let Some(exit) = app.should_exit() {
            return exit;
        }
        let (wait, is_moving) = (app.world().resource::<Pace>().wait(), app.world().resource::<Pace>().is_moving);
        // How soon something is due was worked out when the frame began.
        let rest = wait.saturating_sub(started.elapsed());
        if is_moving {
            std::thread::sleep(rest);
        } else {
            app.world_mut().resource_mut::<Inbox>().wait(rest);
        }
    }
}
