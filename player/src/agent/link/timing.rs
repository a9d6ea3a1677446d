//! Keeping time: asks the server by datagrams what time it is, several times in a row at first, then so often that the line
//! needs no other sign of life.

use std::time::Duration;

use anteroom_content::clock::discipline::Probe;
use anteroom_content::wire::time::{TIME_EVERY_SECS, TimeAsked, TimeTold, from_datagram, to_datagram};
use quinn::{Connection, SendDatagramError};

use super::run::Link;
use crate::agent::events::{Event, LinkEvent};
use crate::agent::limits::{TIME_ASKED_AT_ONCE, TIME_BURST_GAP};
use crate::bridge::tick;

/// Asks and hears until the connection ends, or the server turns out to tell no time.
pub async fn keep(link: Link, connection: Connection) {
    tokio::select! {
        () = ask(&link, &connection) => {}
        () = hear(&link, &connection) => {}
    }
}

async fn ask(link: &Link, connection: &Connection) {
    for n in 0_u32.. {
        let asked = to_datagram(&TimeAsked { tick_us: tick::now_us() });
        match connection.send_datagram(asked.into()) {
            Ok(()) | Err(SendDatagramError::TooLarge) => {}
            Err(SendDatagramError::UnsupportedByPeer | SendDatagramError::Disabled) => {
                tracing::info!("the server tells no time; the clock goes by its welcome");
                // The welcome's time stays good, and the conversation needs nothing from here.
                return std::future::pending().await;
            }
            Err(SendDatagramError::ConnectionLost(_)) => return,
        }
        if n == TIME_ASKED_AT_ONCE {
            link.events.send(Event::Link(LinkEvent::TimeLearned)).await;
        }
        let is_first = n < TIME_ASKED_AT_ONCE;
        tokio::time::sleep(if is_first { TIME_BURST_GAP } else { Duration::from_secs(TIME_EVERY_SECS) }).await;
    }
}

async fn hear(link: &Link, connection: &Connection) {
    while let Ok(datagram) = connection.read_datagram().await {
        let came_tick_us = tick::now_us();
        // What it cannot read is of a newer server, and not meant for it.
        let Some(TimeTold { tick_us, heard_us, told_us }) = from_datagram(&datagram) else { continue };
        let probe = Probe { asked_tick_us: tick_us, heard_us, told_us, came_tick_us };
        link.take_time(link.clock.follow(probe));
    }
}
