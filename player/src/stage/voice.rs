//! A voice: one movie's sound on its way to a device. Its pipeline goes by the network's time: a correction changes the rate by
//! two parts in a hundred at the most, and over a jump the voice is begun anew where the picture is.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Moment};

use anteroom_content::media::{Container, Sort, sort_of};
use anteroom_content::volume::loudness;
use gstreamer as gst;
use gstreamer::prelude::*;

use super::movie::demuxer;
use super::speaker::{Piece, Wanted};
use crate::bridge::tick;

/// Where sound goes: `off`, `hang`, `file:PATH` (for proofs), or the name of an ALSA device; none is the default device.
const SOUND_VARIABLE: &str = "ANTEROOM_STAGE_SOUND";
/// A device or a file that has no sound ready after so long fails.
const OPEN_MAX: Duration = Duration::from_secs(5);
/// A device that takes no sound for so long has stopped.
const STILL_MAX: Duration = Duration::from_secs(5);
/// A movie that is joined late is sought so far ahead, in microseconds, because seeking takes time.
const JOIN_LEAD_US: i64 = 300_000;
/// Below this it is played from its beginning: what is late is left out by the sink.
const JOIN_LEAST_US: i64 = 100_000;
/// A clock that is so far off was set: sound and picture are apart.
const ASTRAY_US: i64 = 150_000;
/// The most a rate is changed, in millionths: as much as the picture's.
const RATE_PPM: i64 = 20_000;

/// A file is known by so many bytes.
const HEAD_BYTES: usize = 16;

/// Where sound goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outlet {
    /// Nowhere.
    Off,
    /// To an ALSA device; none is the machine's own choice.
    Device(Option<String>),
    /// As it is heard, into a file: 48,000 samples a second, one channel, 16 bits, little end first.
    File(PathBuf),
    /// To a device that never takes any.
    Hanging,
}

impl Outlet {
    /// As the environment says.
    pub(super) fn of_environment() -> Self {
        Self::of(std::env::var(SOUND_VARIABLE).ok().as_deref())
    }

    fn of(text: Option<&str>) -> Self {
        match text {
            None | Some("") => Self::Device(None),
            Some("off") => Self::Off,
            Some("hang") => Self::Hanging,
            Some(text) => match text.strip_prefix("file:") {
                Some(path) => Self::File(path.into()),
                None => Self::Device(Some(text.to_owned())),
            },
        }
    }

    /// What stands at the end of the pipeline, first to last.
    fn elements(&self) -> Result<Vec<gst::Element>, String> {
        let make = gst::ElementFactory::make;
        let built = |built: Result<gst::Element, gst::glib::BoolError>| built.map_err(|error| error.to_string());
        match self {
            Self::Off => Ok(vec![built(make("fakesink").property("sync", true).build())?]),
            Self::Device(name) => {
                let sink = name.iter().fold(make("alsasink"), |sink, name| sink.property("device", name)).build();
                Ok(vec![sink.map_err(|_| "the package gstreamer1.0-alsa is not installed".to_owned())?])
            }
            Self::File(path) => {
                let caps = gst::Caps::builder("audio/x-raw")
                    .field("format", "S16LE")
                    .field("layout", "interleaved")
                    .field("rate", 48_000)
                    .field("channels", 1)
                    .build();
                let filter = built(make("capsfilter").property("caps", caps).build())?;
                let sink = make("filesink").property("location", path).property("sync", true).property("append", true);
                Ok(vec![filter, built(sink.property_from_str("buffer-mode", "unbuffered").build())?])
            }
            Self::Hanging => {
                let sleeper = make("identity").property("sleep-time", u32::MAX).build();
                Ok(vec![built(sleeper)?, built(make("fakesink").property("sync", true).build())?])
            }
        }
    }
}

/// How a voice goes.
#[derive(Debug)]
pub(super) enum Goes {
    /// It is being opened.
    Opens,
    /// It is heard since then.
    On(Moment),
    /// The clock was set: it must be begun anew.
    Astray,
    /// It has ended, or there was none.
    Over,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Opening,
    /// It is sought to this place, in microseconds from its beginning.
    Joining(i64),
    Playing(Moment),
}

/// One movie's sound.
pub(super) struct Voice {
    pub(super) piece: Piece,
    pipeline: gst::Pipeline,
    bus: gst::Bus,
    clock: gst::SystemClock,
    volume: gst::Element,
    percent: u8,
    phase: Phase,
    begun: Moment,
    /// Pieces of sound that reached the device,
    taken: Arc<AtomicU64>,
    /// how many there were when somebody looked, and since when.
    seen: (u64, Moment),
}

impl Voice {
    /// Begins to open one. May hang where the device does.
    ///
    /// # Errors
    /// In words, when there is no device or no decoder.
    pub(super) fn open(outlet: &Outlet, piece: Piece, wanted: &Wanted) -> Result<Self, String> {
        gst::init().map_err(|error| error.to_string())?;
        let (pipeline, volume, taken) = pipeline(outlet, &piece)?;
        let bus = pipeline.bus().ok_or("a pipeline has no bus")?;
        let clock = gst::glib::Object::new::<gst::SystemClock>();
        pipeline.use_clock(Some(&clock));
        // The base time is ours, too: a sample is heard when the network's time says so.
        pipeline.set_start_time(gst::ClockTime::NONE);
        let now = Moment::now();
        let (percent, phase) = (wanted.percent, Phase::Opening);
        let voice = Self { piece, pipeline, bus, clock, volume, percent, phase, begun: now, taken, seen: (0, now) };
        voice.turn(percent);
        voice.steer(wanted);
        voice.set_state(gst::State::Paused)?;
        Ok(voice)
    }

    /// Goes on with it.
    ///
    /// # Errors
    /// In words, when the device or the decoder fails.
    pub(super) fn look(&mut self, wanted: &Wanted) -> Result<Goes, String> {
        while let Some(message) = self.bus.pop() {
            match message.view() {
                gst::MessageView::Error(error) => return Err(error.error().to_string()),
                gst::MessageView::Eos(_) | gst::MessageView::Application(_) => return Ok(Goes::Over),
                gst::MessageView::AsyncDone(_) => self.go_on(wanted)?,
                _ => {}
            }
        }
        if self.percent != wanted.percent {
            self.percent = wanted.percent;
            self.turn(wanted.percent);
        }
        let now = Moment::now();
        match self.phase {
            Phase::Opening | Phase::Joining(_) if self.begun.elapsed() > OPEN_MAX => {
                Err(format!("it takes no sound within {} s", OPEN_MAX.as_secs()))
            }
            Phase::Opening | Phase::Joining(_) => Ok(Goes::Opens),
            Phase::Playing(since) => {
                let taken = self.taken.load(Ordering::Relaxed);
                if taken != self.seen.0 {
                    self.seen = (taken, now);
                }
                if now.duration_since(self.seen.1) > STILL_MAX {
                    return Err(format!("it has taken no sound for {} s", STILL_MAX.as_secs()));
                }
                if self.is_astray(wanted) {
                    return Ok(Goes::Astray);
                }
                self.steer(wanted);
                Ok(Goes::On(since))
            }
        }
    }

    /// The device has the first of it: seeks to where the picture is, then plays.
    fn go_on(&mut self, wanted: &Wanted) -> Result<(), String> {
        let since_us = self.piece.since.0.saturating_mul(1_000);
        let joined_us = match self.phase {
            Phase::Opening => {
                let position_us = wanted.clock.now_us().saturating_sub(since_us);
                if position_us > JOIN_LEAST_US {
                    let to_us = position_us.saturating_add(JOIN_LEAD_US);
                    self.phase = Phase::Joining(to_us);
                    let sought =
                        self.pipeline.seek_simple(gst::SeekFlags::FLUSH | gst::SeekFlags::ACCURATE, time(to_us));
                    return sought.map_err(|error| format!("the movie's sound cannot be sought: {error}"));
                }
                0
            }
            Phase::Joining(to_us) => to_us,
            Phase::Playing(_) => return Ok(()),
        };
        self.steer(wanted);
        self.pipeline.set_base_time(time(since_us.saturating_add(joined_us)));
        let now = Moment::now();
        (self.phase, self.seen) = (Phase::Playing(now), (self.taken.load(Ordering::Relaxed), now));
        self.set_state(gst::State::Playing)
    }

    /// Lets the pipeline's clock run as the network's time does.
    fn steer(&self, wanted: &Wanted) {
        let (internal, tick_us) = (self.clock.internal_time(), tick::now_us());
        let now_us = wanted.clock.us_at(tick_us);
        let rate_us = wanted.clock.us_at(tick_us.saturating_add(1_000_000)).saturating_sub(now_us);
        let rate = rate_us.clamp(1_000_000 - RATE_PPM, 1_000_000 + RATE_PPM);
        self.clock.set_calibration(internal, time(now_us), u64::try_from(rate).unwrap_or(1_000_000), 1_000_000);
    }

    fn is_astray(&self, wanted: &Wanted) -> bool {
        let runs_us = i64::try_from(self.clock.time().useconds()).unwrap_or(i64::MAX);
        runs_us.saturating_sub(wanted.clock.now_us()).saturating_abs() > ASTRAY_US
    }

    fn turn(&self, percent: u8) {
        self.volume.set_property("volume", loudness(percent));
    }

    fn set_state(&self, state: gst::State) -> Result<(), String> {
        match self.pipeline.set_state(state) {
            Ok(_) => Ok(()),
            Err(error) => {
                let message = self.bus.pop_filtered(&[gst::MessageType::Error]);
                let said = message.as_ref().and_then(|message| match message.view() {
                    gst::MessageView::Error(error) => Some(error.error().to_string()),
                    _ => None,
                });
                Err(said.unwrap_or_else(|| error.to_string()))
            }
        }
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        if let Err(error) = self.pipeline.set_state(gst::State::Null) {
            tracing::warn!("a sound device does not end: {error}");
        }
    }
}

fn time(us: i64) -> gst::ClockTime {
    gst::ClockTime::from_useconds(u64::try_from(us).unwrap_or(0))
}

/// What a movie is held in, by its first bytes; of a file that is none, the demuxer says what is wrong.
fn container_of(file: &Path) -> Container {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let read = File::open(file).and_then(|file| file.take(HEAD_BYTES as u64).read_to_end(&mut head));
    match read.ok().and_then(|_| sort_of(&head).ok()) {
        Some(Sort::Movie(container)) => container,
        Some(Sort::Picture(_)) | None => Container::Mp4,
    }
}

/// `filesrc → demuxer → (sound alone) decodebin → audioconvert → audioresample → volume → device`, its volume, and a count of what
/// reached the device.
fn pipeline(outlet: &Outlet, piece: &Piece) -> Result<(gst::Pipeline, gst::Element, Arc<AtomicU64>), String> {
    let made = |name: &str| gst::ElementFactory::make(name).build().map_err(|error| error.to_string());
    let pipeline = gst::Pipeline::new();
    let source = gst::ElementFactory::make("filesrc").property("location", &piece.file).build();
    let source = source.map_err(|error| error.to_string())?;
    let (demux, decode) = (demuxer(container_of(&piece.file)).map_err(|error| error.to_string())?, made("decodebin")?);
    let (convert, volume) = (made("audioconvert")?, made("volume")?);
    let mut chain = vec![convert.clone(), made("audioresample")?, volume.clone()];
    chain.extend(outlet.elements()?);
    let fails = |error: gst::glib::BoolError| error.to_string();
    pipeline.add_many([&source, &demux, &decode]).map_err(fails)?;
    pipeline.add_many(&chain).map_err(fails)?;
    source.link(&demux).map_err(fails)?;
    gst::Element::link_many(&chain).map_err(fails)?;
    let (taken, counted) = (Arc::new(AtomicU64::new(0)), chain.last().and_then(|sink| sink.static_pad("sink")));
    let counting = Arc::clone(&taken);
    counted.ok_or("a sink has no pad")?.add_probe(gst::PadProbeType::BUFFER, move |_, _| {
        counting.fetch_add(1, Ordering::Relaxed);
        gst::PadProbeReturn::Ok
    });
    let decode_weak = decode.downgrade();
    demux.connect_pad_added(move |_, pad| {
        if pad.name().starts_with("audio") {
            join(pad, decode_weak.upgrade().as_ref());
        }
    });
    let decode_weak = decode.downgrade();
    demux.connect_no_more_pads(move |demux| {
        let input = decode_weak.upgrade().and_then(|decode| decode.static_pad("sink"));
        if input.is_some_and(|input| !input.is_linked()) {
            let silent = gst::message::Application::builder(gst::Structure::new_empty("no-sound")).src(demux).build();
            let _ = demux.post_message(silent);
        }
    });
    let convert_weak = convert.downgrade();
    decode.connect_pad_added(move |_, pad| join(pad, convert_weak.upgrade().as_ref()));
    Ok((pipeline, volume, taken))
}

fn join(pad: &gst::Pad, next: Option<&gst::Element>) {
    if let Some(input) = next.and_then(|next| next.static_pad("sink"))
        && !input.is_linked()
        && let Err(error) = pad.link(&input)
    {
        tracing::warn!("a movie's sound cannot be decoded: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_goes_where_the_environment_says() {
        for (text, outlet) in [
            (None, Outlet::Device(None)),
            (Some(""), Outlet::Device(None)),
            (Some("off"), Outlet::Off),
            (Some("hang"), Outlet::Hanging),
            (Some("plughw:1,3"), Outlet::Device(Some("plughw:1,3".into()))),
            (Some("file:/tmp/heard"), Outlet::File("/tmp/heard".into())),
        ] {
            assert_eq!(Outlet::of(text), outlet);
        }
    }
}
