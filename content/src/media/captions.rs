//! Captions: the part of WebVTT a movie on a silent screen needs, which is cues in order and their plain text.

/// The most cues of a track.
pub const CAPTION_CUES_MAX: usize = 2_000;

/// Captions of one movie in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Track {
    /// In the order of the file.
    pub cues: Vec<CaptionCue>,
}

/// A caption and when it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptionCue {
    /// First millisecond of the movie.
    pub from_ms: u32,
    /// First millisecond after it.
    pub to_ms: u32,
    /// Plain text; lines joined by a line break.
    pub text: String,
}

/// Why a file is not a caption track.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCaptions {
    /// The first line is missing.
    #[error("the file does not start with `WEBVTT`")]
    Header,
    /// A time that cannot be read.
    #[error("line {line}: `{text}` is not a WebVTT timing")]
    Timing {
        /// Which line, from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// More cues than a track may have.
    #[error("more than {CAPTION_CUES_MAX} cues")]
    TooMany,
}

impl Track {
    /// Reads a WebVTT file.
    ///
    /// # Errors
    /// [`BadCaptions`] when the header, a timing or the number of cues is wrong.
    pub fn parse(text: &str) -> Result<Self, BadCaptions> {
        let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
        if !lines.next().is_some_and(|(_, line)| line.starts_with("WEBVTT")) {
            return Err(BadCaptions::Header);
        }
        let mut track = Self::default();
        while let Some((number, line)) = lines.next() {
            if !line.contains("-->") {
                continue;
            }
            let bad = || BadCaptions::Timing { line: number + 1, text: line.to_owned() };
            let (from, to) = line.split_once("-->").ok_or_else(bad)?;
            let to = to.split_whitespace().next().ok_or_else(bad)?;
            let (from_ms, to_ms) = (milliseconds(from.trim()).ok_or_else(bad)?, milliseconds(to).ok_or_else(bad)?);
            let text: Vec<_> = lines.by_ref().map(|(_, l)| l).take_while(|l| !l.trim().is_empty()).map(plain).collect();
            if track.cues.len() == CAPTION_CUES_MAX {
                return Err(BadCaptions::TooMany);
            }
            track.cues.push(CaptionCue { from_ms, to_ms, text: text.join("\n") });
        }
        Ok(track)
    }

    /// The caption at a millisecond of the movie.
    #[must_use]
    pub fn at(&self, ms: u32) -> Option<&str> {
        self.cues.iter().find(|cue| cue.from_ms <= ms && ms < cue.to_ms).map(|cue| cue.text.as_str())
    }
}

fn milliseconds(text: &str) -> Option<u32> {
    let (clock, fraction) = text.split_once('.')?;
    let mut ms = (fraction.len() == 3).then(|| fraction.parse::<u32>().ok()).flatten()?;
    let parts: Vec<u32> = clock.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let units: &[u32] = match parts.len() {
        2 => &[60_000, 1_000],
        3 => &[3_600_000, 60_000, 1_000],
        _ => return None,
    };
    for (part, unit) in parts.iter().zip(units) {
        ms = ms.checked_add(part.checked_mul(*unit)?)?;
    }
    Some(ms)
}

fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut in_tag = false;
    for c in line.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if in_tag => {}
            _ => text.push(c),
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_says_what_stands_at_a_moment() {
        let track = Track::parse("\u{feff}WEBVTT\n\n1\n00:01.000 --> 00:03.500 line:90%\n<b>内</b>、外\n夹 &amp; 弓\n\n01:00:00.000 --> 01:00:01.000\n完\n")
            .expect("well formed");
        assert_eq!(track.at(999), None);
        assert_eq!(track.at(1_000), Some("内、外\n夹 & 弓"));
        assert_eq!(track.at(3_500), None);
        assert_eq!(track.at(3_600_500), Some("完"));
    }

    #[test]
    fn what_is_not_a_track_is_refused_with_the_line() {
        assert_eq!(Track::parse("1\n00:01.000 --> 00:02.000\n"), Err(BadCaptions::Header));
        assert_eq!(
            Track::parse("WEBVTT\n\n00:xx.000 --> 00:02.000\nhi"),
            Err(BadCaptions::Timing { line: 3, text: "00:xx.000 --> 00:02.000".into() })
        );
    }
}
