//! A hospital: a real server in a folder of its own, on ports the kernel chose.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Outcome, program, until_some};

/// How long a server may take to answer: the first one on a machine makes the demo's movies.
const START_LIMIT: Duration = Duration::from_mins(5);
/// What codes begin with in a rehearsal, where nobody opens them: the same for the network made and the server that serves it.
const PHONE_ADDRESS: &str = "http://rehearsal.example";

/// A port the kernel chooses.
const ANY: &str = "127.0.0.1:0";

/// A running server.
pub struct Hospital {
    folder: tempfile::TempDir,
    server: Option<Child>,
    arguments: Vec<String>,
    doors: Doors,
}

#[derive(Debug, Clone, serde::Deserialize)]
struct Doors {
    console: String,
    phone: String,
    link: String,
    setup_code: Option<String>,
}

impl Hospital {
    /// A server with nothing in it.
    pub fn empty() -> Outcome<Self> {
        Self::start(&["serve"])
    }

    /// A server with the demo hospital.
    pub fn demo() -> Outcome<Self> {
        let media = program("anteroom")?.with_file_name("demo-media");
        Self::start(&["demo", "--no-player", "--media", &media.display().to_string()])
    }

    /// A server with the demo hospital whose players' door is at an address of this machine.
    ///
    /// # Errors
    /// When it does not start.
    pub fn demo_at(link: &str) -> Outcome<Self> {
        let media = program("anteroom")?.with_file_name("demo-media").display().to_string();
        Self::start_at(tempfile::tempdir()?, &["demo", "--no-player", "--media", &media], link)
    }

    /// A server with a network made up for a rehearsal; its boxes are in [`Hospital::boxes`].
    ///
    /// # Errors
    /// When the network cannot be made or the server does not start.
    pub fn rehearsal(screens: usize, zones: usize) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let (screens, zones) = (screens.to_string(), zones.to_string());
        let made = Command::new(program("anteroom")?)
            .args(["rehearse", "--phone-address", PHONE_ADDRESS, "--screens", &screens, "--zones", &zones])
            .arg("--data")
            .arg(folder.path().join("data"))
            .arg("--boxes")
            .arg(folder.path().join("boxes.jsonl"))
            .output()?;
        anyhow::ensure!(made.status.success(), "no rehearsal: {}", String::from_utf8_lossy(&made.stderr));
        Self::start_in(folder, &["serve", "--phone-address", PHONE_ADDRESS])
    }

    /// The boxes of a rehearsal.
    #[must_use]
    pub fn boxes(&self) -> PathBuf {
        self.folder.path().join("boxes.jsonl")
    }

    fn start(arguments: &[&str]) -> Outcome<Self> {
        Self::start_in(tempfile::tempdir()?, arguments)
    }

    fn start_in(folder: tempfile::TempDir, arguments: &[&str]) -> Outcome<Self> {
        Self::start_at(folder, arguments, "127.0.0.1:0")
    }

    fn start_at(folder: tempfile::TempDir, arguments: &[&str], link: &str) -> Outcome<Self> {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let any = ANY.to_owned();
        let doors = Doors { console: any.clone(), phone: any, link: link.to_owned(), setup_code: None };
        let mut hospital = Self { folder, server: None, arguments, doors };
        hospital.wake()?;
        Ok(hospital)
    }

    /// Starts the server again, on the same ports and the same data.
    pub fn wake(&mut self) -> Outcome<()> {
        let ready_file = self.folder.path().join("ready.json");
        let _ = std::fs::remove_file(&ready_file);
        let log = std::fs::File::options().create(true).append(true).open(self.folder.path().join("server.log"))?;
        let plain = |address: &str| address.trim_start_matches("http://").trim_start_matches("HTTP://").to_owned();
        // A server that is told what codes begin with names that as its phone door, and nobody can listen there.
        let phone = plain(&self.doors.phone).parse::<SocketAddr>().map_or(ANY.to_owned(), |door| door.to_string());
        let child = Command::new(program("anteroom")?)
            // As its unit has it, so that memory is measured as it will be.
            .env("MALLOC_ARENA_MAX", "1")
            .args(&self.arguments)
            .arg("--data")
            .arg(self.data())
            .args(["--console", &plain(&self.doors.console), "--phone", &phone])
            .args(["--link", &self.doors.link])
            .arg("--ready-file")
            .arg(&ready_file)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.server = Some(child);
        let (doors, _) = until_some("the server to answer", START_LIMIT, || {
            if let Some(Ok(Some(status))) = self.server.as_mut().map(Child::try_wait) {
                // It will not answer any more: there is nothing to wait for.
                return Ok(Some(Err(anyhow::anyhow!("the server ended ({status}): {}", self.log()))));
            }
            let ready = std::fs::read(&ready_file).ok().map(|bytes| serde_json::from_slice::<Doors>(&bytes));
            Ok(ready.transpose()?.map(Ok))
        })?;
        self.doors = doors?;
        Ok(())
    }

    /// Ends the server as the power would: kill −9.
    pub fn kill(&mut self) -> Outcome<()> {
        if let Some(mut server) = self.server.take() {
            server.kill()?;
            server.wait()?;
        }
        Ok(())
    }

    /// Stops the server as people do, with SIGTERM, and waits until it has said farewell.
    pub fn stop(&mut self) -> Outcome<()> {
        if let Some(mut server) = self.server.take() {
            Command::new("kill").args(["-TERM", &server.id().to_string()]).status()?;
            let ended = server.wait()?;
            anyhow::ensure!(ended.success(), "the server ended badly ({ended}): {}", self.log());
        }
        Ok(())
    }

    /// The server has ended by itself.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn has_ended(&mut self) -> Outcome<bool> {
        Ok(self.server.as_mut().map(Child::try_wait).transpose()?.flatten().is_some())
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for a player of this hospital.
    #[must_use]
    pub fn player_folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Any other folder of this hospital.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the console is, `http://…`.
    #[must_use]
    pub fn console(&self) -> &str {
        &self.doors.console
    }

    /// Where the phone pages are, as codes say it.
    #[must_use]
    pub fn phone(&self) -> String {
        self.doors.phone.to_ascii_lowercase()
    }

    /// The players' door.
    pub fn link(&self) -> Outcome<SocketAddr> {
        Ok(self.doors.link.parse()?)
    }

    /// The one-time code of a server without accounts.
    pub fn setup_code(&self) -> Outcome<String> {
        self.doors.setup_code.clone().ok_or_else(|| anyhow::anyhow!("the server has an account already"))
    }

    /// What the server has said so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }

    /// The server's process, for questions to the kernel.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }
}

impl Drop for Hospital {
    fn drop(&mut self) {
        // What cannot be ended any more has ended.
        let _ = self.kill();
        if std::thread::panicking() {
            eprintln!("—— what the server said ——\n{}", self.log());
        }
    }
}
