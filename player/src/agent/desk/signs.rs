//! Signs of life for systemd: given in the desk's own turn, so that a desk that hangs gives none.

use std::time::Instant as Tick;

use super::round::Desk;

impl Desk {
    /// Tells systemd that the agent lives, while the stage does what it should or is seen to.
    pub(super) fn give_signs(&mut self) {
        let now = Tick::now();
        let beats = self.pulse.beats(now);
        if beats {
            self.rooms.systemd.alive(now);
        } else if self.is_well {
            tracing::error!(
                "the stage presents nothing and nobody starts it again; systemd hears no more signs of life"
            );
        }
        self.is_well = beats;
        let line = self.status_line();
        self.rooms.systemd.status(&line);
    }

    /// In a line: what is on the glass, and whether the server is there.
    fn status_line(&self) -> String {
        let link = if self.outbox.is_some() { "connected" } else { "not connected" };
        let Some(screen) = self.screen() else {
            let why = if self.identity.is_some() { "waits for its place" } else { "waits to be paired" };
            return format!("{why}; {link} to {}", self.rooms.server);
        };
        let glass = match (&self.glass.item, &self.stage) {
            (Some(item), _) => format!("shows {item}"),
            (None, Some(_)) => "shows no item now".to_owned(),
            (None, None) => "has no stage: it is started again".to_owned(),
        };
        format!("{screen} {glass}; {link}")
    }
}
