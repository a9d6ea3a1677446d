//! The provisioning file: where the server is, and a voucher that pairs the box without a code. Written by the console, read at every start;
//! once the box is paired, the voucher is worth nothing and the server in it still holds.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use anteroom_content::wire::Voucher;
use serde::Deserialize;

/// The longest file, in bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provision {
    /// The server, `HOST:PORT`.
    pub server: String,
    /// The voucher.
    pub voucher: Option<Voucher>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    server: String,
    voucher: Option<String>,
}

/// Reads a file; none where there is none.
///
/// # Errors
/// In words, when it is there and cannot be meant.
pub fn read(file: &Path) -> Result<Option<Provision>, String> {
    let told = |why: &dyn std::fmt::Display| {
        format!("the provisioning file `{}` cannot be used: {why}; download it again in the console", file.display())
    };
    let mut text = String::new();
    match File::open(file).and_then(|open| open.take(FILE_BYTES_MAX + 1).read_to_string(&mut text)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(told(&error)),
        Ok(length) if length as u64 > FILE_BYTES_MAX => return Err(told(&"it is longer than any")),
        Ok(_) => {}
    }
    parse(&text).map(Some).map_err(|why| told(&why))
}

fn parse(text: &str) -> Result<Provision, String> {
    let written: Written =
        toml::from_str(text.trim_start_matches('\u{FEFF}')).map_err(|error| error.message().to_owned())?;
    let voucher = written.voucher.map(|voucher| voucher.parse::<Voucher>()).transpose();
    Ok(Provision { server: written.server, voucher: voucher.map_err(|error| error.to_string())? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_and_what_cannot_be_meant_is_told_with_the_file() {
        let voucher = format!("{}.{}", "1f".repeat(8), "0a".repeat(32));
        let text = format!("# 1 号屏\nserver = \"10.0.0.5:4433\"\nvoucher = \"{voucher}\"\n");
        let read_text = |text: &str| {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("provision.toml");
            std::fs::write(&file, text).unwrap();
            read(&file)
        };
        let provision = read_text(&text).unwrap().unwrap();
        assert_eq!((provision.server.as_str(), provision.voucher), ("10.0.0.5:4433", voucher.parse().ok()));
        // An editor that marks its files so is as welcome as another.
        assert_eq!(read_text("\u{FEFF}server = \"h:1\"").unwrap().unwrap().voucher, None);
        for text in [
            "",
            "server = 5",
            "server = \"h:1\"\nvoucher = \"x\"",
            "server = \"h:1\"\nwifi = \"x\"",
            &"#".repeat(20_000),
        ] {
            let told = read_text(text).unwrap_err();
            assert!(told.contains("provision.toml") && told.contains("console"), "{told}");
        }
        assert_eq!(read(Path::new("/nowhere/provision.toml")), Ok(None));
    }
}
