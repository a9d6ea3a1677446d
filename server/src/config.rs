//! Configuration: a file, over it the environment, over it the flags. An unknown key is refused with its file and line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;

/// Default address of the console.
const CONSOLE: &str = "0.0.0.0:8080";
/// Default address of the phone pages.
const PHONE: &str = "0.0.0.0:8081";
/// Default address of the players' door (UDP).
const LINK: &str = "0.0.0.0:4433";
/// Default data folder.
const DATA: &str = "/var/lib/anteroom";
/// Where the file is looked for when no flag names one.
const FILE: &str = "/etc/anteroom/server.toml";

/// What may be set; everything is optional at every layer.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder of database, library and keys
    #[arg(long, env = "ANTEROOM_DATA", value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// PostgreSQL instead of the embedded SQLite: postgres://user:password@host/name
    #[arg(long, env = "ANTEROOM_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: Option<String>,
    /// Where the console listens
    #[arg(long, env = "ANTEROOM_CONSOLE", value_name = "ADDRESS")]
    pub console: Option<SocketAddr>,
    /// Where the phone pages listen
    #[arg(long, env = "ANTEROOM_PHONE", value_name = "ADDRESS")]
    pub phone: Option<SocketAddr>,
    /// Where players connect (UDP)
    #[arg(long, env = "ANTEROOM_LINK", value_name = "ADDRESS")]
    pub link: Option<SocketAddr>,
    /// Where players connect whose UDP is blocked (TCP): an address, or `off`; by default the address of the link
    #[arg(long, env = "ANTEROOM_LINK_TCP", value_name = "ADDRESS")]
    pub link_tcp: Option<LinkTcp>,
    /// What codes on the glass begin with, such as `http://10.0.0.5:8081`; by default the machine's LAN address
    #[arg(long, env = "ANTEROOM_PHONE_ADDRESS", value_name = "URL")]
    pub phone_address: Option<String>,
}

/// Where players connect over TCP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum LinkTcp {
    /// At the address and the port of the link.
    #[default]
    LikeUdp,
    /// Nowhere: a box whose UDP is blocked stays outside.
    Off,
    /// Somewhere else, from where the port of the link leads there.
    At(SocketAddr),
}

impl std::str::FromStr for LinkTcp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            text => text
                .parse()
                .map(Self::At)
                .map_err(|_| format!("`{text}` is neither an address with a port, such as 0.0.0.0:4433, nor `off`")),
        }
    }
}

impl TryFrom<String> for LinkTcp {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// Where the file is.
#[derive(Debug, Clone, Default, Args)]
pub struct ConfigArgs {
    /// Configuration file [default: /etc/anteroom/server.toml, if it is there]
    #[arg(long, env = "ANTEROOM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Flags and environment.
    #[command(flatten)]
    pub settings: Settings,
}

/// The configuration in force.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder of database, library and keys.
    pub data: PathBuf,
    /// PostgreSQL, when it is used.
    pub database: Option<String>,
    /// Where the console listens.
    pub console: SocketAddr,
    /// Where the phone pages listen.
    pub phone: SocketAddr,
    /// Where players connect.
    pub link: SocketAddr,
    /// Where players connect whose UDP is blocked.
    pub link_tcp: LinkTcp,
    /// What codes begin with, when it was set.
    pub phone_address: Option<String>,
}

/// Why the configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum BadConfig {
    /// The file named cannot be read.
    #[error("cannot read the configuration file {file}: {why}")]
    Unread {
        /// Which.
        file: String,
        /// Why not.
        why: String,
    },
    /// Something in it is wrong.
    #[error("{file}:{line}: {why}")]
    Wrong {
        /// Which.
        file: String,
        /// Where, from 1.
        line: usize,
        /// What is wrong, and what may stand there.
        why: String,
    },
    /// The address for codes cannot be one.
    #[error("phone_address `{0}`: it must be http:// or https://, a host, perhaps a port, and nothing behind it")]
    PhoneAddress(String),
}

impl Config {
    /// Puts the layers together: file, environment, flags.
    ///
    /// # Errors
    /// [`BadConfig`] when the file cannot be read, holds an unknown key or a wrong value, or an address is none.
    pub fn load(args: &ConfigArgs) -> Result<Self, BadConfig> {
        let file = match &args.config {
            Some(path) => read(path)?,
            None if Path::new(FILE).exists() => read(Path::new(FILE))?,
            None => Settings::default(),
        };
        let over = &args.settings;
        let address = |over: Option<SocketAddr>, file: Option<SocketAddr>, default: &str| {
            over.or(file).or_else(|| default.parse().ok()).unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 0)))
        };
        let phone_address = over.phone_address.clone().or(file.phone_address);
        if let Some(bad) = phone_address.as_ref().filter(|text| !is_origin(text)) {
            return Err(BadConfig::PhoneAddress(bad.clone()));
        }
        Ok(Self {
            data: over.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from(DATA)),
            database: over.database.clone().or(file.database),
            console: address(over.console, file.console, CONSOLE),
            phone: address(over.phone, file.phone, PHONE),
            link: address(over.link, file.link, LINK),
            link_tcp: over.link_tcp.or(file.link_tcp).unwrap_or_default(),
            phone_address: phone_address.map(|text| text.trim_end_matches('/').to_owned()),
        })
    }
}

fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|host| {
        let host = host.trim_end_matches('/');
        !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
    })
}

fn read(path: &Path) -> Result<Settings, BadConfig> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| BadConfig::Unread { file: file.clone(), why: error.to_string() })?;
    settings_of(&file, &text)
}

/// Reads the text of a configuration file.
///
/// # Errors
/// [`BadConfig::Wrong`] with the line that is not what it should be.
pub fn settings_of(file: &str, text: &str) -> Result<Settings, BadConfig> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
        BadConfig::Wrong { file: file.to_owned(), line, why: error.message().to_owned() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(text: &str) -> (tempfile::TempDir, ConfigArgs) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("server.toml");
        std::fs::write(&file, text).expect("written");
        (folder, ConfigArgs { config: Some(file), settings: Settings::default() })
    }

    #[test]
    fn a_typo_is_refused_with_its_file_and_line() {
        let (_folder, args) = args("data = \"/srv\"\n\nconsol = \"0.0.0.0:80\"\n");
        let said = Config::load(&args).expect_err("a typo").to_string();
        assert!(said.contains("server.toml:3: unknown field `consol`"), "{said}");
        assert!(said.contains("console"), "it names what may stand there: {said}");
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_defaults() {
        let (_folder, mut args) = args("console = \"127.0.0.1:9000\"\nphone = \"127.0.0.1:9001\"\n");
        args.settings.phone = "127.0.0.1:9002".parse().ok();
        let config = Config::load(&args).expect("well formed");
        assert_eq!(config.console.port(), 9000);
        assert_eq!(config.phone.port(), 9002);
        assert_eq!(config.link.port(), 4433);
    }

    #[test]
    fn the_fallback_is_where_the_link_is_or_elsewhere_or_off() {
        let told = |text: &str| Config::load(&args(text).1).map(|config| config.link_tcp);
        assert_eq!(told("").expect("nothing"), LinkTcp::LikeUdp);
        assert_eq!(told("link_tcp = \"off\"\n").expect("off"), LinkTcp::Off);
        let at = "10.0.0.5:443".parse().expect("an address");
        assert_eq!(told("link_tcp = \"10.0.0.5:443\"\n").expect("an address"), LinkTcp::At(at));
        let said = told("link_tcp = \"on\"\n").expect_err("neither").to_string();
        assert!(said.contains("server.toml:1:") && said.contains("off"), "{said}");
    }

    #[test]
    fn an_address_for_codes_with_a_path_is_refused() {
        let (_folder, args) = args("phone_address = \"http://h.example/x?y\"\n");
        assert!(matches!(Config::load(&args), Err(BadConfig::PhoneAddress(_))));
    }
}
