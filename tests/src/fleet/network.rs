//! The server under load, and the person at its console: one it starts itself, or one that runs already.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anteroom_content::clock::{Clock as _, DAY_MS, Offsets, System};
use anyhow::Context as _;

use super::identity::{self, Identity};
use crate::harness::{Console, Hospital, Outcome, PASSWORD, until_some};

/// How long a server may take to say what it did.
const TOLD_LIMIT: Duration = Duration::from_mins(1);

/// A server with its boxes.
pub struct Network {
    /// The one that was started here; none when it runs already.
    hospital: Option<Hospital>,
    console: Option<Console>,
    /// Where players connect.
    pub link: SocketAddr,
    /// The server's process, where it is known.
    pub pid: Option<u32>,
    /// The boxes that will dial.
    pub boxes: Vec<Identity>,
}

impl Network {
    /// Makes a network and starts a server for it.
    ///
    /// # Errors
    /// When it cannot be made, or the console refuses its first person.
    pub fn rehearsed(players: usize, zones: usize) -> Outcome<Self> {
        let hospital = Hospital::rehearsal(players, zones)?;
        let console = Console::at(hospital.console());
        let code = hospital.setup_code()?;
        let account = [("code", code.as_str()), ("name", "load"), ("display_name", "演练"), ("password", PASSWORD)];
        console.post("/setup", &account)?;
        console.post("/sign-in", &[("name", "load"), ("password", PASSWORD), ("next", "/")])?;
        let (link, pid) = (hospital.link()?, hospital.pid());
        let boxes = identity::read(&hospital.boxes(), players)?;
        Ok(Self { hospital: Some(hospital), console: Some(console), link, pid, boxes })
    }

    /// A server that runs already; nobody is at its console.
    ///
    /// # Errors
    /// When the boxes cannot be read.
    pub fn running(link: SocketAddr, boxes: &Path, players: usize, pid: Option<u32>) -> Outcome<Self> {
        Ok(Self { hospital: None, console: None, link, pid, boxes: identity::read(boxes, players)? })
    }

    /// Kills the server and starts it again on the same port; false when it is not ours to kill.
    ///
    /// # Errors
    /// When it does not start again.
    pub fn restart(&mut self) -> Outcome<bool> {
        let Some(hospital) = &mut self.hospital else { return Ok(false) };
        hospital.kill()?;
        hospital.wake()?;
        self.pid = hospital.pid();
        Ok(true)
    }

    /// The server has ended by itself; false where it is not ours.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub(super) fn has_ended(&mut self) -> Outcome<bool> {
        self.hospital.as_mut().map_or(Ok(false), Hospital::has_ended)
    }

    /// Exports every play with its evidence and has a stranger check it, offline.
    ///
    /// # Errors
    /// When the server is not ours, or the evidence does not prove every play that was counted.
    pub fn verify_evidence(&self, plays: u64) -> Outcome<()> {
        self.hospital.as_ref().context("the server is not ours")?.verify_evidence(plays)
    }

    /// Somebody is at the console.
    #[must_use]
    pub fn has_console(&self) -> bool {
        self.console.is_some()
    }

    fn console(&self) -> Outcome<&Console> {
        self.console.as_ref().context("nobody is at the console of this server")
    }

    /// Changes what every zone is told, the `n`th time: a doctor's clinic of tomorrow is cancelled, then held again.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn change_every_zone(&self, n: usize) -> Outcome<()> {
        let console = self.console()?;
        let date = Offsets::of_zone("Asia/Shanghai", System.now())?.date(System.now().plus_ms(DAY_MS)).to_string();
        if n.is_multiple_of(2) {
            let form = [("doctor", "D01"), ("date", &date), ("half", "morning"), ("change", "stopped")];
            return console.post("/clinics", &form).map(drop);
        }
        let page = console.get(&format!("/clinics?date={date}"))?.text;
        let (_, rest) = page.split_once("action=\"/clinics/").context("no change to take back")?;
        let path = rest.split('"').next().unwrap_or_default();
        console.post(&format!("/clinics/{path}"), &[("date", &date)]).map(drop)
    }

    /// A number the server tells of itself; none where it is not known or nobody is at the console.
    ///
    /// # Errors
    /// When the console does not answer.
    pub fn meter(&self, name: &str) -> Outcome<Option<f64>> {
        let Some(console) = &self.console else { return Ok(None) };
        let page = console.get("/metrics")?;
        let mut lines = page.text.lines().filter_map(|line| line.split_once(' '));
        Ok(lines.find(|(line, _)| *line == name).and_then(|(_, value)| value.parse().ok()))
    }

    /// Plays the server has counted, by its own report of yesterday to tomorrow.
    ///
    /// # Errors
    /// When the console does not answer.
    pub fn plays_counted(&self) -> Outcome<u64> {
        let console = self.console()?;
        let today = Offsets::fixed("UTC", 0).date(System.now());
        let path = format!("/report.csv?from={}&to={}", today.yesterday()?, today.tomorrow()?);
        let (page, _) = until_some("the report", TOLD_LIMIT, || Ok(Some(console.get(&path)?.ok()?)))?;
        let cells = |line: &str| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<_>>();
        let items =
            page.text.lines().map(cells).filter(|line| line.get(1).is_some_and(|code| code.starts_with("card-")));
        Ok(items.filter_map(|line| line.get(3)?.parse::<u64>().ok()).sum())
    }

    /// What the server has said, for whoever asks why.
    #[must_use]
    pub fn log(&self) -> String {
        self.hospital.as_ref().map(Hospital::log).unwrap_or_default()
    }
}
