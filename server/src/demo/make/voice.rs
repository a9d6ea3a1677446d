//! The voice: what a movie says, when, and the captions that stand beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::recipe::Movie;
use super::{MakeError, at, read, tool};

/// The least silence between two things said, in seconds.
const BREATH_SECS: f32 = 0.25;
/// The least silence after the last one, in seconds.
const REST_SECS: f32 = 0.8;
/// Sound below this is silence at the end of what the synthesiser says.
const SILENCE: u16 = 200;
/// How long a caption stands after the voice has ended, in milliseconds.
const CAPTION_REST_MS: u32 = 200;

/// A movie's sound and when each thing is said.
pub(super) struct Narration {
    /// The sound as a WAV file.
    pub wav: PathBuf,
    /// First and last millisecond of each cue.
    pub spans: Vec<(u32, u32)>,
    /// How long the movie is.
    pub secs: f32,
}

/// Speaks a movie's cues one after another and lays them out in time.
pub(super) fn speak(movie: &Movie, workplace: &Path) -> Result<Narration, MakeError> {
    let wav = workplace.join("narration.wav");
    let mut samples: Vec<i16> = Vec::new();
    let mut rate = 0;
    let mut spans = Vec::with_capacity(movie.cues.len());
    for cue in &movie.cues {
        let file = workplace.join("cue.wav");
        tool::speak(&movie.voice, movie.words_per_min, cue.say.as_ref().unwrap_or(&cue.zh), &file)?;
        let bytes = read(&file)?;
        let sound = Sound::parse(&bytes).ok_or_else(|| MakeError::Voice(cue.zh.clone()))?;
        rate = sound.rate;
        let from = samples.len().saturating_add(samples_in(BREATH_SECS, rate)).max(samples_in(cue.at, rate));
        samples.resize(from, 0);
        samples.extend(&sound.samples);
        spans.push((milliseconds(from, rate), milliseconds(samples.len(), rate)));
    }
    let secs = spans.last().map_or(movie.secs, |(_, to)| movie.secs.max(seconds(*to) + REST_SECS));
    samples.resize(samples_in(secs, rate), 0);
    fs::write(&wav, wav_file(&samples, rate)).map_err(at(&wav))?;
    Ok(Narration { wav, spans, secs })
}

/// Writes the Chinese and the English captions.
pub(super) fn write_captions(movie: &Movie, narration: &Narration, workplace: &Path) -> Result<(), MakeError> {
    let zh: Vec<_> = movie.cues.iter().map(|cue| cue.zh.as_str()).collect();
    let en: Vec<_> = movie.cues.iter().map(|cue| cue.en.as_str()).collect();
    for (file, words) in [(&movie.captions_zh, zh), (&movie.captions_en, en)] {
        let path = workplace.join(file);
        fs::write(&path, captions(&words, &narration.spans)).map_err(at(&path))?;
    }
    Ok(())
}

/// A WebVTT file; a caption stands a little longer than it is spoken, but never into the next one.
fn captions(words: &[&str], spans: &[(u32, u32)]) -> String {
    let mut text = String::from("WEBVTT\n");
    for (n, (words, (from, to))) in words.iter().zip(spans).enumerate() {
        let next = spans.get(n + 1).map_or(u32::MAX, |(next, _)| *next);
        let to = to.saturating_add(CAPTION_REST_MS).min(next);
        let words = words.replace('&', "&amp;").replace('<', "&lt;");
        // Writing into a text cannot fail.
        let _ = write!(text, "\n{}\n{} --> {}\n{words}\n", n + 1, timing(*from), timing(to));
    }
    text
}

fn timing(ms: u32) -> String {
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000)
}

/// 16-bit mono sound.
struct Sound {
    rate: u32,
    samples: Vec<i16>,
}

impl Sound {
    /// Reads a WAV file, without the silence at its end.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
        let mut rate = None;
        loop {
            let (name, tail) = rest.split_first_chunk::<4>()?;
            let (size, body) = tail.split_first_chunk::<4>()?;
            let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
            match name {
                b"fmt " => {
                    let is_mono_pcm = body.starts_with(&[1, 0, 1, 0]) && body.get(14..16) == Some(&[16, 0]);
                    rate = body.get(4..8).filter(|_| is_mono_pcm)?.first_chunk().map(|r| u32::from_le_bytes(*r));
                }
                b"data" => {
                    // A synthesiser that writes as it speaks may not know the size in advance.
                    let sound = body.get(..size).unwrap_or(body);
                    let mut samples: Vec<_> = sound.as_chunks::<2>().0.iter().map(|s| i16::from_le_bytes(*s)).collect();
                    let end = samples.iter().rposition(|s| s.unsigned_abs() > SILENCE).map_or(0, |last| last + 1);
                    samples.truncate(end);
                    return rate.map(|rate| Self { rate, samples });
                }
                _ => {}
            }
            rest = body.get(size.checked_add(size % 2)?..)?;
        }
    }
}

fn wav_file(samples: &[i16], rate: u32) -> Vec<u8> {
    let data_bytes = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX);
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend(b"RIFF");
    file.extend(data_bytes.saturating_add(36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(rate.to_le_bytes());
    file.extend(rate.saturating_mul(2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(data_bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|s| s.to_le_bytes()));
    file
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "minutes of sound")]
fn samples_in(secs: f32, rate: u32) -> usize {
    (f64::from(secs.max(0.0)) * f64::from(rate)) as usize
}

fn milliseconds(samples: usize, rate: u32) -> u32 {
    let ms = u64::try_from(samples).unwrap_or(u64::MAX).saturating_mul(1_000) / u64::from(rate.max(1));
    u32::try_from(ms).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "a movie is minutes long")]
fn seconds(ms: u32) -> f32 {
    ms as f32 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_survives_its_file_without_the_silence_at_its_end() {
        let sound = Sound::parse(&wav_file(&[0, 900, -900, 12, 0], 22_050)).expect("a sound");
        assert_eq!((sound.rate, sound.samples), (22_050, vec![0, 900, -900]));
        assert!(Sound::parse(b"RIFF").is_none());
    }

    #[test]
    fn a_caption_does_not_reach_into_the_next_one() {
        let text = captions(&["洗手 & 干", "腕"], &[(600, 3_500), (3_600, 4_000)]);
        assert_eq!(
            text,
            "WEBVTT\n\n1\n00:00:00.600 --> 00:00:03.600\n洗手 &amp; 干\n\n2\n00:00:03.600 --> 00:00:04.200\n腕\n"
        );
    }
}
