//! A talk over a line: a question, an answer within its time, some tries, and a new line where the old one broke.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant as Tick};

use anteroom_content::power::Lamp;

use super::tongues::{Heard, Question, Tongue};
use super::{Display, DisplayFault};

/// The longest answer, in bytes: three times the longest a display gives.
const ANSWER_BYTES_MAX: usize = 96;
/// What an answer to nothing may have left on the line, in bytes.
const STALE_BYTES_MAX: usize = 4_096;

/// A line in both directions. Reading waits a moment at the most and then has nothing: 0 bytes, or [`ErrorKind::WouldBlock`].
pub(super) trait ReadWrite: Read + Write + Send {}
impl<T: Read + Write + Send> ReadWrite for T {}

/// How to get a line.
pub(super) type Dial = Box<dyn FnMut() -> std::io::Result<Box<dyn ReadWrite>> + Send>;

/// How patient a talk is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// An answer that takes longer does not come.
    pub(super) answer_max: Duration,
    /// So often a question is put.
    pub(super) tries: u32,
}

impl Patience {
    /// Displays answer within half a second when they are lit, and take longer when they sleep.
    pub(super) const USUAL: Self = Self { answer_max: Duration::from_millis(1_500), tries: 3 };
}

/// A display at the other end of a line.
pub(super) struct Talk {
    way: String,
    tongue: Tongue,
    dial: Dial,
    line: Option<Box<dyn ReadWrite>>,
    patience: Patience,
}

impl Talk {
    pub(super) fn new(way: &str, tongue: Tongue, dial: Dial, patience: Patience) -> Self {
        Self { way: way.to_owned(), tongue, dial, line: None, patience }
    }

    fn put(&mut self, question: Question) -> Result<Heard, DisplayFault> {
        let mut fault = DisplayFault::NoAnswer;
        for _ in 0..self.patience.tries {
            match self.try_once(question) {
                Ok(Heard::No) => return Err(DisplayFault::Refused),
                Ok(heard) => return Ok(heard),
                Err(failed) => fault = failed,
            }
        }
        Err(fault)
    }

    fn try_once(&mut self, question: Question) -> Result<Heard, DisplayFault> {
        let no_way = |error: std::io::Error| DisplayFault::NoWay { way: self.way.clone(), why: error.to_string() };
        let line = match &mut self.line {
            Some(line) => line,
            None => self.line.insert((self.dial)().map_err(no_way)?),
        };
        let said = converse(line.as_mut(), &self.tongue, question, self.patience.answer_max);
        said.map_err(|error| {
            // Whatever stands on the line now belongs to nothing.
            self.line = None;
            no_way(error)
        })?
    }
}

/// One question and its answer; the outer error is the line's, the inner one the display's.
fn converse(
    line: &mut dyn ReadWrite,
    tongue: &Tongue,
    question: Question,
    answer_max: Duration,
) -> std::io::Result<Result<Heard, DisplayFault>> {
    let mut piece = [0; 64];
    let mut stale = 0;
    while stale < STALE_BYTES_MAX {
        match some(line, &mut piece)? {
            0 => break,
            count => stale += count,
        }
    }
    line.write_all(&(tongue.question)(question))?;
    line.flush()?;
    let begun = Tick::now();
    let mut heard = Vec::new();
    while begun.elapsed() < answer_max {
        let count = some(line, &mut piece)?;
        heard.extend_from_slice(piece.get(..count).unwrap_or_default());
        match (tongue.read)(&heard, question) {
            Heard::More if heard.len() > ANSWER_BYTES_MAX => break,
            Heard::More => {}
            Heard::Garbage => break,
            answer @ (Heard::Says(_) | Heard::Yes | Heard::No) => return Ok(Ok(answer)),
        }
    }
    if heard.is_empty() {
        return Ok(Err(DisplayFault::NoAnswer));
    }
    heard.truncate(ANSWER_BYTES_MAX);
    let bytes: Vec<_> = heard.iter().map(|byte| format!("{byte:02X}")).collect();
    Ok(Err(DisplayFault::Garbage(bytes.join(" "))))
}

/// What stands on the line now; nothing is no error.
fn some(line: &mut dyn ReadWrite, piece: &mut [u8]) -> std::io::Result<usize> {
    match line.read(piece) {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {
            Ok(0)
        }
        read => read,
    }
}

impl Display for Talk {
    fn ask(&mut self) -> Result<Lamp, DisplayFault> {
        match self.put(Question::IsLit)? {
            Heard::Says(lamp) => Ok(lamp),
            Heard::More | Heard::Yes | Heard::No | Heard::Garbage => Err(DisplayFault::NoAnswer),
        }
    }

    fn switch(&mut self, lamp: Lamp) -> Result<(), DisplayFault> {
        self.put(Question::Switch(lamp)).map(drop)
    }
}
