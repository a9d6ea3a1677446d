//! Runs a target over its corpus, over every prefix of it, and over what mutators make of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::chance::Chance;
use super::memory::most_held;
use super::mutate::bend;
use super::targets::Target;
use crate::harness::Outcome;

/// What reading anything may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Processor time.
    pub processor: Duration,
    /// Memory held at one time, in bytes.
    pub held_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { processor: Duration::from_secs(1), held_bytes: 64 * 1024 * 1024 }
    }
}

/// What is wrong with a reader, and by which bytes it is seen.
#[derive(Debug)]
pub struct Finding {
    /// In words.
    pub why: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What a round came to.
#[derive(Debug, Default, Clone, Copy)]
pub struct Round {
    /// How many inputs were read.
    pub inputs: u64,
    /// How many of them were accepted.
    pub accepted: u64,
    /// The slowest.
    pub slowest: Duration,
    /// The most held by one, in bytes.
    pub most_held: usize,
}

impl Round {
    /// Reads one input.
    ///
    /// # Errors
    /// [`Finding`].
    fn take(&mut self, target: &Target, bytes: &[u8], limits: Limits) -> Result<(), Finding> {
        let finding = |why: String| Finding { why, bytes: bytes.to_vec() };
        let began = processor_time();
        let (read, held) = most_held(|| catch_unwind(AssertUnwindSafe(|| (target.read)(bytes))));
        let took = processor_time().saturating_sub(began);
        let is_accepted = read.map_err(|panic| {
            let words = panic.downcast_ref::<String>().map(String::as_str);
            finding(format!("panicked: {}", words.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?")))
        })?;
        self.inputs += 1;
        self.accepted += u64::from(is_accepted);
        self.slowest = self.slowest.max(took);
        self.most_held = self.most_held.max(held);
        if took > limits.processor {
            return Err(finding(format!("took {} ms", took.as_millis())));
        }
        if held > limits.held_bytes {
            return Err(finding(format!("held {held} bytes")));
        }
        Ok(())
    }
}

/// Processor time this thread has used: what else a machine does says nothing of a reader.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}

fn folder(target: &Target) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name)
}

/// The honest seeds of a target, and whatever ever broke it, by name.
///
/// # Errors
/// When a file of the corpus cannot be read.
pub fn corpus(target: &Target) -> Outcome<Vec<(String, Vec<u8>)>> {
    let mut inputs: Vec<_> =
        (target.seeds)()?.into_iter().enumerate().map(|(n, seed)| (format!("seed {n}"), seed)).collect();
    let folder = folder(target);
    if folder.is_dir() {
        let mut files = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        files.sort_by_key(std::fs::DirEntry::file_name);
        for file in files {
            inputs.push((file.file_name().to_string_lossy().into_owned(), std::fs::read(file.path())?));
        }
    }
    Ok(inputs)
}

/// Reads the corpus of a target.
///
/// # Errors
/// [`Finding`].
pub fn replay(target: &Target, corpus: &[(String, Vec<u8>)], limits: Limits) -> Result<Round, Finding> {
    let mut round = Round::default();
    for (_, bytes) in corpus {
        round.take(target, bytes, limits)?;
    }
    Ok(round)
}

/// Reads every prefix of every input that is not longer than `bytes_max`.
///
/// # Errors
/// [`Finding`].
pub fn prefixes(
    target: &Target,
    corpus: &[(String, Vec<u8>)],
    bytes_max: usize,
    limits: Limits,
) -> Result<Round, Finding> {
    let mut round = Round::default();
    for (_, bytes) in corpus.iter().filter(|(_, bytes)| bytes.len() <= bytes_max) {
        for end in 0..bytes.len() {
            round.take(target, bytes.get(..end).unwrap_or_default(), limits)?;
        }
    }
    Ok(round)
}

/// Reads what becomes of the corpus when it is bent: the `seeds`, or fewer when time is up.
///
/// # Errors
/// [`Finding`].
pub fn mutated(
    target: &Target,
    corpus: &[(String, Vec<u8>)],
    seeds: std::ops::Range<u64>,
    (limits, ends_at): (Limits, Instant),
) -> Result<Round, Finding> {
    let mut round = Round::default();
    for seed in seeds {
        if Instant::now() > ends_at {
            break;
        }
        let mut chance = Chance::new(seed);
        let (Some((_, one)), Some((_, other))) = (chance.one_of(corpus), chance.clone().one_of(corpus)) else { break };
        let bent = bend(one, other, &mut chance);
        if bent == *one {
            // Somebody put in what was there.
            continue;
        }
        round.take(target, &bent, limits)?;
    }
    Ok(round)
}
