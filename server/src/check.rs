//! `anteroom check`: is the configuration right, is the data folder usable, are the tools there?

use std::fmt;

use anteroom_content::clock::{Clock as _, System};

use crate::config::{Config, ConfigArgs};
use crate::db::Db;
use crate::open::{database_file, reachable};
use crate::trust::{Folder, Keys};

/// Free room under which the data folder is too small for uploads.
const ROOM_MIN_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// The year this was written: a clock before it is wrong.
const YEAR_2026_MS: i64 = 1_767_225_600_000;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// As it should be.
    Good(String),
    /// Works, but somebody should know.
    Warning(String),
    /// Must be mended before the server can run.
    Fault(String),
}

impl Finding {
    /// Must be mended.
    #[must_use]
    pub const fn is_fault(&self) -> bool {
        matches!(self, Self::Fault(_))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good(text) => write!(f, "ok       {text}"),
            Self::Warning(text) => write!(f, "warning  {text}"),
            Self::Fault(text) => write!(f, "FAULT    {text}"),
        }
    }
}

/// Looks at everything a server needs, and changes nothing but an out-of-date database.
pub async fn check(args: &ConfigArgs) -> Vec<Finding> {
    let config = match Config::load(args) {
        Ok(config) => config,
        Err(error) => return vec![Finding::Fault(error.to_string())],
    };
    let mut findings = vec![Finding::Good("configuration".to_owned())];
    findings.push(database(&config).await);
    findings.extend(root_key(&config));
    findings.push(room(&config));
    findings.push(clock());
    let phone = config.phone_address.clone().unwrap_or_else(|| format!("http://{}", reachable(config.phone)));
    findings.push(if phone.contains("//127.") || phone.contains("//localhost") {
        Finding::Warning(format!("codes on the glass lead to {phone}: a phone cannot reach that, set --phone-address"))
    } else {
        Finding::Good(format!("codes on the glass lead to {phone}"))
    });
    for (tool, package, use_of_it) in [
        ("ffprobe", "ffmpeg", "uploading movies"),
        ("rsvg-convert", "librsvg2-bin", "the demo"),
        ("espeak-ng", "espeak-ng", "the demo"),
    ] {
        let is_there = std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()));
        findings.push(if is_there {
            Finding::Good(format!("{tool} (for {use_of_it})"))
        } else {
            Finding::Warning(format!("{tool} is missing, {use_of_it} will not work: apt install {package}"))
        });
    }
    findings
}

async fn database(config: &Config) -> Finding {
    let opened = match &config.database {
        Some(url) => Db::open_postgres(url).await,
        None if database_file(&config.data).exists() => Db::open_sqlite(&database_file(&config.data)).await,
        None => return Finding::Good(format!("data folder {} (new)", config.data.display())),
    };
    match opened {
        Ok(db) => {
            db.close().await;
            Finding::Good("database".to_owned())
        }
        Err(error) => Finding::Fault(error.to_string()),
    }
}

/// The root key should not lie where everybody else's does; nothing is said before the first run.
fn root_key(config: &Config) -> Option<Finding> {
    if !Folder::of(&config.data).is_made() {
        return None;
    }
    Some(match Keys::load_or_make(&config.data, System.now()) {
        Err(error) => Finding::Fault(error.to_string()),
        Ok(keys) => match keys.root_here(&config.data) {
            None => Finding::Good("keys; the root key is not in the data folder".to_owned()),
            Some(file) => Finding::Warning(format!(
                "the root key lies in {}: whoever breaks in has it. Take it away: anteroom trust root --out FILE",
                file.display()
            )),
        },
    })
}

fn room(config: &Config) -> Finding {
    let there = config.data.ancestors().find(|folder| folder.is_dir()).unwrap_or(std::path::Path::new("/"));
    match rustix::fs::statvfs(there) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let text = format!("{} MiB free for {}", free / 1024 / 1024, config.data.display());
            if free < ROOM_MIN_BYTES { Finding::Warning(format!("only {text}")) } else { Finding::Good(text) }
        }
        Err(error) => Finding::Warning(format!("cannot tell the free room of {}: {error}", there.display())),
    }
}

fn clock() -> Finding {
    let now = System.now();
    if now.0 < YEAR_2026_MS {
        Finding::Fault("the clock of this machine is years behind: set it (timedatectl set-ntp true), or nothing that expires would".to_owned())
    } else {
        Finding::Good("clock".to_owned())
    }
}
