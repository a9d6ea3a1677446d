//! What systemd is told (sd_notify(3)): that the agent is ready, how it does, that it lives, and that it stops. Datagrams to the
//! socket that systemd names in the environment; where it names none, nobody is told.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::{Duration, Instant as Tick};

/// The longest status that is told, in characters: one line of `systemctl status`.
const STATUS_CHARS_MAX: usize = 160;
/// So many signs of life fit into the time after which systemd ends an agent that gives none: three may be lost.
const SIGNS_A_LIMIT: u32 = 4;

/// What systemd put into the environment of the agent, and of nobody else.
pub const VARIABLES: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// The way to systemd.
#[derive(Debug, Default)]
pub struct Systemd {
    socket: Option<(UnixDatagram, SocketAddr)>,
    sign_every: Option<Duration>,
    signed: Option<Tick>,
    status: String,
}

impl Systemd {
    /// As the environment names it.
    pub fn of_environment() -> Self {
        let [socket, limit, pid] = VARIABLES.map(std::env::var_os);
        let limit = watched_for(limit.as_deref(), pid.as_deref(), std::process::id());
        socket.map_or_else(Self::default, |socket| {
            Self::at(&socket, limit).unwrap_or_else(|error| {
                tracing::error!(reason = %error, "systemd cannot be told anything");
                Self::default()
            })
        })
    }

    /// Behind the socket of that name, abstract after an `@`; signs of life are expected within `limit`, if at all.
    ///
    /// # Errors
    /// When the name is none, or no socket can be made.
    pub fn at(socket: &OsStr, limit: Option<Duration>) -> io::Result<Self> {
        let address = match socket.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
            [b'/', ..] => SocketAddr::from_pathname(socket)?,
            _ => {
                return Err(io::Error::new(
                    ErrorKind::InvalidInput,
                    "NOTIFY_SOCKET is neither a path nor begins with @",
                ));
            }
        };
        let own = UnixDatagram::unbound()?;
        // Whoever waits for a systemd that does not read gives no sign of life.
        own.set_nonblocking(true)?;
        Ok(Self {
            socket: Some((own, address)),
            sign_every: limit.map(|limit| limit / SIGNS_A_LIMIT),
            ..Self::default()
        })
    }

    /// Everything is open.
    pub fn ready(&self) {
        self.tell("READY=1");
    }

    /// The agent lives, and so does what it looks after. May be said as often as one likes.
    pub fn alive(&mut self, now: Tick) {
        let is_due = |every: Duration| self.signed.is_none_or(|signed| now.duration_since(signed) >= every);
        if self.sign_every.is_some_and(is_due) {
            self.signed = Some(now);
            self.tell("WATCHDOG=1");
        }
    }

    /// How it does, in a line. Told when it is another one than before.
    pub fn status(&mut self, line: &str) {
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(STATUS_CHARS_MAX).collect();
        if self.status != line {
            self.tell(&format!("STATUS={line}"));
            self.status = line;
        }
    }

    /// It stops, because it was asked to.
    pub fn stopping(&self) {
        self.tell("STOPPING=1");
    }

    fn tell(&self, word: &str) {
        let Some((socket, address)) = &self.socket else { return };
        if let Err(error) = socket.send_to_addr(word.as_bytes(), address) {
            tracing::debug!(reason = %error, word, "systemd was not told");
        }
    }
}

/// Within which time a sign of life is expected of the process `own`.
fn watched_for(limit_us: Option<&OsStr>, pid: Option<&OsStr>, own: u32) -> Option<Duration> {
    let number = |text: &OsStr| text.to_str().and_then(|text| text.parse::<u64>().ok());
    let is_ours = pid.is_none_or(|pid| number(pid) == Some(u64::from(own)));
    limit_us.and_then(number).filter(|limit_us| is_ours && *limit_us > 0).map(Duration::from_micros)
}

/// An abstract socket of this process, and its name.
#[cfg(test)]
pub fn test_socket(name: &str) -> (std::ffi::OsString, UnixDatagram) {
    let name = format!("anteroom-test-{}-{name}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).expect("a name");
    let socket = UnixDatagram::bind_addr(&address).expect("a socket");
    (format!("@{name}").into(), socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(socket: &UnixDatagram) -> Vec<String> {
        socket.set_nonblocking(true).unwrap();
        let mut word = [0; 512];
        std::iter::from_fn(|| socket.recv(&mut word).ok().map(|length| String::from_utf8_lossy(&word[..length]).into()))
            .collect()
    }

    #[test]
    fn signs_come_four_times_as_often_as_they_must_and_a_status_once() {
        let (name, socket) = test_socket("signs");
        let mut systemd = Systemd::at(&name, Some(Duration::from_secs(20))).unwrap();
        let start = Tick::now();
        systemd.ready();
        for second in 0..=10 {
            systemd.alive(start + Duration::from_secs(second));
            systemd.status("well\nand good");
        }
        systemd.stopping();
        let expected = ["READY=1", "WATCHDOG=1", "STATUS=well and good", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"];
        assert_eq!(heard(&socket), expected);
    }

    #[test]
    fn a_socket_in_the_file_system_serves_as_well_and_one_that_is_gone_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let mut systemd = Systemd::at(path.as_os_str(), None).unwrap();
        systemd.alive(Tick::now());
        systemd.ready();
        assert_eq!(heard(&socket), ["READY=1"], "nobody expects signs of life");
        drop(socket);
        systemd.stopping();
        Systemd::default().ready();
        assert!(Systemd::at(OsStr::new("relative"), None).is_err());
    }

    #[test]
    fn only_the_process_that_is_watched_gives_signs() {
        let text = |text| Some(OsStr::new(text));
        assert_eq!(watched_for(text("20000000"), text("7"), 7), Some(Duration::from_secs(20)));
        assert_eq!(watched_for(text("20000000"), None, 7), Some(Duration::from_secs(20)));
        assert_eq!(watched_for(text("20000000"), text("8"), 7), None);
        assert_eq!(watched_for(text("0"), None, 7), None);
        assert_eq!(watched_for(text("soon"), None, 7), None);
        assert_eq!(watched_for(None, text("7"), 7), None);
    }
}
