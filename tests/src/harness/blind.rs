//! A player without a glass: the real agent, and in the place of its stage a few lines of shell that report frames and one
//! play after another. For walks about the network and the log, which need no renderer.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::Outcome;

/// What its stage waits for between two words, in seconds, if not one.
pub const STEP: &str = "ANTEROOM_BLIND_STEP";

/// Plays one item again and again once it was told a programme, unless there is a file beside it that says to pause, and
/// leaves when it is told to or its agent is gone.
const STAGE: &str = r#"#!/bin/sh
told="$0.told.$$"
frame() { printf "\\000\\000\\$(printf %03o $((${#1} / 256)))\\$(printf %03o $((${#1} % 256)))%s" "$1"; }
exec 3<&0
cat <&3 > "$told" &
frame '{"type":"ready","adapter":"none"}'
count=0 at=
while kill -0 $! 2>/dev/null && ! grep -aq '"leave"' "$told"; do
    count=$((count + 1))
    frame "{\"type\":\"frames\",\"count\":$count,\"item\":null}"
    if [ -n "$at" ]; then
        frame "{\"type\":\"ended\",\"planned_at\":$at,\"shown_ms\":1000,\"ending\":\"complete\"}"
        at=
    elif [ ! -e "$0.pause" ] && grep -aq '"stand"' "$told"; then
        at=$(date +%s%3N)
        frame "{\"type\":\"shown\",\"item\":\"washing\",\"item_version\":1,\"file\":null,\"manifest_version\":1,\"planned_at\":$at,\"planned_ms\":1000,\"at\":$at}"
    fi
    sleep "${ANTEROOM_BLIND_STEP:-1}"
done
kill $! 2>/dev/null
rm -f "$told"
"#;

/// Writes the stage into a player's folder.
///
/// # Errors
/// When it cannot be written.
pub(super) fn stage(folder: &Path) -> Outcome<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let program = folder.join("stage.sh");
    std::fs::write(&program, STAGE)?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
    Ok(program)
}
