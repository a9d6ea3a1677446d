//! Bends the bytes that come from outside for as long as it is let: `cargo run --release -p anteroom-tests --bin fuzz -- show --seconds 600`.
//! What breaks a reader is written to the corpus, and replayed by the tests below from then on.
#![expect(clippy::print_stdout, reason = "it prints what it finds")]

use std::time::{Duration, Instant};

use anteroom_tests::fuzz::{Counting, Finding, Limits, Round, TARGETS, Target, corpus, mutated, replay};
use anteroom_tests::harness::Outcome;
use clap::Parser;

#[global_allocator]
static COUNTING: Counting = Counting;

/// Bends bytes from outside and looks whether their readers stand it
#[derive(Debug, Parser)]
struct Arguments {
    /// Which readers; all of them, one after another, when none is named
    targets: Vec<String>,
    /// How long each of them, in seconds
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Where the bending begins
    #[arg(long, default_value_t = 1_000_000)]
    seed: u64,
}

fn main() -> Outcome<()> {
    let arguments = Arguments::parse();
    let is_wanted =
        |target: &&Target| arguments.targets.is_empty() || arguments.targets.iter().any(|t| t == target.name);
    let wanted: Vec<&Target> = TARGETS.iter().filter(is_wanted).collect();
    let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
    anyhow::ensure!(!wanted.is_empty(), "no such reader; there are {}", names.join(", "));
    let mut found = 0;
    for target in wanted {
        let ends_at = Instant::now() + Duration::from_secs(arguments.seconds);
        let inputs = corpus(target)?;
        let seeds = arguments.seed..u64::MAX;
        let ran = replay(target, &inputs, Limits::default())
            .and_then(|_| mutated(target, &inputs, seeds, (Limits::default(), ends_at)));
        match ran {
            Ok(round) => println!("{}: {}", target.name, told(&round)),
            Err(finding) => {
                found += 1;
                keep(target, &finding)?;
            }
        }
    }
    anyhow::ensure!(found == 0, "{found} readers do not stand it");
    Ok(())
}

fn told(round: &Round) -> String {
    let (ms, kib) = (round.slowest.as_secs_f64() * 1_000.0, round.most_held / 1_024);
    format!("{} inputs, {} accepted, slowest {ms:.1} ms, most held {kib} KiB", round.inputs, round.accepted)
}

/// Writes the bytes to the corpus.
fn keep(target: &Target, finding: &Finding) -> Outcome<()> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(format!("found-{}", &blake3::hash(&finding.bytes).to_hex()[..16]));
    std::fs::write(&file, &finding.bytes)?;
    println!("{}: {}; the bytes are in {}", target.name, finding.why, file.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use anteroom_tests::fuzz::prefixes;

    use super::*;

    /// How many times the corpus of each reader is bent.
    const BENT: u64 = 4_000;
    /// When a reader has been tried long enough, on a busy machine.
    const SECONDS_MAX: u64 = 5;
    /// Longer inputs are not cut at every byte.
    const PREFIXED_BYTES_MAX: usize = 1_500;

    fn stands(target: &Target, what: &str, round: Result<Round, Finding>) -> Round {
        round.unwrap_or_else(|finding| {
            keep(target, &finding).expect("kept");
            panic!("{}, {what}: {}: {:?}", target.name, finding.why, String::from_utf8_lossy(&finding.bytes));
        })
    }

    #[test]
    fn every_reader_accepts_what_is_honest_and_stands_what_once_broke_it() {
        for target in TARGETS {
            let inputs = corpus(target).expect("read");
            assert!(!inputs.is_empty(), "{} has no corpus", target.name);
            let round = stands(target, "the corpus", replay(target, &inputs, Limits::default()));
            assert!(round.most_held > 0, "nothing is counted");
            for (name, bytes) in inputs.iter().filter(|(name, _)| !name.starts_with("found-")) {
                assert!((target.read)(bytes), "{}: {name} is refused", target.name);
            }
        }
    }

    #[test]
    fn frame_every_prefix() {
        for target in TARGETS {
            let inputs = corpus(target).expect("read");
            let round = stands(target, "a prefix", prefixes(target, &inputs, PREFIXED_BYTES_MAX, Limits::default()));
            println!("{}: {}", target.name, told(&round));
        }
    }

    #[test]
    fn bent_bytes_make_no_reader_panic_or_take_long_or_hold_much() {
        for target in TARGETS {
            let inputs = corpus(target).expect("read");
            let ends_at = Instant::now() + Duration::from_secs(SECONDS_MAX);
            let round = stands(target, "bent", mutated(target, &inputs, 0..BENT, (Limits::default(), ends_at)));
            println!("{}: {}", target.name, told(&round));
            // Evidence is signed to its last byte, and its verifier finds every one that is bent.
            let may_get_in = target.name != "evidence";
            assert_eq!(round.accepted > 0, may_get_in, "{}: {} bent ones are accepted", target.name, round.accepted);
            assert!(round.accepted < round.inputs, "{}: everything is accepted", target.name);
        }
    }

    #[test]
    fn what_panics_dawdles_or_hoards_is_found() {
        let bad = |read| Target { name: "bad", read, seeds: || Ok(vec![b"seed".to_vec()]) };
        let limits = Limits { processor: Duration::from_millis(20), ..Limits::default() };
        let why = |read| {
            let target = bad(read);
            let inputs = corpus(&target).expect("seeds");
            let ends_at = Instant::now() + Duration::from_secs(30);
            mutated(&target, &inputs, 0..200, (limits, ends_at)).expect_err("bad").why
        };
        assert!(why(|bytes| bytes.first() != Some(&b's') && panic!("no s")).contains("no s"));
        assert!(why(|bytes| std::hint::black_box(vec![0_u8; bytes.len() << 20]).is_empty()).contains("held"));
        let slow = |bytes: &[u8]| {
            let began = Instant::now();
            while bytes.len() > 100 && began.elapsed() < Duration::from_millis(400) {}
            false
        };
        assert!(why(slow).contains("took"));
    }
}
