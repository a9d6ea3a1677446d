//! Numbers the server knows of itself, for whoever watches it: noted where things happen, told at `/metrics`.

use std::sync::atomic::{AtomicI64, AtomicU16, AtomicU64, AtomicUsize, Ordering};

use anteroom_content::clock::Instant;
use anteroom_content::id::ScreenId;
use anteroom_content::wire::Steps;

/// The most screens told by name: a watcher wants the worst, and one of a hundred knows them all.
const SCREENS_TOLD_MAX: usize = 1_000;

/// The numbers; each is a plain cell, for a reader that is a moment late loses nothing.
#[derive(Debug, Default)]
pub struct Meters {
    publication: AtomicU64,
    committed_at: AtomicI64,
    link_port: AtomicU16,
    socket_bytes: AtomicUsize,
    play_batches: AtomicU64,
    play_commits: AtomicU64,
    manifests_signed: AtomicU64,
}

impl Meters {
    /// A publication is on disk, and nobody was told yet.
    pub fn note_committed(&self, version: u64, at: Instant) {
        self.publication.store(version, Ordering::Relaxed);
        self.committed_at.store(at.0, Ordering::Relaxed);
    }

    /// A manifest was signed.
    pub fn note_signed(&self) {
        self.manifests_signed.fetch_add(1, Ordering::Relaxed);
    }

    /// Manifests signed since the start: one for each zone that is told something, however many screens it has.
    #[must_use]
    pub fn signed(&self) -> u64 {
        self.manifests_signed.load(Ordering::Relaxed)
    }

    /// The players' door has its socket, with a receive buffer of so many bytes.
    pub fn note_socket(&self, port: u16, bytes: usize) {
        self.link_port.store(port, Ordering::Relaxed);
        self.socket_bytes.store(bytes, Ordering::Relaxed);
    }

    /// So many batches of plays were written down in one commit, or none because it failed.
    pub fn note_plays(&self, batches: usize) {
        self.play_batches.fetch_add(u64::try_from(batches).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.play_commits.fetch_add(1, Ordering::Relaxed);
    }

    /// Batches of plays written down, and commits that took.
    #[must_use]
    pub fn plays(&self) -> (u64, u64) {
        (self.play_batches.load(Ordering::Relaxed), self.play_commits.load(Ordering::Relaxed))
    }

    /// All numbers as lines of `name value`, as Prometheus reads them.
    #[must_use]
    pub fn told(&self, boxes_connected: usize) -> String {
        let (batches, commits) = self.plays();
        let port = self.link_port.load(Ordering::Relaxed);
        format!(
            "anteroom_boxes_connected {boxes_connected}\n\
             anteroom_link_packets_dropped_total {}\n\
             anteroom_link_socket_bytes {}\n\
             anteroom_manifests_signed_total {}\n\
             anteroom_play_batches_total {batches}\n\
             anteroom_play_commits_total {commits}\n\
             anteroom_publication_version {}\n\
             anteroom_publication_committed_ms {}\n",
            packets_dropped(port).unwrap_or(0),
            self.socket_bytes.load(Ordering::Relaxed),
            self.signed(),
            self.publication.load(Ordering::Relaxed),
            self.committed_at.load(Ordering::Relaxed)
        )
    }
}

/// How well screens keep step, in the same form: of all of them, and of those that are latest by name.
#[must_use]
pub fn steps_told(steps: &[(ScreenId, Steps)]) -> String {
    use std::fmt::Write as _;
    let mut told = format!("anteroom_screens_moving {}\n", steps.len());
    for (screen, steps) in steps.iter().take(SCREENS_TOLD_MAX) {
        // Writing to a string does not fail.
        let _ =
            writeln!(told, "anteroom_screen_late_us{{screen=\"{screen}\",quantile=\"0.95\"}} {}", steps.late_p95_us);
        let _ = writeln!(told, "anteroom_screen_frames_skipped_total{{screen=\"{screen}\"}} {}", steps.skipped);
        if let Some(error_us) = steps.clock_error_us {
            let _ = writeln!(told, "anteroom_screen_clock_error_us{{screen=\"{screen}\"}} {error_us}");
        }
    }
    told
}

/// Packets the kernel threw away because the socket on a port had no room: such losses look like a slow network to
/// everybody else. None where the kernel does not tell.
fn packets_dropped(port: u16) -> Option<u64> {
    let tables = ["/proc/net/udp", "/proc/net/udp6"].map(|table| std::fs::read_to_string(table).unwrap_or_default());
    tables.iter().flat_map(|table| table.lines()).find_map(|line| dropped_of(line, port))
}

/// The last column of the line of a port.
fn dropped_of(line: &str, port: u16) -> Option<u64> {
    let (_, here) = line.split_whitespace().nth(1)?.rsplit_once(':')?;
    if u16::from_str_radix(here, 16).ok()? != port {
        return None;
    }
    line.split_whitespace().last()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_tell_how_they_keep_step_and_no_more_of_them_than_a_watcher_can_read() {
        let steps = |n: u64| Steps { clock_error_us: (n == 0).then_some(140), late_p95_us: 9_000 - n, skipped: n };
        let screens: Vec<_> =
            (0..1_500).map(|n| (ScreenId::parse(&format!("Z1-{n}")).expect("a name"), steps(n))).collect();
        let told = steps_told(&screens);
        assert!(told.starts_with(
            "anteroom_screens_moving 1500\nanteroom_screen_late_us{screen=\"Z1-0\",quantile=\"0.95\"} 9000\n"
        ));
        assert!(told.contains("anteroom_screen_clock_error_us{screen=\"Z1-0\"} 140\n"));
        assert_eq!(told.lines().count(), 1 + 2 * SCREENS_TOLD_MAX + 1);
    }

    #[test]
    fn drops_are_read_from_the_line_of_the_port() {
        let head = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";
        let line = "  563: 0100007F:1151 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12345 2 0000000000000000 42";
        assert_eq!(dropped_of(head, 0x1151), None);
        assert_eq!(dropped_of(line, 0x1151), Some(42));
        assert_eq!(dropped_of(line, 0x1152), None);
    }
}
