//! Makes the pictures, movies and captions of the demo network from its drawings. Nothing is downloaded; what is there
//! already and still true to its drawing is left alone.

mod frames;
mod motion;
mod recipe;
mod tool;
mod voice;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use recipe::{Movie, Recipe, Still};

/// The drawings and the recipe, carried inside the binary.
#[derive(rust_embed::Embed)]
#[folder = "../content/demo"]
struct Drawings;

/// Raised when this maker begins to make other files from the same drawings.
const MAKER: u32 = 1;
/// The recipe's name in the demo folder.
const RECIPE: &str = "media.json";
/// Notes which file was made from what; lies beside the files.
const INDEX: &str = "made.json";
/// Held while the folder is worked in.
const LOCK: &str = "lock";
/// Where drawings are laid out and half-made files live, inside the out folder.
const WORKPLACE: &str = ".making";

/// What one run did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Made {
    /// Every file the recipe asks for, pictures before movies and captions.
    pub files: Vec<PathBuf>,
    /// How many of them this run made; the others were there.
    pub fresh: usize,
}

/// Why the media could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// A program is not there.
    #[error("`{tool}` is not installed: install the Debian package `{package}`")]
    ToolMissing {
        /// The program.
        tool: &'static str,
        /// Where Debian keeps it.
        package: &'static str,
    },
    /// The Chinese font is not there; drawings would show empty boxes.
    #[error("the font `Noto Sans CJK SC` is not installed: install the Debian package `fonts-noto-cjk`")]
    FontMissing,
    /// A program ran and failed.
    #[error("`{tool}` could not make `{file}`: {said}")]
    ToolFailed {
        /// The program.
        tool: &'static str,
        /// What it should have made.
        file: String,
        /// The end of what it said.
        said: String,
    },
    /// The recipe cannot be read.
    #[error("`media.json` is not a recipe: {0}")]
    Recipe(#[from] serde_json::Error),
    /// A movie names a layer that its drawing lacks or leaves empty.
    #[error("movie `{movie}` has no layer `{layer}` in its drawing")]
    LayerMissing {
        /// The movie.
        movie: String,
        /// The layer.
        layer: String,
    },
    /// A rendered layer cannot be read back.
    #[error("layer `{layer}` cannot be read: {source}")]
    Layer {
        /// The layer.
        layer: String,
        /// Why.
        source: image::ImageError,
    },
    /// The speech synthesiser wrote something else than 16-bit mono sound.
    #[error("`{0}` is not 16-bit mono sound")]
    Voice(String),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Makes the media from the drawings inside the binary.
///
/// # Errors
/// [`MakeError`] when a program or font is missing, a program fails, or a file cannot be written.
pub fn make_embedded_media(out_dir: &Path) -> Result<Made, MakeError> {
    fs::create_dir_all(out_dir).map_err(at(out_dir))?;
    // Two servers that share the folder must not make the same file at once; the lock goes with the file.
    let lock_file = out_dir.join(LOCK);
    let lock = fs::File::create(&lock_file).map_err(at(&lock_file))?;
    lock.lock().map_err(at(&lock_file))?;
    let drawings = out_dir.join(WORKPLACE).join("drawings");
    for name in Drawings::iter() {
        let Some(file) = Drawings::get(&name) else { continue };
        let path = drawings.join(&*name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(at(folder))?;
        }
        fs::write(&path, &file.data).map_err(at(&path))?;
    }
    make_media(&drawings, out_dir)
}

/// Makes the media of the recipe `media.json` in `demo_dir`, whose drawings lie in `demo_dir/art`, into `out_dir`.
/// Files that are there and were made from the same recipe and drawing are kept.
///
/// # Errors
/// [`MakeError`] when a program or font is missing, a program fails, or a file cannot be read or written.
pub fn make_media(demo_dir: &Path, out_dir: &Path) -> Result<Made, MakeError> {
    let recipe: Recipe = serde_json::from_slice(&read(&demo_dir.join(RECIPE))?)?;
    let mut bench = Bench::open(demo_dir.join("art"), out_dir)?;
    let mut made = Made::default();
    for still in &recipe.stills {
        bench.still(still, &mut made)?;
    }
    for movie in &recipe.movies {
        bench.movie(movie, &mut made)?;
    }
    // What is left in the workplace is half-made or laid out anew next time, so a failure to sweep it does not matter.
    let _ = fs::remove_dir_all(&bench.workplace);
    Ok(made)
}

/// Where the making happens: the drawings, the place for half-made files, and the index of finished ones.
struct Bench {
    art: PathBuf,
    out: PathBuf,
    workplace: PathBuf,
    index: BTreeMap<String, String>,
    is_font_checked: bool,
}

impl Bench {
    fn open(art: PathBuf, out: &Path) -> Result<Self, MakeError> {
        let workplace = out.join(WORKPLACE);
        fs::create_dir_all(&workplace).map_err(at(&workplace))?;
        // An index that cannot be read only means that everything is made again.
        let index = fs::read(out.join(INDEX)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(Self { art, out: out.to_owned(), workplace, index: index.unwrap_or_default(), is_font_checked: false })
    }

    fn still(&mut self, still: &Still, made: &mut Made) -> Result<(), MakeError> {
        let key = self.key(still, &still.art)?;
        if !self.is_made(&[&still.file], &key) {
            self.check_font()?;
            let half_made = self.workplace.join(&still.file);
            tool::draw(&self.art.join(&still.art), &half_made, still.width_px, still.height_px, None)?;
            self.finish(&[&still.file], &key)?;
            made.fresh += 1;
        }
        made.files.push(self.out.join(&still.file));
        Ok(())
    }

    fn movie(&mut self, movie: &Movie, made: &mut Made) -> Result<(), MakeError> {
        let files = movie.files();
        let key = self.key(movie, &movie.art)?;
        if !self.is_made(&files, &key) {
            self.check_font()?;
            let narration = voice::speak(movie, &self.workplace)?;
            voice::write_captions(movie, &narration, &self.workplace)?;
            frames::film(movie, &self.art.join(&movie.art), &narration, &self.workplace)?;
            self.finish(&files, &key)?;
            made.fresh += files.len();
        }
        made.files.extend(files.iter().map(|file| self.out.join(file)));
        Ok(())
    }

    /// What a file is made from, as one short text.
    fn key<T: serde::Serialize>(&self, recipe: &T, art: &str) -> Result<String, MakeError> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&MAKER.to_le_bytes());
        hasher.update(&serde_json::to_vec(recipe)?);
        hasher.update(&read(&self.art.join(art))?);
        Ok(hasher.finalize().to_hex().to_string())
    }

    fn is_made(&self, files: &[&str], key: &str) -> bool {
        files.iter().all(|&file| self.index.get(file).is_some_and(|k| k == key) && self.out.join(file).is_file())
    }

    /// Moves finished files to their place, then notes what they were made from.
    fn finish(&mut self, files: &[&str], key: &str) -> Result<(), MakeError> {
        for &file in files {
            let place = self.out.join(file);
            fs::rename(self.workplace.join(file), &place).map_err(at(&place))?;
            self.index.insert(file.to_owned(), key.to_owned());
        }
        let half_made = self.workplace.join(INDEX);
        fs::write(&half_made, serde_json::to_vec_pretty(&self.index)?).map_err(at(&half_made))?;
        let place = self.out.join(INDEX);
        fs::rename(&half_made, &place).map_err(at(&place))
    }

    fn check_font(&mut self) -> Result<(), MakeError> {
        if !self.is_font_checked {
            tool::check_font()?;
            self.is_font_checked = true;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, MakeError> {
    fs::read(path).map_err(at(path))
}

/// Says which file an error is about.
fn at(path: &Path) -> impl FnOnce(io::Error) -> MakeError {
    let path = path.to_owned();
    move |source| MakeError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drawing_of_the_recipe_is_in_the_binary() {
        let recipe = Drawings::get(RECIPE).expect("the recipe is embedded");
        let recipe: Recipe = serde_json::from_slice(&recipe.data).expect("the recipe is well formed");
        let arts = recipe.stills.iter().map(|s| &s.art).chain(recipe.movies.iter().map(|m| &m.art));
        for art in arts {
            assert!(Drawings::get(&format!("art/{art}")).is_some(), "{art}");
        }
    }

    #[test]
    fn no_two_recipes_make_the_same_file() {
        let recipe = Drawings::get(RECIPE).expect("the recipe is embedded");
        let recipe: Recipe = serde_json::from_slice(&recipe.data).expect("the recipe is well formed");
        let mut files: Vec<&str> = recipe.stills.iter().map(|s| s.file.as_str()).collect();
        files.extend(recipe.movies.iter().flat_map(Movie::files));
        let count = files.len();
        files.sort_unstable();
        files.dedup();
        assert_eq!(files.len(), count);
    }
}
