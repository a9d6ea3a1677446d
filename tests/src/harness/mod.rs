//! What a walk needs: a hospital with its real server, a console to work in, players on real glass, and patience that
//! waits for facts.

mod blind;
mod browser;
mod console;
mod evidence;
mod glass;
mod hospital;
mod injected;
mod patience;
mod player;
mod site;

pub use blind::STEP;
pub use browser::Browser;
pub use console::{Console, Form, Page};
pub use glass::{Colour, Glass, noise_png};
pub use hospital::Hospital;
pub use injected::{Fault, Injected};
pub use patience::{until, until_some};
pub use player::{Player, Status};
pub use site::{PASSWORD, Report, StripClinic, Totals, Ward};

/// Why a step of a walk failed.
pub type Outcome<T> = anyhow::Result<T>;

/// A program of the workspace, built beside this one, or in the folder `ANTEROOM_BIN`.
///
/// # Errors
/// When it is not built.
pub fn program(name: &str) -> Outcome<std::path::PathBuf> {
    if let Some(folder) = std::env::var_os("ANTEROOM_BIN") {
        return Ok(std::path::PathBuf::from(folder).join(name));
    }
    let me = std::env::current_exe()?;
    let folder = me.ancestors().find(|folder| folder.join(name).is_file());
    let folder = folder.ok_or_else(|| anyhow::anyhow!("`{name}` is not built: run `cargo build --workspace` first"))?;
    Ok(folder.join(name))
}
