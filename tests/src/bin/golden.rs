//! Draws every layout with every scene and holds it against the golden pictures: `cargo run -p anteroom-tests --bin golden`.
//! What differs is written beside it for somebody to look at; `--write` makes what is drawn now the golden pictures.
#![expect(clippy::print_stdout, reason = "it says what it found")]

use std::path::PathBuf;

use anteroom_tests::glass::golden;
use anteroom_tests::harness::Outcome;
use clap::Parser as _;

/// Holds what the stage draws against the golden pictures
#[derive(Debug, clap::Parser)]
struct Golden {
    /// Makes what is drawn now the golden pictures: look at every one of them before you commit it
    #[arg(long)]
    write: bool,
    /// Where pictures that differ are written
    #[arg(long, default_value = "target/golden", value_name = "DIR")]
    differing: PathBuf,
}

fn main() -> Outcome<()> {
    let asked = Golden::parse();
    let folder = golden::folder();
    let (mut drawn, mut differing) = (0, 0);
    for shape in &golden::SHAPES {
        for (scene, picture) in golden::draw(shape)? {
            let name = golden::name(shape, scene);
            drawn += 1;
            if asked.write {
                std::fs::create_dir_all(&folder)?;
                golden::save(&picture, &folder.join(&name))?;
                continue;
            }
            let held = image::open(folder.join(&name)).map(|held| held.to_rgb8());
            let problem = held.map_or_else(|error| Some(error.to_string()), |held| golden::compare(&picture, &held));
            if let Some(problem) = problem {
                differing += 1;
                std::fs::create_dir_all(&asked.differing)?;
                let file = asked.differing.join(&name);
                golden::save(&picture, &file)?;
                println!("{name}: {problem}; see {}", file.display());
            }
        }
    }
    println!("{drawn} pictures drawn, {differing} differ");
    anyhow::ensure!(differing == 0, "{differing} pictures are not as they were");
    Ok(())
}
