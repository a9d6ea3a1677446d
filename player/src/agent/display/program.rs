//! Displays that a program of the machine switches: each a small table of arguments and of the words by which it says how it is.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant as Tick};

use anteroom_content::power::Lamp;

use super::{Display, DisplayFault};

/// A program that takes longer is ended.
const PROGRAM_MAX: Duration = Duration::from_secs(5);
/// How often it is looked whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The most that is read of what it says, in bytes.
const SAYS_BYTES_MAX: u64 = 64 * 1024;

/// What a program is told, and how it speaks. `{}` in an argument is the device.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    /// Its name.
    pub(super) program: &'static str,
    pub(super) lit: &'static [&'static str],
    pub(super) dark: &'static [&'static str],
    pub(super) ask: &'static [&'static str],
    /// A line that holds this says so.
    pub(super) says_lit: &'static [&'static str],
    pub(super) says_dark: &'static [&'static str],
    /// The device where none is named.
    pub(super) device: &'static str,
}

/// HDMI-CEC, by `cec-ctl` of the package v4l-utils: the display is logical address 0.
pub(super) const CEC: Table = Table {
    program: "cec-ctl",
    lit: &["-d", "{}", "--playback", "--to", "0", "--image-view-on"],
    dark: &["-d", "{}", "--playback", "--to", "0", "--standby"],
    ask: &["-d", "{}", "--playback", "--to", "0", "--give-device-power-status"],
    says_lit: &["pwr-state: on (0x00)", "pwr-state: to-on (0x02)"],
    says_dark: &["pwr-state: standby (0x01)", "pwr-state: to-standby (0x03)"],
    device: "/dev/cec0",
};
/// An X server that sends its display to sleep, by `xset` of the package x11-xserver-utils.
pub(super) const X11_DPMS: Table = Table {
    program: "xset",
    lit: &["dpms", "force", "on"],
    dark: &["dpms", "force", "off"],
    ask: &["q"],
    says_lit: &["Monitor is On"],
    says_dark: &["Monitor is Off", "Monitor is in Standby", "Monitor is in Suspend"],
    device: "",
};
/// A Wayland display server that lets others switch its outputs (wlroots, KWin), by `wlopm`.
pub(super) const WLOPM: Table = Table {
    program: "wlopm",
    lit: &["--on", "{}"],
    dark: &["--off", "{}"],
    ask: &[],
    says_lit: &[" on"],
    says_dark: &[" off"],
    device: "*",
};
/// A program of the installer's own: `on`, `off`, `ask`; it answers `on` or `off`.
pub(super) const OWN: Table = Table {
    program: "",
    lit: &["on"],
    dark: &["off"],
    ask: &["ask"],
    says_lit: &["on"],
    says_dark: &["off"],
    device: "",
};

/// A display behind a program.
pub(super) struct Program {
    table: Table,
    path: String,
    device: String,
}

impl Program {
    /// With the device that was named, or the usual one; of the installer's own, the device is the program.
    pub(super) fn new(table: Table, device: Option<&str>) -> Self {
        let device = device.unwrap_or(table.device).to_owned();
        let path = if table.program.is_empty() { device.clone() } else { table.program.to_owned() };
        Self { table, path, device }
    }

    fn run(&self, arguments: &[&str]) -> Result<String, DisplayFault> {
        let no_way = |why: String| DisplayFault::NoWay { way: self.path.clone(), why };
        let arguments =
            arguments.iter().map(|argument| if *argument == "{}" { self.device.as_str() } else { *argument });
        let mut command = Command::new(&self.path);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| no_way(error.to_string()))?;
        let begun = Tick::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if begun.elapsed() < PROGRAM_MAX => std::thread::sleep(LOOK_EVERY),
                Ok(None) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(DisplayFault::NoAnswer);
                }
                Err(error) => return Err(no_way(error.to_string())),
            }
        };
        let mut says = String::new();
        if let Some(output) = child.stdout.take() {
            let _ = output.take(SAYS_BYTES_MAX).read_to_string(&mut says);
        }
        if status.success() {
            return Ok(says);
        }
        let mut complains = String::new();
        if let Some(output) = child.stderr.take() {
            let _ = output.take(SAYS_BYTES_MAX).read_to_string(&mut complains);
        }
        let last = complains.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        Err(no_way(format!("{status} {last}").trim().to_owned()))
    }

    fn read(&self, says: &str) -> Result<Lamp, DisplayFault> {
        // A word alone is the whole line, so that `connection lost` is not `on`.
        let is = |line: &str, word: &str| line == word.trim() || (word.contains(' ') && line.ends_with(word));
        let holds = |words: &[&str]| words.iter().any(|word| says.lines().any(|line| is(line.trim(), word)));
        match (holds(self.table.says_lit), holds(self.table.says_dark)) {
            (true, _) => Ok(Lamp::Lit),
            (false, true) => Ok(Lamp::Dark),
            (false, false) if says.trim().is_empty() => Err(DisplayFault::NoAnswer),
            (false, false) => Err(DisplayFault::Garbage(says.trim().chars().take(80).collect())),
        }
    }
}

impl Display for Program {
    fn ask(&mut self) -> Result<Lamp, DisplayFault> {
        let says = self.run(self.table.ask)?;
        self.read(&says)
    }

    fn switch(&mut self, lamp: Lamp) -> Result<(), DisplayFault> {
        let arguments = if lamp == Lamp::Lit { self.table.lit } else { self.table.dark };
        self.run(arguments).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_programs_say_is_read() {
        let read = |table, says: &str| Program::new(table, None).read(says);
        assert_eq!(read(CEC, "\tGIVE_DEVICE_POWER_STATUS\n\tpwr-state: on (0x00)\n"), Ok(Lamp::Lit));
        assert_eq!(read(CEC, "\tpwr-state: standby (0x01)\n"), Ok(Lamp::Dark));
        assert_eq!(read(CEC, "Tx, Not Acknowledged"), Err(DisplayFault::Garbage("Tx, Not Acknowledged".into())));
        assert_eq!(read(X11_DPMS, "  DPMS is Enabled\n  Monitor is On\n"), Ok(Lamp::Lit));
        assert_eq!(read(X11_DPMS, "  Monitor is Off\n"), Ok(Lamp::Dark));
        assert_eq!(read(WLOPM, "HDMI-A-1 off\n"), Ok(Lamp::Dark));
        assert_eq!(read(OWN, ""), Err(DisplayFault::NoAnswer));
        assert_eq!(read(OWN, "connection"), Err(DisplayFault::Garbage("connection".into())));
    }

    #[test]
    fn a_program_of_ones_own_switches_and_one_that_fails_or_hangs_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, script: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, format!("#!/bin/sh\ncd \"$(dirname \"$0\")\"\n{script}\n")).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
            Program::new(OWN, file.to_str())
        };
        let mut own = write("own", "case $1 in ask) cat state;; *) echo $1 >state;; esac");
        for lamp in [Lamp::Lit, Lamp::Dark, Lamp::Lit] {
            own.switch(lamp).unwrap();
            assert_eq!(own.ask(), Ok(lamp));
        }
        let fault = write("bad", "echo 'no such display' >&2; exit 3").switch(Lamp::Lit).unwrap_err();
        assert!(fault.to_string().contains("no such display"), "{fault}");
        assert!(matches!(Program::new(OWN, Some("/nowhere/at/all")).ask(), Err(DisplayFault::NoWay { .. })));
        assert_eq!(write("slow", "exec sleep 60").ask(), Err(DisplayFault::NoAnswer));
    }
}
