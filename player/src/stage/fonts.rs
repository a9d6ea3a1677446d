//! Fonts: which family words are set in. A machine without Chinese characters, or without any font, gets those that are compiled
//! in: enough for the cards of the house, the pairing code and the clock. Pictures and movies need none.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::os::unix::process::CommandExt as _;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::Command;

use bevy::prelude::*;
use bevy::text::{FontCx, FontSource};

use super::paint::FAMILY;
use super::pipe::Outbox;
use crate::bridge::{Amiss, Fonts, FromStage};

/// Families with Chinese characters, taken in turn where the first is not installed.
const OTHERS: [&str; 7] = [
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "AR PL UMing CN",
];
/// Every character the house says by itself (`fonts/make`).
const CORE: &[u8] = include_bytes!("fonts/core.otf");
const CORE_FAMILY: &str = "Anteroom Core";
/// Set for a stage that was started anew with the compiled-in characters.
const CORE_VARIABLE: &str = "ANTEROOM_STAGE_CORE_FONT";
/// Names the file that tells the font library where fonts lie.
const CONFIG_VARIABLE: &str = "FONTCONFIG_FILE";
const CONFIG_USUAL: &str = "/etc/fonts/fonts.conf";

/// The fonts of this machine, gathered.
pub(super) struct Gathered {
    context: FontCx,
    pub(super) found: Fonts,
}

/// The family words are set in, where it is not the usual one.
#[derive(Debug, Resource)]
struct Family(&'static str);

/// Which fonts this machine has.
pub(crate) fn found() -> Fonts {
    Gathered::of_machine().map_or(Fonts::None, |gathered| gathered.found)
}

impl Gathered {
    /// None on a machine without any font.
    fn of_machine() -> Option<Self> {
        // The font library takes a machine without any font for a fault of its own, and panics; nobody needs to read of that.
        let told = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let gathered = panic::catch_unwind(FontCx::default).ok();
        panic::set_hook(told);
        let mut context = gathered?;
        context.collection.family_names().next()?;
        let mut has = |family: &str| context.collection.family_id(family).is_some();
        let found = if has(FAMILY) {
            Fonts::Usual
        } else if let Some(other) = OTHERS.into_iter().find(|other| has(other)) {
            Fonts::Other(other.to_owned())
        } else if has(CORE_FAMILY) {
            Fonts::Core
        } else {
            Fonts::None
        };
        Some(Self { context, found })
    }
}

/// Gathers the machine's fonts; where they hold no Chinese, starts this very process anew with the compiled-in ones besides. Must be
/// called before anybody reads standard input. None when that does not help either.
pub(super) fn gather() -> Option<Gathered> {
    let gathered = Gathered::of_machine();
    if gathered.as_ref().is_some_and(|gathered| gathered.found != Fonts::None) {
        return gathered;
    }
    if std::env::var_os(CORE_VARIABLE).is_none() {
        tracing::error!(
            "no font with Chinese characters is installed; words are set in those compiled into the player"
        );
        let error = start_anew();
        tracing::error!("the compiled-in font cannot be used: {error}");
    }
    gathered
}

/// Takes this process's place with one that knows the compiled-in font; comes back only with a reason why not.
fn start_anew() -> io::Error {
    let usual = std::env::var_os(CONFIG_VARIABLE).map_or_else(|| PathBuf::from(CONFIG_USUAL), PathBuf::from);
    let named = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = named("HOME").map(|home| home.join(".cache"));
    let mut last =
        io::Error::new(ErrorKind::NotFound, "neither XDG_CACHE_HOME nor HOME nor XDG_RUNTIME_DIR is a folder");
    for parent in [named("XDG_CACHE_HOME"), home, named("XDG_RUNTIME_DIR")].into_iter().flatten() {
        let anew = lay_down(&parent, &usual).and_then(|config| {
            let program = std::env::current_exe()?;
            let mut anew = Command::new(program);
            anew.args(std::env::args_os().skip(1)).env(CONFIG_VARIABLE, config).env(CORE_VARIABLE, "1");
            Err(anew.exec())
        });
        match anew {
            Ok(never) => never,
            Err(error) => last = error,
        }
    }
    last
}

/// Writes the compiled-in font into a folder that is this user's alone, with a configuration that adds it to the `usual` one.
fn lay_down(parent: &Path, usual: &Path) -> io::Result<PathBuf> {
    let user = rustix::process::geteuid().as_raw();
    let folder = parent.join(format!("anteroom-core-font-{user}"));
    DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    // In a folder for everybody, somebody else may have been there first.
    let there = fs::symlink_metadata(&folder)?;
    if !there.is_dir() || there.uid() != user || there.mode() & 0o077 != 0 {
        let text = format!("{} belongs to somebody else", folder.display());
        return Err(io::Error::new(ErrorKind::PermissionDenied, text));
    }
    let config = folder.join("fonts.conf");
    write_whole(&folder.join("core.otf"), CORE)?;
    let text = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\">\n<fontconfig>\n\
         <include ignore_missing=\"yes\">{}</include>\n<dir>{}</dir>\n<cachedir>{}</cachedir>\n</fontconfig>\n",
        escaped(usual),
        escaped(&folder),
        escaped(&folder.join("cache")),
    );
    write_whole(&config, text.as_bytes())?;
    Ok(config)
}

fn escaped(path: &Path) -> String {
    path.to_string_lossy().replace('&', "&amp;").replace('<', "&lt;")
}

/// A file that is there is whole, also when two stages start at once.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|held| held == bytes) {
        return Ok(());
    }
    let new = path.with_extension(format!("{}.new", std::process::id()));
    fs::write(&new, bytes)?;
    fs::rename(&new, path)
}

/// Has words set in what was gathered. Before the text of the renderer is set up.
pub(super) fn add(app: &mut App, gathered: Option<Gathered>, outbox: &Outbox) {
    let Some(Gathered { context, found }) = gathered else { return };
    app.insert_resource(context);
    let family = match &found {
        Fonts::Usual => return,
        Fonts::Other(name) => OTHERS.into_iter().find(|other| other == name),
        Fonts::Core => Some(CORE_FAMILY),
        Fonts::None => None,
    };
    outbox.tell(FromStage::Amiss { sort: Amiss::Words, file: None, text: found.words().en });
    if let Some(family) = family {
        app.insert_resource(Family(family)).add_observer(choose);
    }
}

fn choose(added: On<Add, TextFont>, mut fonts: Query<&mut TextFont>, family: Res<Family>) {
    if let Ok(mut font) = fonts.get_mut(added.entity) {
        font.font = FontSource::Family(family.0.into());
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use anteroom_content::id::PairCode;

    use super::*;
    use crate::bridge::Waiting;
    use crate::stage::layout::Layout;
    use crate::stage::mark::Mark;
    use crate::stage::rail::ClockFace;
    use crate::stage::told::Told;
    use crate::stage::{card, typeset};

    /// Which of the characters a family lacks.
    fn lacking(context: &mut FontCx, family: &str, text: &str) -> String {
        let family = context.collection.family_by_name(family).expect("the family is there");
        let font = family.default_font().expect("it has a font");
        let bytes = font.load(None).expect("it can be read");
        let index = font.charmap_index();
        let map = index.charmap(bytes.as_ref()).expect("it maps characters");
        text.chars().filter(|c| !c.is_control() && map.map(*c).is_none_or(|glyph| glyph == 0)).collect()
    }

    #[test]
    fn the_compiled_in_font_has_every_character_of_the_cards_of_the_house() {
        let mut context = FontCx::default();
        context.collection.register_fonts(Font::from_bytes(CORE.to_vec()).data, None);
        let layout = Layout::of(&Told::default().sight(anteroom_content::clock::Instant(0), 1_920, 1_080));
        let offsets = anteroom_content::clock::Offsets::fixed("Asia/Shanghai", 28_800);
        let waiting = Waiting {
            code: PairCode::parse("ABCD-EFGH"),
            server: "screens.hospital.example:4433".into(),
            text: anteroom_content::text::Text::new("正在连接服务器……", "Looking for the server …"),
            blocked_port: Some(4_433),
        };
        let face = ClockFace::at(&offsets, anteroom_content::clock::Instant(1_795_572_480_000));
        let cards = [card::fallback(&layout), card::waiting(&layout, &waiting), card::closed(&layout, &face)];
        let mut lines: Vec<String> = Vec::new();
        for mark in cards.into_iter().flatten() {
            if let Mark::Words { setting: typeset::Setting { lines: set, .. }, .. } = mark {
                lines.extend(set);
            }
        }
        assert!(lines.len() > 8, "{lines:?}");
        assert_eq!(lacking(&mut context, CORE_FAMILY, &lines.concat()), "");
        assert_eq!(lacking(&mut context, CORE_FAMILY, "䶮"), "䶮", "the check sees what is missing");
    }

    #[test]
    fn rare_characters_of_names_are_in_the_font_every_package_depends_on() {
        assert_eq!(lacking(&mut FontCx::default(), FAMILY, "䶮㛃𬭊𫘝𬀩𬸚龘"), "");
    }

    #[test]
    fn the_folder_of_the_font_is_nobody_elses() {
        let parent = tempfile::tempdir().unwrap();
        let config = lay_down(parent.path(), Path::new("/a&b/fonts.conf")).unwrap();
        assert!(fs::read_to_string(&config).unwrap().contains("/a&amp;b/fonts.conf"));
        assert_eq!(
            lay_down(parent.path(), Path::new("/a&b/fonts.conf")).unwrap(),
            config,
            "a second stage finds it there"
        );
        let folder = config.parent().unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(lay_down(parent.path(), Path::new("/x")).unwrap_err().kind(), ErrorKind::PermissionDenied);
    }
}
