//! A display made of a socket and a few bytes: it speaks as an LG display does, and behaves as a test wants.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// How a fake display behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Does as it is told.
    Obeys,
    /// Says nothing.
    Mute,
    /// Says something else.
    Babbles,
    /// Says no.
    Refuses,
    /// Says yes and stays as it is.
    Lies,
    /// Answers in single bytes, after noise.
    Stutters,
    /// Hangs up after each answer.
    HangsUp,
}

/// An LG display behind a socket.
pub struct Fake {
    /// Where it is.
    pub socket: PathBuf,
    manner: Arc<Mutex<Manner>>,
    said: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Fake {
    /// Starts one.
    pub fn start(manner: Manner, is_lit: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("display");
        let listener = UnixListener::bind(&socket).unwrap();
        let (manner, said) = (Arc::new(Mutex::new(manner)), Arc::new(Mutex::new(Vec::new())));
        let (manners, saying) = (Arc::clone(&manner), Arc::clone(&said));
        std::thread::Builder::new()
            .name("fake-display".into())
            .spawn(move || {
                let mut is_lit = is_lit;
                for line in listener.incoming() {
                    let mut line = line.unwrap();
                    let mut heard = Vec::new();
                    let mut byte = [0];
                    while line.read(&mut byte).is_ok_and(|count| count == 1) {
                        if byte[0] != b'\r' {
                            heard.push(byte[0]);
                            continue;
                        }
                        let question = String::from_utf8(std::mem::take(&mut heard)).unwrap();
                        saying.lock().unwrap().push(question.clone());
                        let manner = *manners.lock().unwrap();
                        let obeys = matches!(manner, Manner::Obeys | Manner::Stutters | Manner::HangsUp);
                        if obeys && !question.ends_with("FF") {
                            is_lit = question.ends_with("01");
                        }
                        let state = if is_lit { "01" } else { "00" };
                        let answer = match manner {
                            Manner::Mute => String::new(),
                            Manner::Babbles => "login: x".to_owned(),
                            Manner::Refuses if !question.ends_with("FF") => "a 01 NG00x".to_owned(),
                            Manner::Stutters => format!("\0\0a 01 OK{state}x"),
                            Manner::Lies if !question.ends_with("FF") => format!("a 01 OK{}x", &question[6..]),
                            Manner::Obeys | Manner::Refuses | Manner::Lies | Manner::HangsUp => {
                                format!("a 01 OK{state}x")
                            }
                        };
                        for piece in answer.as_bytes().chunks(if manner == Manner::Stutters { 1 } else { 64 }) {
                            if line.write_all(piece).is_err() {
                                break;
                            }
                        }
                        if manner == Manner::HangsUp {
                            break;
                        }
                    }
                }
            })
            .unwrap();
        Self { socket, manner, said, _folder: folder }
    }

    /// It behaves so from now on.
    pub fn becomes(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// What it was told.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}
