//! The newest lines of this process's log, kept in memory for whoever asks from afar: as they were printed, and no more of them
//! than one frame carries. What must not be read by others is not in the log in the first place.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anteroom_content::wire::{LOG_BYTES_MAX, LOG_LINE_BYTES_MAX, LOG_LINES_MAX};
use tracing_subscriber::fmt::MakeWriter;

/// The journal; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Journal(Arc<Mutex<VecDeque<String>>>);

impl Journal {
    /// A poisoned lock only says that a thread ended while it held it; lines are whole.
    fn lines(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, text: &str) {
        let mut lines = self.lines();
        for line in text.lines().map(plain).filter(|line| !line.is_empty()) {
            if lines.len() >= LOG_LINES_MAX {
                lines.pop_front();
            }
            lines.push_back(line);
        }
    }

    /// The newest lines that fit together, oldest first.
    pub fn newest(&self) -> Vec<String> {
        let lines = self.lines();
        let mut left = LOG_BYTES_MAX;
        let mut newest: Vec<_> = lines
            .iter()
            .rev()
            .take_while(|line| {
                let fits = line.len() <= left;
                left = left.saturating_sub(line.len());
                fits
            })
            .cloned()
            .collect();
        newest.reverse();
        newest
    }
}

/// A line without the colours of a terminal, and not too long.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len().min(LOG_LINE_BYTES_MAX));
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // `ESC [ … m`; its end is the first letter.
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else if text.len() + letter.len_utf8() > LOG_LINE_BYTES_MAX {
            break;
        } else if !letter.is_control() {
            text.push(letter);
        }
    }
    text
}

impl<'a> MakeWriter<'a> for Journal {
    type Writer = &'a Self;
    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl io::Write for &Journal {
    /// Whoever logs writes an event at a time.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.keep(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_newest_lines_are_kept_plain_and_fit_into_a_frame() {
        let journal = Journal::default();
        let say = |line: String| (&journal).write_all(line.as_bytes()).unwrap();
        say("\u{1b}[2m2026\u{1b}[0m \u{1b}[32mINFO\u{1b}[0m 画面\n".to_owned());
        assert_eq!(journal.newest(), ["2026 INFO 画面"]);
        for n in 0..LOG_LINES_MAX + 5 {
            say(format!("{n:04} \"{}\"\n", "手".repeat(LOG_LINE_BYTES_MAX)));
        }
        let newest = journal.newest();
        assert!(newest.last().unwrap().starts_with(&format!("{:04}", LOG_LINES_MAX + 4)));
        assert!(newest.iter().all(|line| line.len() <= LOG_LINE_BYTES_MAX));
        let bytes: usize = newest.iter().map(String::len).sum();
        assert!(bytes <= LOG_BYTES_MAX && bytes + LOG_LINE_BYTES_MAX > LOG_BYTES_MAX, "{bytes}");
    }
}
