//! Waiting for facts: looks again until it is so, and says what was waited for when it never is.

use std::time::{Duration, Instant};

use super::Outcome;

/// How long between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// Waits until `look` finds something, and tells how long that took.
///
/// # Errors
/// When `limit` is over first; the message says what was waited for and what the last look ended with.
pub fn until_some<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Outcome<Option<T>>,
) -> Outcome<(T, Duration)> {
    let start = Instant::now();
    loop {
        let last = match look() {
            Ok(Some(found)) => return Ok((found, start.elapsed())),
            Ok(None) => "not yet".to_owned(),
            Err(error) => format!("{error:#}"),
        };
        if start.elapsed() > limit {
            anyhow::bail!("waited {limit:?} for {what}; the last look: {last}");
        }
        std::thread::park_timeout(LOOK_AGAIN);
    }
}

/// Waits until `look` says so.
///
/// # Errors
/// As [`until_some`].
pub fn until(what: &str, limit: Duration, mut look: impl FnMut() -> Outcome<bool>) -> Outcome<Duration> {
    until_some(what, limit, || Ok(look()?.then_some(()))).map(|((), took)| took)
}
