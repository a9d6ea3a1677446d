//! Other programs: how each is called, and what to install when it is missing.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::MakeError;

/// How much of a failed program's last words an error repeats, in characters.
const SAID_CHARS_MAX: usize = 400;

/// Draws an SVG file as a PNG file. `style` is a stylesheet that says which layers are seen.
pub(super) fn draw(
    art: &Path,
    png: &Path,
    width_px: u32,
    height_px: u32,
    style: Option<&Path>,
) -> Result<(), MakeError> {
    let mut command = Command::new("rsvg-convert");
    command.arg("--width").arg(width_px.to_string()).arg("--height").arg(height_px.to_string());
    command.arg("--output").arg(png);
    if let Some(style) = style {
        command.arg("--stylesheet").arg(style);
    }
    run(command.arg(art), "rsvg-convert", png)
}

/// Speaks a text into a WAV file.
pub(super) fn speak(voice: &str, words_per_min: u32, text: &str, wav: &Path) -> Result<(), MakeError> {
    let mut command = Command::new("espeak-ng");
    command.arg("-v").arg(voice).arg("-s").arg(words_per_min.to_string()).arg("-w").arg(wav).arg("--").arg(text);
    run(&mut command, "espeak-ng", wav)
}

/// Films raw RGBA frames from its standard input beside a WAV file: H.264 in closed groups of `fps` frames, and AAC.
pub(super) fn film(width_px: u32, height_px: u32, fps: u32, wav: &Path, mp4: &Path) -> Command {
    let size = format!("{width_px}x{height_px}");
    let groups = format!("keyint={fps}:min-keyint={fps}:scenecut=0:open-gop=0");
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]);
    command.args(["-f", "rawvideo", "-pixel_format", "rgb0", "-video_size", &size]);
    command.arg("-framerate").arg(fps.to_string()).args(["-i", "pipe:0"]).arg("-i").arg(wav);
    command.args(["-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p"]);
    command.args(["-c:v", "libx264", "-profile:v", "high", "-preset", "veryfast", "-tune", "animation", "-crf", "22"]);
    command.args(["-x264-params", &groups, "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"]);
    // The synthesiser hisses above speech and rumbles below it.
    command.args(["-af", "highpass=f=90,lowpass=f=7000", "-c:a", "aac", "-b:a", "96k", "-ar", "48000", "-ac", "2"]);
    command.args(["-movflags", "+faststart", "-map_metadata", "-1"]).arg(mp4);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    command
}

/// Makes sure that Chinese is drawn in the font the drawings were made for.
pub(super) fn check_font() -> Result<(), MakeError> {
    let asked = Command::new("fc-match").args(["--format", "%{family}", "Noto Sans CJK SC"]).output();
    // Without fontconfig's own program nobody can tell; a picture then shows what it shows.
    match asked {
        Ok(answer) if !String::from_utf8_lossy(&answer.stdout).contains("Noto Sans CJK SC") => {
            Err(MakeError::FontMissing)
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Why a program could not be started.
pub(super) fn not_started(tool: &'static str, error: io::Error) -> MakeError {
    if error.kind() == io::ErrorKind::NotFound {
        let package = match tool {
            "rsvg-convert" => "librsvg2-bin",
            _ => tool,
        };
        return MakeError::ToolMissing { tool, package };
    }
    MakeError::File { path: tool.into(), source: error }
}

/// Why a program that ran did not do its work.
pub(super) fn failed(tool: &'static str, file: &Path, said: &[u8]) -> MakeError {
    let said = String::from_utf8_lossy(said);
    let said = said.trim();
    let skipped = said.chars().count().saturating_sub(SAID_CHARS_MAX);
    let file = file.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned();
    MakeError::ToolFailed { tool, file, said: said.chars().skip(skipped).collect() }
}

fn run(command: &mut Command, tool: &'static str, file: &Path) -> Result<(), MakeError> {
    let Output { status, stderr, .. } = command.stdin(Stdio::null()).output().map_err(|e| not_started(tool, e))?;
    if status.success() { Ok(()) } else { Err(failed(tool, file, &stderr)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_names_its_package() {
        let error = not_started("rsvg-convert", io::ErrorKind::NotFound.into());
        assert_eq!(error.to_string(), "`rsvg-convert` is not installed: install the Debian package `librsvg2-bin`");
    }

    #[test]
    fn only_the_end_of_a_long_complaint_is_repeated() {
        let error = failed("ffmpeg", Path::new("/x/c01.mp4"), "啊".repeat(900).as_bytes());
        assert!(error.to_string().starts_with("`ffmpeg` could not make `c01.mp4`: 啊"));
        assert!(error.to_string().chars().count() < SAID_CHARS_MAX + 60);
    }
}
