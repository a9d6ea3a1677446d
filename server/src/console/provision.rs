//! Provisioning files: a box that reads one lights the screen it was made for, and nobody types a code.

use anteroom_content::id::ScreenId;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Named, clean};
use super::said::Said;
use super::visitor::Staff;
use crate::db::places;
use crate::vouchers;

/// The longest address of a server, in characters: a host's name of 253, a colon and a port.
const SERVER_CHARS_MAX: usize = 259;

#[derive(Deserialize)]
pub(super) struct ProvisionForm {
    #[serde(default)]
    server: String,
}

/// A name or an address, and a port.
fn is_server(text: &str) -> bool {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.[]:".contains(&b));
    is_host && text.len() <= SERVER_CHARS_MAX && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Makes the file, which is nowhere again: one that was made before for the same screen is over.
pub(super) async fn make(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ScreenId>,
    Fields(form): Fields<ProvisionForm>,
) -> Result<Response, Fault> {
    let places = places::places(&desk.house.db).await?;
    let screen = places.screen(&id).ok_or_else(Fault::not_found)?;
    let server = clean(&form.server);
    if !is_server(&server) {
        return Ok(Said::bad("bad-provision-server").at(&format!("/screens/{id}")));
    }
    let (voucher, until) = vouchers::make(&desk.house, &id, &staff.account.id).await?;
    desk.note(&staff.account, "box.provision", id.as_str(), &voucher.id.to_string()).await?;
    let page = staff.page();
    let until = page.when(&until);
    let said = |key: &str| page.words.say(key).put("screen", id.as_str()).put("until", until.as_str()).to_string();
    let name: String = screen.name.zh.chars().filter(|c| !c.is_control()).collect();
    let text = format!(
        "# {id} {name}\n# {}\n# {}\nserver = \"{server}\"\nvoucher = \"{}\"\n",
        said("provision-line"),
        said("provision-how"),
        voucher.reveal()
    );
    let file = "attachment; filename=\"provision.toml\"";
    let headers = [(CONTENT_TYPE, "application/toml"), (CONTENT_DISPOSITION, file), (CACHE_CONTROL, "no-store")];
    Ok((headers, text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_server_is_refused() {
        for text in ["10.0.0.5:4433", "media.hospital.example:4433", "[fd00::5]:4433"] {
            assert!(is_server(text), "{text}");
        }
        for text in ["", "10.0.0.5", ":4433", "host:0", "host:99999", "a\"b:4433", "http://host:4433"] {
            assert!(!is_server(text), "{text}");
        }
    }
}
