//! The doctor: looks at everything between this box and its server, one thing after another, and says of each whether it is
//! well, why not, and what to do. It changes nothing, and an agent that runs is not disturbed.

mod here;
mod net;
mod report;

use std::path::Path;
use std::sync::Arc;

use anteroom_content::clock::System;
use anteroom_content::text::Text;

use super::caller;
use super::health::Status;
use super::link::Pass;
use super::store::{Identity, Store};
use super::time::BoxClock;
use crate::bridge::{Decoder, Fonts};
use report::Finding;
pub use report::Report;

/// What the box knows before anybody is asked.
struct Known {
    status: Option<Status>,
    identity: Option<Identity>,
    store: Option<Store>,
}

/// Examines the box in `folder` with its fonts and decoders, and the way to `server`; without one, to the server of the agent that runs.
///
/// # Errors
/// In words, when there is no server to look for.
pub async fn examine(
    server: Option<String>,
    folder: &Path,
    (fonts, decoders): (&Fonts, &[Decoder]),
) -> Result<Report, String> {
    let mut findings = Vec::new();
    let known = know(folder, &mut findings).await;
    let server = server.or_else(|| known.status.as_ref().map(|status| status.server.clone()));
    let Some(server) = server else {
        return Err(
            "no agent runs here that could say which server it looks for: name it with --server HOST:PORT".into()
        );
    };
    net::examine(&server, (pass(&known), known.identity.is_some()), &mut findings).await;
    here::certificate(&known, &mut findings).await;
    here::clock(&known, &mut findings).await;
    here::disk(folder, &mut findings);
    here::fonts(fonts, &mut findings);
    here::decoders(decoders, &mut findings);
    here::agent(known.status.as_ref(), &mut findings);
    Ok(Report { server, findings })
}

/// Asks the agent, and reads the state folder where there is one. Nothing is made that is not there.
async fn know(folder: &Path, findings: &mut Vec<Finding>) -> Known {
    let asked = folder.to_owned();
    let status = tokio::task::spawn_blocking(move || caller::status(&asked).ok()).await.ok().flatten();
    if !folder.join("state.db").is_file() {
        return Known { status, identity: None, store: None };
    }
    match Store::open(folder).await {
        Ok(store) => Known { status, identity: store.identity().await.ok().flatten(), store: Some(store) },
        Err(error) => {
            findings.push(Finding::bad(
                "state",
                Text::new(&format!("状态目录不能读取：{error}"), &format!("The state folder cannot be read: {error}")),
                Text::new(
                    "请用运行播放器的用户执行本命令；目录损坏时请换用空目录重新配对。",
                    "Run this as the user the player runs as; if the folder is damaged, pair again with an empty one.",
                ),
            ));
            Known { status, identity: None, store: None }
        }
    }
}

/// What a connection is made with: the box's certificate, or none before it was paired.
fn pass(known: &Known) -> Result<Pass, String> {
    let clock = Arc::new(BoxClock::new(Box::new(System), None));
    let made = match &known.identity {
        Some(identity) => Pass::for_files(identity, &clock),
        None => Pass::to_enrol(&clock),
    };
    made.map_err(|error| error.to_string())
}
