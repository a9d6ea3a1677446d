//! A lost card: a graphics card that answers no more, or has no memory left, ends the stage at once. The next one begins anew with what there
//! is then, and no file is blamed for it.

use bevy::app::AppExit;
use bevy::prelude::*;
use bevy::render::error_handler::{RenderError, RenderErrorHandler, RenderErrorPolicy};

use super::pipe::Outbox;
use crate::bridge::{Amiss, EXIT_AMISS, FromStage};

pub(super) fn add(app: &mut App) {
    app.insert_resource(RenderErrorHandler(end));
}

/// Nothing is drawn any more: what a broken card draws could flash.
fn end(error: &RenderError, main: &mut World, _render: &mut World) -> RenderErrorPolicy {
    let text = format!("the graphics card is lost: {:?} {}", error.ty, error.description).trim_end().to_owned();
    tracing::error!("{text}; the stage ends, so that another one begins anew");
    if let Some(outbox) = main.get_resource::<Outbox>() {
        outbox.tell(FromStage::Amiss { sort: Amiss::Card, file: None, text });
    }
    main.write_message(AppExit::from_code(EXIT_AMISS));
    RenderErrorPolicy::StopRendering
}
