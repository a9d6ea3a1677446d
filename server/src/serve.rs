//! The running server: three doors, opened together and closed together.

use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;

use anteroom_content::clock::System;
use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::{Config, LinkTcp};
use crate::link::OwnThread;
use crate::open::{Doors, Opened, open};
use crate::state::State;
use crate::{api, console, hands, ledger, phone, publish};

/// How often the kernel is asked for a port that is free for UDP and for TCP.
const ANY_PORT_TRIES: u32 = 16;
/// How long open pages and links may take to end when the server stops.
const STOP_SECS: u64 = 5;

/// The doors, open but not yet answering.
pub struct Listening {
    console: TcpListener,
    phone: TcpListener,
    link: UdpSocket,
    /// The players' door once more, for those whose UDP is blocked.
    link_tcp: Option<TcpListener>,
    /// Their addresses.
    pub doors: Doors,
}

impl Listening {
    /// Takes the three addresses.
    ///
    /// # Errors
    /// When one of them is taken or not allowed; the message names the setting to change.
    pub async fn take(config: &Config) -> anyhow::Result<Self> {
        let taken = |name: &str, at: SocketAddr| {
            format!(
                "cannot listen on {at}: another program has it, or this user may not. Choose another with --{name} ADDRESS"
            )
        };
        let console = TcpListener::bind(config.console).await.with_context(|| taken("console", config.console))?;
        let phone = TcpListener::bind(config.phone).await.with_context(|| taken("phone", config.phone))?;
        let (link, link_tcp) = players_door(config).await?;
        let doors = Doors { console: console.local_addr()?, phone: phone.local_addr()?, link: link.local_addr()? };
        Ok(Self { console, phone, link, link_tcp, doors })
    }
}

/// Takes the link's port, of UDP and of TCP.
async fn players_door(config: &Config) -> anyhow::Result<(UdpSocket, Option<TcpListener>)> {
    let mut tries = if config.link.port() == 0 { ANY_PORT_TRIES } else { 1 };
    loop {
        let link = UdpSocket::bind(config.link).with_context(|| {
            format!("cannot listen on {} (UDP): another program has it, or this user may not. Choose another with --link ADDRESS", config.link)
        })?;
        let at = match config.link_tcp {
            LinkTcp::Off => return Ok((link, None)),
            LinkTcp::LikeUdp => link.local_addr()?,
            LinkTcp::At(at) => at,
        };
        tries -= 1;
        match TcpListener::bind(at).await {
            Ok(listener) => return Ok((link, Some(listener))),
            // The kernel chose a port that is free for UDP alone: it is asked for another one.
            Err(error) if tries > 0 => tracing::debug!(reason = %error, "a port is not free for TCP"),
            Err(error) => {
                return Err(error).with_context(|| {
                    format!(
                        "cannot listen on {at} (TCP, for players whose UDP is blocked): another program has it, or this user may not. Choose another address with --link-tcp ADDRESS, or do without it: --link-tcp off"
                    )
                });
            }
        }
    }
}

/// What a running server tells whoever started it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Ready {
    /// The console's address.
    pub console: String,
    /// What codes on the glass begin with.
    pub phone: String,
    /// The players' door.
    pub link: String,
    /// The one-time code for the first account; none when there is one already.
    pub setup_code: Option<String>,
}

/// Opens the state and tells how to reach it.
pub async fn start(config: &Config, listening: &Listening) -> anyhow::Result<(Opened, Ready)> {
    let opened = open(config, listening.doors, Arc::new(System)).await?;
    if let Some(resigned) = publish::resign_if_due(&opened.state, "server").await? {
        // Keys were replaced, and whoever did it was cut off before the last step.
        tracing::info!(
            publication.version = resigned.version,
            zones.count = resigned.zones,
            "every zone was signed anew"
        );
    }
    ledger::note_reach(&opened.state).await?;
    hands::recount(&opened.state).await?;
    let ready = Ready {
        console: opened.state.console_address.clone(),
        phone: opened.state.phone_address.clone(),
        link: opened.state.link_address.clone(),
        setup_code: console::setup::make_code(&opened.state).await?,
    };
    Ok((opened, ready))
}

/// Writes the addresses where a program that started the server reads them: whole, or not at all.
///
/// # Errors
/// When the file cannot be written.
pub fn write_ready(file: &PathBuf, ready: &Ready) -> anyhow::Result<()> {
    let temporary = file.with_extension("new");
    std::fs::write(&temporary, serde_json::to_vec(ready)?)?;
    std::fs::rename(&temporary, file).with_context(|| format!("cannot write {}", file.display()))
}

/// Answers at the three doors until `stop` says so.
///
/// # Errors
/// When a door fails for good.
pub async fn run(state: State, listening: Listening, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
    let console = axum::serve(
        listening.console,
        console::router(state.clone())
            .merge(api::router(state.clone()))
            .into_make_service_with_connect_info::<SocketAddr>(),
    );
    let phone =
        axum::serve(listening.phone, phone::router(state.clone()).into_make_service_with_connect_info::<SocketAddr>());
    let console = console.with_graceful_shutdown(stopped(stop.clone()));
    let phone = phone.with_graceful_shutdown(stopped(stop.clone()));
    let mut link = OwnThread::open(state.clone(), listening.link, listening.link_tcp, stop.clone())?;
    let doors = async {
        let (console, phone, link) = tokio::join!(console.into_future(), phone.into_future(), link.ended());
        console.context("the console door failed")?;
        phone.context("the phone door failed")?;
        link.context("the players' door failed")
    };
    let limit = async {
        stopped(stop.clone()).await;
        tokio::time::sleep(std::time::Duration::from_secs(STOP_SECS)).await;
    };
    let outcome = tokio::select! {
        outcome = doors => outcome,
        () = limit => Ok(()),
    };
    state.db.close().await;
    outcome
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means that the sender is gone: then nobody can say stop later, and it is time, too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Says stop at Ctrl-C or a polite signal.
#[must_use]
pub fn on_signal() -> watch::Receiver<bool> {
    let (say, stop) = watch::channel(false);
    tokio::spawn(async move {
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => signal.recv().await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated => {}
        }
        say.send_replace(true);
    });
    stop
}
