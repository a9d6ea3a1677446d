//! A server with one large movie on the air: brought, approved by a second person and published as people would.

use std::path::Path;
use std::process::Command;

use crate::fleet::identity::{self, Identity};
use crate::harness::{Console, Hospital, Outcome, PASSWORD};

/// The zone of a rehearsal with one zone.
const ZONE: &str = "zone:R00000-Z1";
/// The box in a movie that players skip (ISO/IEC 14496-12 §8.1.2): what makes a short movie large.
const FREE: &[u8; 4] = b"free";

/// The server, the box that may have the movie, and the movie.
pub(super) struct Published {
    /// The server.
    pub(super) hospital: Hospital,
    /// The box.
    pub(super) identity: Identity,
    /// The movie, which is what the box fetches.
    pub(super) movie: Vec<u8>,
}

impl Published {
    /// Makes a movie of so many bytes and brings it on the air.
    ///
    /// # Errors
    /// When ffmpeg is missing, or the console refuses.
    pub(super) fn movie(folder: &Path, size_bytes: usize) -> Outcome<Self> {
        let movie = large_movie(folder, size_bytes)?;
        let hospital = Hospital::rehearsal(1, 1)?;
        let identity = identity::read(&hospital.boxes(), 1)?.pop();
        let identity = identity.ok_or_else(|| anyhow::anyhow!("a rehearsal without a box"))?;
        let (maker, checker) = (Console::at(hospital.console()), Console::at(hospital.console()));
        let code = hospital.setup_code()?;
        maker
            .post("/setup", &[("code", &code), ("name", "maker"), ("display_name", "制作"), ("password", PASSWORD)])?;
        maker.post("/sign-in", &[("name", "maker"), ("password", PASSWORD), ("next", "/")])?;
        let second = [("name", "checker"), ("display_name", "审核"), ("role", "reviewer"), ("password", PASSWORD)];
        maker.post("/accounts", &second)?;
        checker.post("/sign-in", &[("name", "checker"), ("password", PASSWORD), ("next", "/")])?;
        let words = [
            ("class", "education"),
            ("title_zh", "大文件"),
            ("title_en", "A large file"),
            ("body_zh", "大文件"),
            ("source_zh", "测试"),
        ];
        let brought = maker.upload("/media/new", &words, ("file", "large.mp4", &movie))?.ok()?;
        let item = name_of(brought.location.as_deref());
        checker.post(&format!("/media/{item}/approve"), &[("version", "1")])?;
        let list = maker.post("/playlists", &[("name_zh", "大文件"), ("name_en", "Large")])?;
        let list = name_of(list.location.as_deref());
        maker.post(&format!("/playlists/{list}/add"), &[("item", &item)])?;
        let mut rule = vec![
            ("playlist", list.as_str()),
            ("place", ZONE),
            ("level", "priority"),
            ("from", "00:00"),
            ("to", "24:00"),
        ];
        rule.extend(["1", "2", "3", "4", "5", "6", "7"].map(|day| ("day", day)));
        maker.post("/rules/new", &rule)?;
        maker.post("/publish", &[])?;
        Ok(Self { hospital, identity, movie })
    }
}

/// A movie of two seconds, followed by a box of chance that fills it up.
fn large_movie(folder: &Path, size_bytes: usize) -> Outcome<Vec<u8>> {
    let file = folder.join("short.mp4");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=10:duration=2"])
        .args(["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart"])
        .arg(&file)
        .output()
        .map_err(|error| anyhow::anyhow!("no ffmpeg to make a movie with ({error}): apt-get install ffmpeg"))?;
    anyhow::ensure!(made.status.success(), "no movie: {}", String::from_utf8_lossy(&made.stderr));
    let mut movie = std::fs::read(file)?;
    let free_bytes = size_bytes.saturating_sub(movie.len()).max(8);
    movie.extend(u32::try_from(free_bytes)?.to_be_bytes());
    movie.extend(FREE);
    let mut chance = vec![0; free_bytes - 8];
    getrandom::fill(&mut chance).map_err(|error| anyhow::anyhow!("no chance to be had: {error}"))?;
    movie.extend(chance);
    Ok(movie)
}

/// The name of what was made: the last part of the address the console leads to.
fn name_of(location: Option<&str>) -> String {
    let path = location.unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_last_part_of_an_address() {
        let check = |given, expected: &str| assert_eq!(name_of(given), expected, "{given:?}");
        check(Some("/media/u-12?said=1"), "u-12");
        check(Some("/playlists/p-3#top"), "p-3");
        check(None, "");
    }
}
