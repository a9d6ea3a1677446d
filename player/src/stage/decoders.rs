//! Decoders: what this machine can decode, and by what. The pipeline of a movie takes the one of the highest rank.

use gstreamer as gst;
use gstreamer::prelude::*;

use crate::bridge::Decoder;

/// What movies are in, by the names people know and those the framework knows.
const CODECS: [(&str, &str); 4] =
    [("H.264", "video/x-h264"), ("HEVC", "video/x-h265"), ("VP9", "video/x-vp9"), ("AV1", "video/x-av1")];

/// The decoder of each codec, where there is one.
pub(crate) fn found() -> Vec<Decoder> {
    let decoders = match gst::init() {
        Ok(()) => gst::ElementFactory::factories_with_type(
            gst::ElementFactoryType::DECODER | gst::ElementFactoryType::MEDIA_VIDEO,
            gst::Rank::MARGINAL,
        )
        .into_iter()
        .collect(),
        Err(_) => Vec::new(),
    };
    let of = |caps: &str| {
        // Some decoders are for pictures that let others through, which no movie here is.
        let caps = gst::Caps::builder(caps).field("codec-alpha", false).build();
        let able = decoders.iter().filter(|factory| factory.can_sink_any_caps(&caps));
        able.max_by_key(|factory| i32::from(factory.rank()))
    };
    CODECS
        .map(|(codec, caps)| {
            let found = of(caps);
            let class = found.and_then(|factory| factory.metadata(gst::ELEMENT_METADATA_KLASS));
            let is_hardware = class.is_some_and(|class| class.contains("Hardware"));
            Decoder { codec, name: found.map(|factory| factory.name().to_string()), is_hardware }
        })
        .into()
}
