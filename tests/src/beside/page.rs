//! The kiosk page: what somebody would write who showed the same with a browser. Movies that are all loaded beforehand and take
//! turns, a strip of clinics that pages, a clock, a code. Nothing moves that does not have to.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anteroom_content::media::modules;

use crate::harness::Outcome;
use crate::reel::Clip;

/// Clinics on the page's strip at one time, and all there are.
const CLINICS: (usize, usize) = (4, 12);
/// How long they stand, in seconds.
const PAGE_SECS: u32 = 8;

/// Writes the page into a folder.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(
    folder: &Path,
    clips: &[Clip],
    size: (u32, u32),
    content: [i64; 4],
    address: &str,
) -> Outcome<PathBuf> {
    let file = folder.join("kiosk.html");
    std::fs::write(&file, html(clips, size, content, address)?)?;
    Ok(file)
}

fn html(clips: &[Clip], (width, height): (u32, u32), [x, y, w, h]: [i64; 4], address: &str) -> Outcome<String> {
    let mut movies = String::new();
    for clip in clips {
        writeln!(movies, "<video muted playsinline preload=\"auto\" src=\"file://{}\"></video>", clip.file.display())?;
    }
    let mut clinics = String::new();
    for n in 0..CLINICS.1 {
        let word = if n % 5 == 2 { "<b>停诊</b>" } else { "08:00–12:00 余号" };
        writeln!(clinics, "<li>专家 {n}　主任医师<br>儿科门诊　{word}</li>")?;
    }
    let code = svg(address)?;
    let (shown, _) = CLINICS;
    Ok(format!(
        r#"<!doctype html><html lang="zh"><meta charset="utf-8"><title>候诊区</title><style>
html,body{{margin:0;background:#0b2533;color:#fff;font-family:"Noto Sans CJK SC",sans-serif;overflow:hidden;cursor:none}}
main{{position:absolute;left:{x}px;top:{y}px;width:{w}px;height:{h}px;background:#000}}
video{{position:absolute;width:100%;height:100%;visibility:hidden}}
aside{{position:absolute;left:{right}px;top:0;width:{rail}px;height:{bottom}px;text-align:center;font-size:22px}}
aside svg{{width:60%;background:#fff;padding:8px}}
ul{{position:absolute;left:0;top:{bottom}px;width:{width}px;height:{strip}px;margin:0;padding:0;display:flex;list-style:none;font-size:24px}}
li{{flex:1;padding:20px}} b{{color:#ff5a52}}
</style><main>{movies}</main>
<aside><p>青岚市中心医院（演示）<p>儿科候诊<p id="clock"><p>{code}<p>扫码看健康知识</aside>
<ul>{clinics}</ul>
<script>
const movies = [...document.querySelectorAll('video')];
let now = -1;
function next() {{
  const old = movies[now];
  now = (now + 1) % movies.length;
  movies[now].style.visibility = 'visible';
  movies[now].play();
  if (old && old !== movies[now]) {{ old.style.visibility = 'hidden'; old.currentTime = 0; }}
}}
movies.forEach(movie => movie.onended = next);
next();
const clock = document.getElementById('clock');
const tick = () => clock.textContent = new Date().toLocaleTimeString('zh-CN', {{hour12: false}});
tick(); setInterval(tick, 1000);
const clinics = [...document.querySelectorAll('li')];
let page = 0;
function turn() {{
  clinics.forEach((clinic, n) => clinic.style.display = Math.floor(n / {shown}) === page ? 'block' : 'none');
  page = (page + 1) % Math.ceil(clinics.length / {shown});
}}
turn(); setInterval(turn, {PAGE_SECS} * 1000);
</script></html>
"#,
        right = x + w,
        rail = i64::from(width) - x - w,
        bottom = y + h,
        strip = i64::from(height) - y - h,
    ))
}

/// The code as the page carries it.
fn svg(address: &str) -> Outcome<String> {
    let code = modules(address).ok_or_else(|| anyhow::anyhow!("{address} is too long for a code"))?;
    let side = code.side;
    let mut path = String::new();
    for (n, _) in code.dark.iter().enumerate().filter(|(_, dark)| **dark) {
        write!(path, "M{} {}h1v1h-1z", n % side, n / side)?;
    }
    Ok(format!("<svg viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><path d=\"{path}\"/></svg>"))
}
