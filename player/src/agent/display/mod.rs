//! Displays that are switched on and off: one trait, a model for each sort of display, and a keeper that says what is wanted until the
//! display says so too. Nothing here is waited for by the glass: a display that does not answer is told as trouble.

#[cfg(test)]
pub mod fake;
mod keeper;
mod line;
mod model;
mod program;
mod talk;
mod tongues;

use anteroom_content::power::Lamp;

use anteroom_content::text::Text;

pub use keeper::{DisplayWord, Keeper, Tempo};
pub use model::{Control, Model};

/// Why a display was not switched, or not asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisplayFault {
    /// The way to it cannot be opened, or was lost.
    #[error("`{way}` cannot be used: {why}")]
    NoWay {
        /// The device, address or program.
        way: String,
        /// Why.
        why: String,
    },
    /// It says nothing.
    #[error("the display does not answer")]
    NoAnswer,
    /// It says that it will not.
    #[error("the display refuses")]
    Refused,
    /// It says something that nobody understands.
    #[error("the display answers something else: {0}")]
    Garbage(String),
    /// It says yes and does not do it.
    #[error("the display says yes and stays {}", if matches!(.0, Lamp::Lit) { "lit" } else { "dark" })]
    Stays(Lamp),
    /// It says that it is lit, and the graphics driver knows that it is dark.
    #[error("the display says that it is lit, and the graphics driver says that it is dark")]
    LitInName,
}

/// Switches a display if that is wanted, and asks it how it is; in words.
///
/// # Errors
/// [`DisplayFault`] when it does not do it, or does not say.
pub fn question(control: &Control, lamp: Option<Lamp>) -> Result<Text, DisplayFault> {
    let Some(mut display) = control.display() else { return Ok(control.model.words()) };
    if let Some(lamp) = lamp {
        display.switch(lamp)?;
    }
    Ok(match display.ask()? {
        Lamp::Lit => Text::new("显示屏回答：亮", "the display says that it is lit"),
        Lamp::Dark | Lamp::Other => Text::new("显示屏回答：暗", "the display says that it is dark"),
    })
}

/// A display that can be spoken to. Every call has an end within some seconds.
pub trait Display: Send {
    /// Whether it says that it is lit.
    ///
    /// # Errors
    /// [`DisplayFault`] when it does not say.
    fn ask(&mut self) -> Result<Lamp, DisplayFault>;

    /// Has it light up or go dark; it may take some seconds after that.
    ///
    /// # Errors
    /// [`DisplayFault`] when it does not say that it will.
    fn switch(&mut self, lamp: Lamp) -> Result<(), DisplayFault>;
}
