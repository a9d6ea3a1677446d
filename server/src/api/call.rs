//! `POST /api/v1/calls`: a call system has somebody called on the screens of its site. What is in a call is told on and forgotten.

use std::net::SocketAddr;

use anteroom_content::call::{BadCall, Call};
use anteroom_content::id::ZoneId;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::door::BODY_BYTES_MAX;
use super::fault::Fault;
use crate::calls::{self, BadKey, NotCalled, Told};
use crate::state::State;

/// A call as it comes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The zone to call in; without one, all of the site that hear calls.
    #[serde(default)]
    zone: Option<String>,
    /// The number on the slip.
    #[serde(default)]
    number: String,
    /// A name, masked by the caller.
    #[serde(default)]
    name: String,
    /// Where to.
    #[serde(default)]
    room: String,
    /// It is to be spoken, too.
    #[serde(default)]
    speak: bool,
}

/// What became of it.
#[derive(Serialize)]
pub(super) struct Done {
    #[serde(flatten)]
    told: Told,
    /// No player of this release has a voice.
    spoken: bool,
}

/// Calls somebody.
pub(super) async fn call(
    Shared(state): Shared<State>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Done>, Fault> {
    let now = state.now();
    let address = from.ip().to_canonical();
    let site = match calls::judge(&state, bearer(&headers).unwrap_or_default()).await {
        Ok(site) => site,
        Err(BadKey::Unknown) => {
            let is_told = state.calls.strangers.takes(address, now);
            tracing::warn!(call.from = %address, "somebody calls with a key that is not known");
            return Err(if is_told { Fault::key() } else { Fault::pace() });
        }
        Err(BadKey::Db(error)) => return Err(failed(&error)),
    };
    if !state.calls.sites.takes(site.clone(), now) {
        tracing::warn!(site.id = %site, "a site calls too often; a call was refused");
        return Err(Fault::pace());
    }
    let (zone, call) = read(&headers, body)?;
    let told = calls::call(&state, &site, zone.as_ref(), call).await.map_err(not_called)?;
    Ok(Json(Done { told, spoken: false }))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// The call, or what is wrong with it.
fn read(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<(Option<ZoneId>, Call), Fault> {
    let sort = headers.get(header::CONTENT_TYPE).and_then(|sort| sort.to_str().ok()).unwrap_or_default();
    if !sort.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        let (zh, en) =
            ("请求体须是 Content-Type: application/json", "the body must be `Content-Type: application/json`");
        return Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", zh, en));
    }
    let body = body.map_err(|rejection| {
        let (zh, en) = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            (format!("请求体超过 {BODY_BYTES_MAX} 字节"), format!("the body has more than {BODY_BYTES_MAX} bytes"))
        } else {
            ("请求体没有完整到达".to_owned(), "the body did not come whole".to_owned())
        };
        let code = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE { "too_large" } else { "cut_off" };
        Fault::new(rejection.status(), code, &zh, &en)
    })?;
    let asked: Asked = serde_json::from_slice(&body).map_err(|error| {
        // What the body says is not told back: it may name a patient, and answers are logged by others.
        let (line, column) = (error.line(), error.column());
        let (zh, en) = if error.is_data() {
            (
                format!("第 {line} 行第 {column} 列：字段名或类型不对；可用字段：zone、number、name、room、speak"),
                format!("line {line}, column {column}: a field is unknown or of the wrong type; there are: zone, number, name, room, speak"),
            )
        } else {
            (format!("第 {line} 行第 {column} 列：不是合法的 JSON"), format!("line {line}, column {column}: not JSON"))
        };
        Fault::new(StatusCode::BAD_REQUEST, "bad_json", &zh, &en)
    })?;
    let zone = asked.zone.filter(|zone| !zone.trim().is_empty());
    let zone = zone.map(|zone| ZoneId::parse(zone.trim())).transpose().map_err(|_| no_zone())?;
    let call = Call::parse(&asked.number, &asked.name, &asked.room, asked.speak).map_err(bad_call)?;
    Ok((zone, call))
}

fn bad_call(error: BadCall) -> Fault {
    let (field, zh) = match error {
        BadCall::NoNumber => ("number", "number 为空：填写被叫的号码，例如 A023".to_owned()),
        BadCall::NoRoom => ("room", "room 为空：填写去哪里，例如 3 诊室".to_owned()),
        BadCall::TooLong { field, chars_max } => (field, format!("{field} 太长：最多 {chars_max} 个字")),
    };
    Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_field", &zh, &error.to_string()).of(field)
}

fn no_zone() -> Fault {
    let (zh, en) = (
        "本院区没有这个区域：zone 填管理后台里的区域编号",
        "this site has no such zone: `zone` is its name in the console",
    );
    Fault::new(StatusCode::NOT_FOUND, "no_zone", zh, en).of("zone")
}

fn not_called(error: NotCalled) -> Fault {
    let en = error.to_string();
    let deaf = |zh| Fault::new(StatusCode::CONFLICT, "nobody_hears", zh, &en);
    match error {
        NotCalled::NoZone(_) => no_zone(),
        NotCalled::Deaf(_) => deaf("这个区域没有开启叫号：请在管理后台的院区“叫号”页勾选它").of("zone"),
        NotCalled::AllDeaf => deaf("本院区没有开启叫号的区域：请在管理后台的院区“叫号”页勾选"),
        NotCalled::Db(error) => failed(&error),
    }
}

fn failed(error: &crate::db::DbError) -> Fault {
    tracing::error!(reason = %error, "a call was not told");
    Fault::internal()
}
