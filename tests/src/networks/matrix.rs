//! The link over whole networks of this machine: server, relay and player each have a kernel's own, and between them are
//! cables. Needs the right to make them (`ip netns`, as root); without it the walk says so and walks nothing.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::open_ward;
use crate::harness::{Outcome, Player, program, until};

/// Delay there and back in milliseconds, and how many packets of a hundred are lost each way.
const CELLS: [(u64, u32); 4] = [(50, 5), (50, 20), (500, 5), (500, 20)];
/// From the start of the agent to its conversation.
const CONNECT_LIMIT: Duration = Duration::from_secs(30);
/// From the console's answer to the player.
const PUSH_LIMIT: Duration = Duration::from_secs(20);
/// How long a good network may take on a busy machine.
const SOON: Duration = Duration::from_mins(1);

const SCREEN: &str = "Z04-1";
const DEPARTMENT: &str = "03.07";

/// Two networks beside that of the machine, and cables: server — middle — box.
struct Cables {
    middle: String,
    box_side: String,
}

impl Cables {
    /// Lays them; an error says which right is missing.
    fn lay() -> Outcome<Self> {
        let n = std::process::id();
        let this = Self { middle: format!("anteroom-m{n}"), box_side: format!("anteroom-b{n}") };
        let (server_end, middle_end) = (format!("as{n}"), format!("am{n}"));
        let (middle, box_side) = (this.middle.as_str(), this.box_side.as_str());
        ip(&["netns", "add", middle])?;
        ip(&["netns", "add", box_side])?;
        ip(&["link", "add", &server_end, "type", "veth", "peer", "name", &middle_end, "netns", middle])?;
        ip(&["-n", middle, "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", box_side])?;
        ip(&["addr", "add", "10.203.1.1/24", "dev", &server_end])?;
        ip(&["link", "set", &server_end, "up"])?;
        for (network, address, end) in [
            (middle, "10.203.1.2/24", middle_end.as_str()),
            (middle, "10.203.2.1/24", "near"),
            (box_side, "10.203.2.2/24", "far"),
        ] {
            ip(&["-n", network, "addr", "add", address, "dev", end])?;
            ip(&["-n", network, "link", "set", end, "up"])?;
        }
        Ok(this)
    }

    /// Starts a relay in the middle.
    fn relay(&self, port: u16, weather: &[String]) -> Outcome<Relay> {
        let child = Command::new("ip")
            .args(["netns", "exec", &self.middle])
            .arg(program("relay")?)
            .args(["--listen", "10.203.2.1:4433", "--to", &format!("10.203.1.1:{port}")])
            .args(weather)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Relay(child))
    }
}

impl Drop for Cables {
    fn drop(&mut self) {
        // The cables go with the networks they end in.
        for network in [&self.box_side, &self.middle] {
            let _ = ip(&["netns", "del", network]);
        }
    }
}

/// A relay that runs in the middle.
struct Relay(Child);

impl Drop for Relay {
    fn drop(&mut self) {
        // What cannot be ended any more has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ip(arguments: &[&str]) -> Outcome<()> {
    let done = Command::new("ip").args(arguments).output()?;
    let why = String::from_utf8_lossy(&done.stderr);
    anyhow::ensure!(done.status.success(), "ip {}: {}", arguments.join(" "), why.trim());
    Ok(())
}

#[test]
fn matrix_of_loss_and_latency() -> Outcome<()> {
    let cables = match Cables::lay() {
        Ok(cables) => cables,
        Err(why) => {
            println!("NOT WALKED: networks of their own cannot be made here; that takes root and `ip`: {why:#}");
            return Ok(());
        }
    };
    let ward = open_ward("10.203.1.1:0")?;
    let port = ward.hospital.link()?.port();
    let clinic = ward.clinic_on_the_strip(DEPARTMENT)?;
    let server: SocketAddr = "10.203.2.1:4433".parse()?;

    let relay = cables.relay(port, &[])?;
    let mut player = Player::blind(&ward.hospital, "box", server, Some(&cables.box_side))?;
    ward.pair(&player.code()?, SCREEN)?;
    until("the programme", SOON, || {
        let status = player.status()?;
        Ok(status.connected && status.manifest_version > 0 && status.fetch_left_bytes == 0)
    })?;
    drop(relay);

    for (n, (round_trip_ms, loss_percent)) in CELLS.into_iter().enumerate() {
        player.kill_agent()?;
        let options = [
            format!("--delay-ms={}", round_trip_ms / 2),
            format!("--loss-percent={loss_percent}"),
            format!("--seed={}", round_trip_ms + u64::from(loss_percent)),
        ];
        let _relay = cables.relay(port, &options)?;
        player.wake()?;
        let connected = until("the player to be connected", CONNECT_LIMIT, || Ok(player.status()?.connected))?;
        let before = player.status()?.manifest_version;
        // Cancelled, and in the next cell held after all: each is a push.
        if n.is_multiple_of(2) {
            ward.stop_clinic(&clinic)?;
        } else {
            ward.withdraw(&clinic)?;
        }
        let pushed = until("a push", PUSH_LIMIT, || Ok(player.status()?.manifest_version > before))?;
        println!(
            "{round_trip_ms} ms there and back, {loss_percent} % lost: connected after {} ms, a push after {} ms",
            connected.as_millis(),
            pushed.as_millis()
        );
    }
    Ok(())
}
