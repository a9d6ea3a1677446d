//! Movies: GStreamer decodes ahead of the clock, and the clock says which frame is due. No sound is decoded here: screens of
//! waiting rooms are mute and carry captions instead, and where one is not, its sound has a pipeline of its own (`voice`).

use std::path::Path;
use std::time::{Duration, Instant as Moment};

use anteroom_content::clock::Instant;
use anteroom_content::media::{Container, Track};
use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use gstreamer_video::prelude::*;

use super::clockwork::Clockwork;

/// Frames decoded ahead of the one that is due.
const FRAMES_AHEAD: u32 = 3;
/// How long a file may take to show its first frame.
const OPEN_WAIT: Duration = Duration::from_secs(10);
/// How often it is looked meanwhile whether it ever will.
const OPEN_LOOK: Duration = Duration::from_millis(100);
/// A decoder that gives no frame for so long, while frames are due, hangs.
const STALL_MAX: Duration = Duration::from_secs(3);
/// And it was asked so often meanwhile: a machine that sleeps or is busy elsewhere is no fault of the file.
const STALL_ASKED_MIN: u32 = 30;
/// Between two questions that belong together lies less than this: in between, nobody wanted a frame.
const STALL_GAP: Duration = Duration::from_secs(1);
/// A movie that is joined late is sought a little ahead, because seeking takes time.
const SEEK_LEAD_MS: i64 = 200;
/// Below this a movie is played from its start rather than sought.
const SEEK_LEAST_MS: i64 = 400;
/// How soon to look again for a frame that is still being decoded.
const DECODE_WAIT_US: i64 = 4_000;
/// A decoder that is so far from the clock is sent where the clock is: it fell behind, or the clock was set.
const LAG_MAX_US: i64 = 1_000_000;
/// But not more often than this.
const SEEK_REST: Duration = Duration::from_secs(3);

/// Why a movie cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum MovieFault {
    #[error("the movie cannot be decoded: {0}")]
    Undecodable(String),
    #[error("the decoder is missing: {0}")]
    Missing(String),
    #[error("the movie did not start within {} s", OPEN_WAIT.as_secs())]
    Slow,
    #[error("the decoder has given no frame for {} s", STALL_MAX.as_secs())]
    Stalled,
}

/// A movie that is being decoded.
pub(super) struct Movie {
    pipeline: gst::Pipeline,
    sink: gst_app::AppSink,
    bus: gst::Bus,
    /// Its captions.
    pub(super) track: Track,
    /// Decoded, but not due yet.
    ahead: Option<Ahead>,
    has_shown: bool,
    sought_at: Moment,
    patience: Patience,
}

/// How long a decoder has been asked in vain.
#[derive(Debug, Default)]
struct Patience {
    /// Since when, how often, and when last.
    asked: Option<(Moment, u32, Moment)>,
}

impl Patience {
    /// It was asked, and had something or not; says whether it hangs.
    fn asked(&mut self, now: Moment, has_fed: bool) -> bool {
        let held = self.asked.take().filter(|(_, _, last)| !has_fed && now.duration_since(*last) < STALL_GAP);
        if has_fed {
            return false;
        }
        let (since, times, _) = held.unwrap_or((now, 0, now));
        self.asked = Some((since, times + 1, now));
        times >= STALL_ASKED_MIN && now.duration_since(since) > STALL_MAX
    }
}

struct Ahead {
    at_us: i64,
    sample: gst::Sample,
}

/// What became of the frames that were due.
#[derive(Default)]
pub(super) struct Fed {
    /// The newest of them, and when it was due, in microseconds from the movie's beginning.
    pub(super) frame: Option<(Frame, i64)>,
    /// So many older ones came too late to be shown.
    pub(super) skipped: u32,
}

/// A picture of a movie in two planes.
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Brightness, a byte a pixel.
    pub(super) luma: Vec<u8>,
    /// Colour, two bytes for four pixels.
    pub(super) chroma: Vec<u8>,
    pub(super) colours: Colours,
}

/// How the planes make colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colours {
    /// Share of red and of blue in brightness.
    pub(super) red: f32,
    pub(super) blue: f32,
    /// Brightness and colour fill all values rather than those of television.
    pub(super) is_full: bool,
}

impl Movie {
    /// Opens a movie so that its first frame is there when it is due.
    pub(super) fn open(
        file: (&Path, Container),
        track: Track,
        since: Instant,
        clock: &Clockwork,
    ) -> Result<Self, MovieFault> {
        gst::init().map_err(|error| MovieFault::Missing(error.to_string()))?;
        let (pipeline, sink) = pipeline(file).map_err(|error| MovieFault::Missing(error.to_string()))?;
        let bus = pipeline.bus().ok_or_else(|| MovieFault::Missing("a pipeline has no bus".into()))?;
        let (ahead, has_shown, sought_at, patience) = (None, false, Moment::now(), Patience::default());
        let mut movie = Self { pipeline, sink, bus, track, ahead, has_shown, sought_at, patience };
        movie.set_state(gst::State::Paused)?;
        movie.await_first_frame()?;
        let position_ms = clock.now().ms_since(since);
        if position_ms > SEEK_LEAST_MS {
            movie.seek(position_ms + SEEK_LEAD_MS);
        }
        movie.set_state(gst::State::Playing)?;
        Ok(movie)
    }

    /// Waits until the first frame is decoded, or there is a reason why it never will be.
    fn await_first_frame(&self) -> Result<(), MovieFault> {
        let begun = Moment::now();
        while begun.elapsed() < OPEN_WAIT {
            let (reached, _, _) = self.pipeline.state(gst::ClockTime::from_mseconds(millis(OPEN_LOOK)));
            self.check()?;
            if matches!(reached, Ok(gst::StateChangeSuccess::Success)) {
                return Ok(());
            }
        }
        Err(MovieFault::Slow)
    }

    /// The newest frame due at a position, if it is another than before. The first frame is always due, so that it can
    /// stand ready before its time.
    pub(super) fn frame_at(&mut self, position_us: i64) -> Result<Fed, MovieFault> {
        self.check()?;
        let mut due: Option<Ahead> = None;
        let mut skipped = 0;
        loop {
            if self.ahead.is_none() {
                self.ahead = self.pull();
                self.watch()?;
            }
            let is_first = !self.has_shown && due.is_none();
            match self.ahead.take() {
                Some(ahead) if ahead.at_us <= position_us || is_first => {
                    skipped += u32::from(due.replace(ahead).is_some());
                }
                Some(ahead) => {
                    let off_us = ahead.at_us - position_us;
                    self.ahead = Some(ahead);
                    self.catch_up(off_us, position_us);
                    break;
                }
                None => break,
            }
        }
        let Some(due) = due else { return Ok(Fed::default()) };
        self.has_shown = true;
        self.catch_up(due.at_us - position_us, position_us);
        Ok(Fed { frame: Some((frame(&due.sample)?, due.at_us)), skipped })
    }

    /// In how many microseconds the next frame is due; none after the last one.
    pub(super) fn next_in_us(&self, position_us: i64) -> Option<i64> {
        match &self.ahead {
            Some(ahead) => Some(ahead.at_us - position_us),
            None if self.sink.is_eos() => None,
            None => Some(DECODE_WAIT_US),
        }
    }

    /// What decodes its picture, and whether that is hardware.
    pub(super) fn decoder(&self) -> Option<(String, bool)> {
        let elements = self.pipeline.iterate_recurse().into_iter().filter_map(Result::ok);
        let mut factories = elements.filter_map(|element| element.factory());
        factories.find_map(|factory| {
            let class = factory.metadata(gst::ELEMENT_METADATA_KLASS)?.to_string();
            let decodes = class.contains("Decoder") && class.contains("Video");
            decodes.then(|| (factory.name().to_string(), class.contains("Hardware")))
        })
    }

    /// Notices a decoder that hangs: of a file that never ends and never goes on, the screen would keep one frame for ever.
    fn watch(&mut self) -> Result<(), MovieFault> {
        let has_fed = self.ahead.is_some() || self.sink.is_eos();
        if self.patience.asked(Moment::now(), has_fed) { Err(MovieFault::Stalled) } else { Ok(()) }
    }

    fn pull(&self) -> Option<Ahead> {
        let sample = self.sink.try_pull_sample(gst::ClockTime::ZERO)?;
        let time = sample.buffer().and_then(gst::BufferRef::pts);
        let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>());
        let at = segment.and_then(|segment| segment.to_stream_time(time?)).or(time).unwrap_or(gst::ClockTime::ZERO);
        let at_us = i64::try_from(at.useconds()).unwrap_or(i64::MAX);
        Some(Ahead { at_us, sample })
    }

    fn catch_up(&mut self, off_us: i64, position_us: i64) {
        if position_us >= 0 && off_us.abs() > LAG_MAX_US && self.sought_at.elapsed() > SEEK_REST {
            self.ahead = None;
            self.seek(position_us / 1_000 + SEEK_LEAD_MS);
        }
    }

    fn seek(&mut self, position_ms: i64) {
        self.sought_at = Moment::now();
        let to = gst::ClockTime::from_mseconds(u64::try_from(position_ms).unwrap_or(0));
        if let Err(error) = self.pipeline.seek_simple(gst::SeekFlags::FLUSH | gst::SeekFlags::ACCURATE, to) {
            // It plays from where it is, and the frames that are late are passed over.
            tracing::warn!("a movie cannot be sought: {error}");
        }
    }

    fn set_state(&self, state: gst::State) -> Result<(), MovieFault> {
        self.pipeline
            .set_state(state)
            .map_err(|error| self.check().err().unwrap_or_else(|| MovieFault::Undecodable(error.to_string())))?;
        Ok(())
    }

    /// What the decoder complains about, or that there is none.
    fn check(&self) -> Result<(), MovieFault> {
        while let Some(message) = self.bus.pop_filtered(&[gst::MessageType::Error, gst::MessageType::Element]) {
            match message.view() {
                gst::MessageView::Error(error) => return Err(MovieFault::Undecodable(error.error().to_string())),
                gst::MessageView::Element(element) => {
                    let told = element.structure().filter(|told| told.name() == "missing-plugin");
                    if let Some(told) = told {
                        let name = told.get::<String>("name").unwrap_or_else(|_| "a decoder".to_owned());
                        return Err(MovieFault::Missing(name));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Movie {
    fn drop(&mut self) {
        if let Err(error) = self.pipeline.set_state(gst::State::Null) {
            tracing::warn!("a decoder does not end: {error}");
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What takes a container apart.
pub(super) fn demuxer(container: Container) -> Result<gst::Element, gst::glib::BoolError> {
    let name = match container {
        Container::Mp4 => "qtdemux",
        Container::WebM => "matroskademux",
    };
    gst::ElementFactory::make(name).build()
}

/// `filesrc → demuxer → (video alone) decodebin → videoconvert → NV12`. Sound is left in the file.
fn pipeline((path, container): (&Path, Container)) -> Result<(gst::Pipeline, gst_app::AppSink), gst::glib::BoolError> {
    let pipeline = gst::Pipeline::new();
    let source = gst::ElementFactory::make("filesrc").property("location", path).build()?;
    let demux = demuxer(container)?;
    let decode = gst::ElementFactory::make("decodebin").build()?;
    let convert = gst::ElementFactory::make("videoconvert").build()?;
    let caps = gst_video::VideoCapsBuilder::new().format(gst_video::VideoFormat::Nv12).build();
    let sink = gst_app::AppSink::builder().caps(&caps).max_buffers(FRAMES_AHEAD).drop(false).sync(false).build();
    pipeline.add_many([&source, &demux, &decode, &convert, sink.upcast_ref()])?;
    source.link(&demux)?;
    convert.link(&sink)?;
    let decode_weak = decode.downgrade();
    demux.connect_pad_added(move |_, pad| {
        if let Some(input) = decode_weak.upgrade().and_then(|decode| decode.static_pad("sink"))
            && pad.name().starts_with("video")
            && !input.is_linked()
            && let Err(error) = pad.link(&input)
        {
            tracing::warn!("a movie's picture cannot be decoded: {error}");
        }
    });
    let convert_weak = convert.downgrade();
    decode.connect_pad_added(move |_, pad| {
        if let Some(input) = convert_weak.upgrade().and_then(|convert| convert.static_pad("sink"))
            && !input.is_linked()
            && let Err(error) = pad.link(&input)
        {
            tracing::warn!("a movie's picture cannot be converted: {error}");
        }
    });
    Ok((pipeline, sink))
}

fn frame(sample: &gst::Sample) -> Result<Frame, MovieFault> {
    let bad = |text: &str| MovieFault::Undecodable(text.to_owned());
    let caps = sample.caps().ok_or_else(|| bad("a frame has no format"))?;
    let info = gst_video::VideoInfo::from_caps(caps).map_err(|error| bad(&error.to_string()))?;
    let buffer = sample.buffer().ok_or_else(|| bad("a frame is empty"))?;
    let frame =
        gst_video::VideoFrameRef::from_buffer_ref_readable(buffer, &info).map_err(|_| bad("a frame cannot be read"))?;
    let plane = |n: u32, row_bytes: u32, rows: u32| {
        let stride = frame.plane_stride().get(n as usize).and_then(|stride| usize::try_from(*stride).ok());
        let bytes = frame.plane_data(n).map_err(|_| bad("a frame lacks a plane"))?;
        packed(bytes, stride.unwrap_or(0), row_bytes as usize, rows as usize).ok_or_else(|| bad("a frame is cut short"))
    };
    let (width, height) = (info.width(), info.height());
    let luma = plane(0, width, height)?;
    let chroma = plane(1, width.div_ceil(2) * 2, height.div_ceil(2))?;
    Ok(Frame { width, height, luma, chroma, colours: colours(&info) })
}

/// Rows without the gaps between them.
fn packed(bytes: &[u8], stride: usize, row_bytes: usize, rows: usize) -> Option<Vec<u8>> {
    if stride == row_bytes {
        return bytes.get(..row_bytes * rows).map(<[u8]>::to_vec);
    }
    let mut packed = Vec::with_capacity(row_bytes * rows);
    for row in 0..rows {
        packed.extend_from_slice(bytes.get(row * stride..row * stride + row_bytes)?);
    }
    Some(packed)
}

fn colours(info: &gst_video::VideoInfo) -> Colours {
    let colorimetry = info.colorimetry();
    let is_old = match colorimetry.matrix() {
        gst_video::VideoColorMatrix::Bt601 => true,
        gst_video::VideoColorMatrix::Unknown => info.height() < 720,
        _ => false,
    };
    let (red, blue) = if is_old { (0.299, 0.114) } else { (0.2126, 0.0722) };
    Colours { red, blue, is_full: colorimetry.range() == gst_video::VideoColorRange::Range0_255 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_is_asked_in_vain_for_seconds_hangs_and_one_nobody_asked_does_not() {
        let start = Moment::now();
        let asked = |every_ms: u64, until_ms: u64, feeds_at: Option<u64>| {
            let mut patience = Patience::default();
            (0..until_ms).step_by(usize::try_from(every_ms).unwrap()).any(|at| {
                patience.asked(
                    start + Duration::from_millis(at),
                    feeds_at.is_some_and(|feeds| at >= feeds && at < feeds + every_ms),
                )
            })
        };
        assert!(asked(4, 3_100, None) && asked(40, 3_300, None));
        assert!(!asked(4, 2_900, None));
        assert!(!asked(4, 5_000, Some(2_500)), "it went on");
        assert!(!asked(1_500, 60_000, None), "a stage that sleeps between its questions learns nothing");
    }

    #[test]
    fn rows_lose_their_gaps_and_short_planes_are_refused() {
        assert_eq!(packed(&[1, 2, 0, 3, 4, 0], 3, 2, 2), Some(vec![1, 2, 3, 4]));
        assert_eq!(packed(&[1, 2, 3, 4, 5], 2, 2, 2), Some(vec![1, 2, 3, 4]));
        assert_eq!(packed(&[1, 2, 0, 3], 3, 2, 2), None);
    }
}
