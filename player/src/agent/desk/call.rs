//! Queue calls at the desk: what is still news goes to the stage, and nothing of it is kept, logged or answered.

use anteroom_content::call::Call;
use anteroom_content::clock::{Clock as _, Instant};

use super::round::Desk;
use crate::bridge::ToStage;

impl Desk {
    /// Somebody is called.
    pub(super) fn called(&mut self, call: &Call, until: Instant) {
        // A box that does not know the time cannot tell what is late.
        if self.rooms.clock.is_known() && self.rooms.clock.now() > until {
            tracing::warn!("a queue call came too late to be shown");
            return;
        }
        match call.checked() {
            Ok(_) if self.stage.is_none() => tracing::warn!("a queue call was not shown: no stage is running"),
            // A screen that people took down shows nothing, and makes up for nothing when it is put back.
            Ok(_) if self.is_down() => tracing::info!("a queue call was not shown: the screen is taken down"),
            Ok(call) => self.tell(ToStage::Call(call)),
            Err(error) => tracing::warn!(reason = %error, "a queue call was not shown"),
        }
    }
}
