//! Movies: looked at and decoded once by ffmpeg in a process of its own, with bounds on time, memory and what it may open.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use anteroom_content::item::MediaFile;
use anteroom_content::media::{BadMedia, Container};
use serde::Deserialize;
use tokio::process::Command;

use super::{BadUpload, Checked, Library, LibraryError};

/// What players decode, in 8 bits and 4:2:0: H.264 on every machine, the others where it has a decoder.
const VIDEO_CODECS: [&str; 4] = ["h264", "hevc", "vp9", "av1"];
/// Sound that players decode.
const SOUND_CODECS: [&str; 3] = ["aac", "opus", "vorbis"];
/// How long one look or decoding may take.
const TIME_MAX: Duration = Duration::from_mins(4);
/// Memory a child may map.
const MEMORY_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// The longer side of a movie.
const LONG_SIDE_MAX_PX: u32 = 4_096;
/// The shorter side of a movie.
const SHORT_SIDE_MAX_PX: u32 = 2_304;
/// Below it there is no picture.
const SHORT_SIDE_MIN_PX: u32 = 2;
/// The shortest movie.
const LENGTH_MIN_MS: u32 = 1_000;
/// The longest movie.
const LENGTH_MAX_MS: u32 = 600_000;
/// So much of what ffmpeg says is told to a person, in characters.
const WORDS_CHARS_MAX: usize = 160;

#[derive(Deserialize)]
struct Probe {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize)]
struct Stream {
    #[serde(default)]
    codec_type: String,
    #[serde(default)]
    codec_name: String,
    #[serde(default)]
    pix_fmt: String,
    #[serde(default)]
    width: u32,
    #[serde(default)]
    height: u32,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize)]
struct SideData {
    #[serde(default)]
    rotation: f64,
}

#[derive(Deserialize, Default)]
struct Format {
    #[serde(default)]
    duration: String,
}

/// What a movie is, by its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Width in pixels, as it is shown.
    pub width: u32,
    /// Height in pixels, as it is shown.
    pub height: u32,
    /// Length in milliseconds.
    pub duration_ms: u32,
}

/// Reads what an MP4 movie is, without decoding it.
///
/// # Errors
/// [`BadUpload`] when the tool is missing or a player could not show the movie.
pub async fn movie_facts(file: &Path) -> Result<Facts, BadUpload> {
    look(&program("ffprobe")?, file, Container::Mp4).await
}

/// Checks a movie and keeps it, with a still from it.
pub(super) async fn check(
    library: &Library,
    file: tempfile::NamedTempFile,
    size_bytes: u64,
    container: Container,
) -> Result<Checked, BadUpload> {
    let (ffprobe, ffmpeg) = (program("ffprobe")?, program("ffmpeg")?);
    let path = file.path().to_owned();
    let facts = look(&ffprobe, &path, container).await?;
    decode(&ffmpeg, &path, container).await?;
    let poster = poster(library, &ffmpeg, (&path, container), facts).await?;
    let library = library.clone();
    let hash = tokio::task::spawn_blocking(move || library.adopt(file));
    let hash = hash.await.map_err(|error| BadUpload::Internal(error.to_string()))??;
    let file = MediaFile { hash, size_bytes, width_px: facts.width, height_px: facts.height };
    Ok(Checked::Movie { file, duration_ms: facts.duration_ms, poster })
}

/// Where a program is; asked anew each time, so that installing it needs no restart.
fn program(name: &str) -> Result<PathBuf, BadUpload> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.ok_or(BadUpload::NoFfmpeg)
}

/// What ffmpeg calls it: a file is read as what its first bytes say, whatever else it might be.
const fn demuxer(container: Container) -> &'static str {
    match container {
        Container::Mp4 => "mov",
        Container::WebM => "matroska",
    }
}

async fn look(ffprobe: &Path, file: &Path, container: Container) -> Result<Facts, BadUpload> {
    let arguments = [
        "-v",
        "error",
        "-protocol_whitelist",
        "file",
        "-f",
        demuxer(container),
        "-print_format",
        "json",
        "-show_streams",
        "-show_format",
    ];
    let output = run(ffprobe, arguments.map(OsStr::new).into_iter().chain([file.as_os_str()])).await?;
    if !output.status.success() {
        return Err(BadMedia::Damaged(words(&output, file)).into());
    }
    let probe = serde_json::from_slice(&output.stdout).map_err(|error| BadMedia::Damaged(error.to_string()))?;
    judge(&probe)
}

fn judge(probe: &Probe) -> Result<Facts, BadUpload> {
    let of_type = |sort: &str| probe.streams.iter().filter(|stream| stream.codec_type == sort).collect::<Vec<_>>();
    let (videos, sounds) = (of_type("video"), of_type("audio"));
    let [video] = videos.as_slice() else {
        return Err(BadUpload::Codec { found: format!("{} pictures side by side", videos.len()) });
    };
    let is_known = VIDEO_CODECS.contains(&video.codec_name.as_str());
    if !is_known || !matches!(video.pix_fmt.as_str(), "yuv420p" | "yuvj420p") {
        return Err(BadUpload::Codec { found: format!("{} {}", video.codec_name, video.pix_fmt) });
    }
    if let Some(sound) = sounds.iter().find(|sound| !SOUND_CODECS.contains(&sound.codec_name.as_str())) {
        return Err(BadUpload::Codec { found: format!("{} + {}", video.codec_name, sound.codec_name) });
    }
    let (width, height) = (video.width, video.height);
    let (long, short) = (width.max(height), width.min(height));
    if long > LONG_SIDE_MAX_PX || !(SHORT_SIDE_MIN_PX..=SHORT_SIDE_MAX_PX).contains(&short) {
        return Err(BadUpload::MovieSize { width, height });
    }
    if video.side_data_list.iter().any(|side| side.rotation.abs() > 0.5) {
        return Err(BadUpload::MovieTurned);
    }
    let duration = probe.format.duration.parse::<f64>().ok().filter(|secs| secs.is_finite() && *secs >= 0.0);
    let duration = duration.ok_or_else(|| BadMedia::Damaged("its length is missing".to_owned()))?;
    let duration = Duration::try_from_secs_f64(duration).unwrap_or(Duration::MAX);
    let duration_ms = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
    if !(LENGTH_MIN_MS..=LENGTH_MAX_MS).contains(&duration_ms) {
        return Err(BadUpload::MovieLength { seconds: duration.as_secs() });
    }
    Ok(Facts { width, height, duration_ms })
}

/// Every frame and every sample is decoded once: what fails here would fail on a wall.
async fn decode(ffmpeg: &Path, file: &Path, container: Container) -> Result<(), BadUpload> {
    let before = [
        "-nostdin",
        "-hide_banner",
        "-v",
        "error",
        "-xerror",
        "-threads",
        "2",
        "-protocol_whitelist",
        "file",
        "-f",
        demuxer(container),
        "-i",
    ];
    let after = ["-map", "0:v:0", "-map", "0:a?", "-f", "null", "-"];
    let arguments = before.map(OsStr::new).into_iter().chain([file.as_os_str()]).chain(after.map(OsStr::new));
    let output = run(ffmpeg, arguments).await?;
    if output.status.success() && output.stderr.is_empty() {
        return Ok(());
    }
    Err(BadMedia::Damaged(words(&output, file)).into())
}

async fn poster(
    library: &Library,
    ffmpeg: &Path,
    (file, container): (&Path, Container),
    facts: Facts,
) -> Result<MediaFile, BadUpload> {
    // A little into the movie: many begin black.
    let at = (facts.duration_ms / 10).min(3_000);
    let at = format!("{}.{:03}", at / 1_000, at % 1_000);
    let before = [
        "-nostdin",
        "-hide_banner",
        "-v",
        "error",
        "-threads",
        "2",
        "-protocol_whitelist",
        "file,pipe",
        "-ss",
        at.as_str(),
        "-f",
        demuxer(container),
        "-i",
    ];
    let after = ["-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe", "-"];
    let arguments = before.map(OsStr::new).into_iter().chain([file.as_os_str()]).chain(after.map(OsStr::new));
    let output = run(ffmpeg, arguments).await?;
    if !output.status.success() || output.stdout.is_empty() {
        return Err(BadMedia::Damaged(words(&output, file)).into());
    }
    let library = library.clone();
    let bytes = output.stdout;
    let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let kept = tokio::task::spawn_blocking(move || library.keep(&bytes));
    let hash = kept.await.map_err(|error| BadUpload::Internal(error.to_string()))??;
    Ok(MediaFile { hash, size_bytes, width_px: facts.width, height_px: facts.height })
}

async fn run<'a>(program_path: &Path, arguments: impl Iterator<Item = &'a OsStr>) -> Result<Output, BadUpload> {
    let mut command = match program("prlimit") {
        Ok(prlimit) => {
            let mut command = Command::new(prlimit);
            command
                .arg(format!("--as={MEMORY_BYTES_MAX}"))
                .arg(format!("--cpu={}", TIME_MAX.as_secs()))
                .arg("--core=0");
            command.arg(program_path);
            command
        }
        Err(_) => Command::new(program_path),
    };
    command.args(arguments).env_clear().stdin(Stdio::null()).kill_on_drop(true);
    match tokio::time::timeout(TIME_MAX, command.output()).await {
        Err(_) => Err(BadUpload::Slow { seconds: TIME_MAX.as_secs() }),
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => Err(BadUpload::NoFfmpeg),
        Ok(Err(error)) => Err(LibraryError::disk(program_path, &error).into()),
    }
}

/// The first line ffmpeg said, without the server's own paths in it.
fn words(output: &Output, file: &Path) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("it cannot be read to its end");
    line.replace(&file.display().to_string(), "…").chars().filter(|c| !c.is_control()).take(WORDS_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Receiving, check as check_upload};
    use super::*;

    fn probe(change: impl FnOnce(&mut Probe)) -> Result<Facts, BadUpload> {
        let mut probe: Probe = serde_json::from_str(
            r#"{"streams":[{"codec_type":"video","codec_name":"h264","pix_fmt":"yuv420p","width":1920,"height":1080},
                {"codec_type":"audio","codec_name":"aac"}],"format":{"duration":"12.480000"}}"#,
        )
        .expect("well formed");
        change(&mut probe);
        judge(&probe)
    }

    #[test]
    fn only_what_players_can_show_passes() {
        assert_eq!(probe(|_| {}).expect("shown"), Facts { width: 1920, height: 1080, duration_ms: 12_480 });
        assert!(
            probe(|p| (p.streams[0].width, p.streams[0].height) = (4_096, 2_400))
                .is_err_and(|e| matches!(e, BadUpload::MovieSize { .. }))
        );
        assert!(
            probe(|p| p.streams[0].codec_name = "mpeg4".into()).is_err_and(|e| matches!(e, BadUpload::Codec { .. }))
        );
        for codec in ["hevc", "vp9", "av1"] {
            assert!(probe(|p| p.streams[0].codec_name = codec.into()).is_ok(), "{codec}");
        }
        assert!(
            probe(|p| p.streams[0].pix_fmt = "yuv420p10le".into()).is_err_and(|e| matches!(e, BadUpload::Codec { .. }))
        );
        assert!(probe(|p| p.streams[1].codec_name = "ac3".into()).is_err_and(|e| matches!(e, BadUpload::Codec { .. })));
        assert!(probe(|p| p.format.duration = "601".into()).is_err_and(|e| matches!(e, BadUpload::MovieLength { .. })));
        assert!(probe(|p| p.format.duration = "nan".into()).is_err());
        assert!(probe(|p| p.streams.clear()).is_err());
    }

    /// Makes a movie of two seconds with sound.
    fn film(ffmpeg: &Path, file: &Path, codecs: [&str; 2]) -> Vec<u8> {
        let made = std::process::Command::new(ffmpeg)
            .args(["-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=10:duration=2", "-f", "lavfi", "-i"])
            .args(["sine=duration=2", "-c:v", codecs[0], "-pix_fmt", "yuv420p", "-c:a", codecs[1]])
            .arg(file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("runs");
        assert!(made.success(), "{codecs:?}");
        std::fs::read(file).expect("there")
    }

    #[tokio::test]
    async fn real_movies_are_kept_with_their_stills_and_cut_ones_are_refused() {
        let Ok(ffmpeg) = program("ffmpeg") else {
            eprintln!("ffmpeg is not installed: movies were left out");
            return;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::of(folder.path());
        let upload = async |bytes: &[u8]| {
            let mut receiving = Receiving::begin(&library)?;
            receiving.push(bytes)?;
            check_upload(&library, receiving).await
        };
        for (name, codecs) in [
            ("h264.mp4", ["libx264", "aac"]),
            ("hevc.mp4", ["libx265", "aac"]),
            ("vp9.webm", ["libvpx-vp9", "libopus"]),
            ("av1.webm", ["libsvtav1", "libvorbis"]),
            ("av1.mp4", ["libsvtav1", "aac"]),
        ] {
            let bytes = film(&ffmpeg, &folder.path().join(name), codecs);
            let checked = upload(&bytes).await;
            let Ok(Checked::Movie { file, duration_ms, poster }) = checked else { panic!("{name}: {checked:?}") };
            assert_eq!((file.width_px, file.height_px, poster.width_px), (320, 180, 320), "{name}");
            assert!((1_900..=2_200).contains(&duration_ms), "{name}: {duration_ms}");
            assert!(super::super::thumbnail(&library, &poster.hash).expect("drawn").is_some(), "{name}");
            let cut = bytes.get(..bytes.len() / 3).expect("a part");
            assert!(matches!(upload(cut).await, Err(BadUpload::Media(BadMedia::Damaged(_)))), "{name}");
        }
    }
}
