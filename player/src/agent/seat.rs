//! The display server on which the stage opens its window: whether it is there. A stage that falls because nobody answers there
//! falls for no reason of its own, and is started again in the moment in which somebody does.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::UnixStream;

use super::limits::{SEAT_ANSWER_MAX, SEAT_LOOK_EVERY};
use super::supervise::Display;

/// Where X servers listen, each at `X` with its number.
const X_SOCKETS: &str = "/tmp/.X11-unix";

/// A display server of this machine, by its socket; none where the stage needs no display server, or one that is asked for in
/// another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seat(Option<PathBuf>);

impl Seat {
    /// The one that a stage finds by its environment: Wayland before X, as windows are opened.
    pub(super) fn of(display: Display, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        if display == Display::Headless || variable("WAYLAND_SOCKET").is_some() {
            return Self(None);
        }
        if let Some(name) = variable("WAYLAND_DISPLAY") {
            // A whole path takes the place of the folder.
            let folder = variable("XDG_RUNTIME_DIR").map(PathBuf::from);
            let path = folder.map_or_else(|| PathBuf::from(&name), |folder| folder.join(&name));
            return Self(path.is_absolute().then_some(path));
        }
        Self(variable("DISPLAY").and_then(|display| x_socket(display.to_str()?)))
    }

    /// Where it listens, as far as that is known.
    pub(super) fn path(&self) -> Option<&Path> {
        self.0.as_deref()
    }

    /// Somebody answers there, or it cannot be told from here.
    pub(super) async fn is_there(&self) -> bool {
        let Some(path) = &self.0 else { return true };
        matches!(tokio::time::timeout(SEAT_ANSWER_MAX, UnixStream::connect(path)).await, Ok(Ok(_)))
    }

    /// Waits until somebody answers, for so long at most.
    pub(super) async fn comes_back(&self, within: Duration) {
        let back = async {
            while !self.is_there().await {
                tokio::time::sleep(SEAT_LOOK_EVERY).await;
            }
        };
        // Whoever is not back by then is asked for by another stage, which says once more what is wrong.
        let _ = tokio::time::timeout(within, back).await;
    }
}

/// The socket of `:3`, `:3.1` or `unix:3`; none of a display of another machine.
fn x_socket(display: &str) -> Option<PathBuf> {
    let number = display.strip_prefix("unix").unwrap_or(display).strip_prefix(':')?;
    let number: u32 = number.split('.').next()?.parse().ok()?;
    Some(Path::new(X_SOCKETS).join(format!("X{number}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(display: Display, variables: &[(&str, &str)]) -> Option<String> {
        let found = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        Seat::of(display, found).0.map(|path| path.display().to_string())
    }

    #[test]
    fn the_socket_is_the_one_on_which_windows_are_opened() {
        let window = |variables: &[(&str, &str)]| seat(Display::Window, variables);
        let x = Some("/tmp/.X11-unix/X12".to_owned());
        for display in [":12", ":12.0", "unix:12"] {
            assert_eq!(window(&[("DISPLAY", display)]), x, "{display}");
        }
        let runtime = ("XDG_RUNTIME_DIR", "/run/user/7");
        let wayland = Some("/run/user/7/wayland-1".to_owned());
        assert_eq!(window(&[("DISPLAY", ":12"), ("WAYLAND_DISPLAY", "wayland-1"), runtime]), wayland);
        assert_eq!(window(&[("WAYLAND_DISPLAY", "/run/w/display"), runtime]), Some("/run/w/display".to_owned()));
        assert_eq!(window(&[("DISPLAY", ":12"), ("WAYLAND_DISPLAY", "")]), x, "an empty variable is none");
        assert_eq!(window(&[("WAYLAND_DISPLAY", "wayland-1")]), None, "nobody knows where that is");
        assert_eq!(window(&[("DISPLAY", "elsewhere:0")]), None, "a display of another machine");
        assert_eq!(seat(Display::Headless, &[("DISPLAY", ":12")]), None, "nothing is needed");
    }

    #[tokio::test]
    async fn a_seat_is_there_while_somebody_answers_and_its_return_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wayland-1");
        let seat = Seat(Some(path.clone()));
        assert!(!seat.is_there().await);
        assert!(Seat(None).is_there().await, "what cannot be told is no reason to wait");
        let listener = tokio::net::UnixListener::bind(&path).unwrap();
        assert!(seat.is_there().await);
        drop(listener);
        assert!(!seat.is_there().await, "its name is left, and nobody answers");
        std::fs::remove_file(&path).unwrap();
        let patience = Duration::from_mins(1);
        let back = async {
            assert!(!seat.is_there().await);
            tokio::net::UnixListener::bind(&path).unwrap()
        };
        let (began, (_listener, ())) = (std::time::Instant::now(), tokio::join!(back, seat.comes_back(patience)));
        assert!(began.elapsed() < patience);
        assert!(seat.is_there().await);
    }
}
