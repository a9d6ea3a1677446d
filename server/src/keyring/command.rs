//! What is asked on the command line, and the text that answers it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anteroom_content::clock::{Clock as _, System};
use anteroom_content::trust::{Charter, PublicKey};
use anyhow::Context as _;
use clap::Subcommand;
use serde_json::json;

use super::rotate::{Office, Rotated, Seen, rotate};
use crate::config::{Config, ConfigArgs};
use crate::open::{Doors, OpenError, Opened, open};
use crate::publish::{self, Resigned};
use crate::restored;
use crate::trust::{Folder, Keys, fingerprint, move_root};

/// What may be asked about trust.
#[derive(Debug, Subcommand)]
pub enum TrustCommand {
    /// Say which keys are in use, and where the root key lies; works while the server runs
    Show {
        /// Answer as JSON
        #[arg(long)]
        json: bool,
        /// Where the server's data are.
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Move the root key out of the data folder, to a stick that is kept in a safe
    Root {
        /// Where it goes; nothing may be there yet
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
        /// Where the server's data are.
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Put a new key in place of one; the server must be stopped, and boxes hear of it when they come back
    Rotate {
        /// Whose key
        office: Office,
        /// The root key's file [default: the data folder, if it still lies there]
        #[arg(long, value_name = "FILE")]
        root: Option<PathBuf>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
        /// Where the server's data are.
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Sign what every zone plays anew, as it stands in this server's books: after a backup was restored
    Resign {
        /// Answer as JSON
        #[arg(long)]
        json: bool,
        /// Where the server's data are.
        #[command(flatten)]
        config: ConfigArgs,
    },
}

/// Who signed, in the books.
const BY: &str = "command-line";

/// Does what was asked, and answers with the text to print.
///
/// # Errors
/// When the data folder, the root key or a file cannot be used; nothing was changed then.
pub async fn run(command: TrustCommand) -> anyhow::Result<String> {
    match command {
        TrustCommand::Show { json, config } => {
            let data = made(&Config::load(&config)?)?;
            let keys = Keys::load_or_make(&data, System.now())?;
            let told = Shown::of(&keys, &data);
            Ok(if json { told.json().to_string() } else { told.words() })
        }
        TrustCommand::Root { out, json, config } => {
            let data = made(&Config::load(&config)?)?;
            let root = take_root(&data, &out)?;
            let words = format!(
                "the root key {} is in {} now, and no longer in {}\n\
                 keep it in a safe, with a copy in another: without it no key can ever be replaced",
                root.short(),
                out.display(),
                data.display()
            );
            Ok(if json { json!({ "root": root, "out": out }).to_string() } else { words })
        }
        TrustCommand::Rotate { office, root, json, config } => {
            let config = Config::load(&config)?;
            made(&config)?;
            let (rotated, resigned) = rotate_and_resign(&config, office, root.as_deref()).await?;
            Ok(if json { rotated_json(&rotated, resigned).to_string() } else { rotated_words(&rotated, resigned) })
        }
        TrustCommand::Resign { json, config } => {
            let config = Config::load(&config)?;
            made(&config)?;
            let opened = opened(&config).await?;
            let resigned = publish::resign(&opened.state, BY).await;
            opened.state.db.close().await;
            let resigned = resigned?;
            let json_text = json!({ "zones": resigned.zones, "boxes": resigned.boxes, "version": resigned.version });
            Ok(if json { json_text.to_string() } else { resigned_words(resigned) })
        }
    }
}

/// The data folder of a house that is there already: a slip in its name must not make a second set of keys.
fn made(config: &Config) -> anyhow::Result<PathBuf> {
    anyhow::ensure!(
        Folder::of(&config.data).is_made(),
        "there are no keys in {}: name the server's folder with --data, or start the server once",
        config.data.display()
    );
    Ok(config.data.clone())
}

fn take_root(data: &Path, out: &Path) -> anyhow::Result<PublicKey> {
    let keys = Keys::load_or_make(data, System.now())?;
    let here = keys.root_here(data).context("the root key is not in the data folder: it was taken away already")?;
    anyhow::ensure!(!out.exists(), "{} is there already; nothing is written over it", out.display());
    move_root(&here, out, &keys.charter.root)?;
    Ok(keys.charter.root)
}

async fn opened(config: &Config) -> anyhow::Result<Opened> {
    let doors = Doors { console: config.console, phone: config.phone, link: config.link };
    match open(config, doors, Arc::new(System)).await {
        Ok(opened) => Ok(opened),
        Err(OpenError::InUse(folder)) => anyhow::bail!(
            "the server of {folder} is running: stop it first, and start it again afterwards; screens play on meanwhile"
        ),
        Err(error) => Err(error.into()),
    }
}

async fn rotate_and_resign(
    config: &Config,
    office: Office,
    root: Option<&Path>,
) -> anyhow::Result<(Rotated, Option<Resigned>)> {
    // The folder stays locked from the first look to the last signature.
    let first = opened(config).await?;
    let seen = restored::seen(&first.state.db).await;
    first.state.db.close().await;
    let (version, epoch) = seen?;
    let rotated = rotate(&config.data, office, root, Seen { version, epoch }, System.now())?;
    drop(first);
    let opened = opened(config).await?;
    let resigned = publish::resign_if_due(&opened.state, BY).await;
    opened.state.db.close().await;
    Ok((rotated, resigned.context("the new key is in use; start the server, and it signs every zone anew")?))
}

/// What the keys are.
struct Shown<'a> {
    charter: &'a Charter,
    authorities: Vec<String>,
    root_here: Option<PathBuf>,
}

impl<'a> Shown<'a> {
    fn of(keys: &'a Keys, data: &Path) -> Self {
        use rustls::pki_types::CertificateDer;
        use rustls::pki_types::pem::PemObject as _;
        let print = |pem: &String| CertificateDer::from_pem_slice(pem.as_bytes()).map(|der| fingerprint(&der));
        let authorities = keys.charter.authorities.iter().filter_map(|pem| print(pem).ok()).collect();
        Self { charter: &keys.charter, authorities, root_here: keys.root_here(data) }
    }

    fn words(&self) -> String {
        let charter = self.charter;
        let list = |keys: &[PublicKey]| keys.iter().map(PublicKey::short).collect::<Vec<_>>().join(", ");
        let authorities: Vec<_> = self.authorities.iter().map(|print| print.get(..8).unwrap_or(print)).collect();
        let issued =
            jiff::Timestamp::from_millisecond(charter.issued_at.0).map_or_else(|_| "?".to_owned(), |at| at.to_string());
        let place = match &self.root_here {
            Some(file) => format!(
                "in {}: whoever breaks into this machine has it. Take it away: anteroom trust root --out FILE",
                file.display()
            ),
            None => "not in the data folder, as it should be".to_owned(),
        };
        format!(
            "charter    version {}, epoch {}, signed {issued}\nroot       {}  {place}\npublish    {}\nalert      {}\nauthority  {}",
            charter.version,
            charter.epoch,
            charter.root.short(),
            list(&charter.publish),
            list(&charter.alert),
            authorities.join(", "),
        )
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "version": self.charter.version,
            "epoch": self.charter.epoch,
            "issued_at": self.charter.issued_at,
            "root": self.charter.root,
            "root_file": self.root_here,
            "publish": self.charter.publish,
            "alert": self.charter.alert,
            "authorities": self.authorities,
        })
    }
}

fn rotated_words(rotated: &Rotated, resigned: Option<Resigned>) -> String {
    let charter = &rotated.charter;
    let mut words = format!(
        "{} has a new key; charter version {}, epoch {}",
        rotated.office.name(),
        charter.version,
        charter.epoch
    );
    if let Some(resigned) = resigned {
        words.push('\n');
        words.push_str(&resigned_words(resigned));
    }
    words.push_str(match rotated.office {
        Office::Publish | Office::Alert => "\nstart the server: every box hears of it when it connects",
        Office::Authority => {
            "\nstart the server: boxes fetch their new certificates within an hour of hearing it. When all of them have, rotate once \
             more, and the old authority is believed no more"
        }
        Office::Root => "\nthe new root key lies in the data folder: anteroom trust root --out FILE takes it away",
    });
    words
}

fn resigned_words(resigned: Resigned) -> String {
    format!("{} zones and {} boxes were signed anew as version {}", resigned.zones, resigned.boxes, resigned.version)
}

fn rotated_json(rotated: &Rotated, resigned: Option<Resigned>) -> serde_json::Value {
    json!({
        "office": rotated.office.name(),
        "charter": rotated.charter.version,
        "epoch": rotated.charter.epoch,
        "is_new_epoch": rotated.is_new_epoch,
        "zones": resigned.map_or(0, |resigned| resigned.zones),
        "version": resigned.map(|resigned| resigned.version),
    })
}
