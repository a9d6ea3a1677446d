//! Every route of the console with what it needs, in one table: the router is built from it, and the tests read it.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::access::Permission::{Administer, Arrange, Clinics, Compose, Judge, Publish, TakeDown, Upload, Withdraw};
use super::access::{Needs, guard};
use super::calendar_import::IMPORT_BYTES_MAX;
use super::desk::Desk;
use super::fault::Fault;
use super::media_form::UPLOAD_BYTES_MAX;
use super::theme::THEME_FORM_BYTES_MAX;
use super::{
    account, accounts, assets, audit, calendar, calendar_form, calendar_import, calls, campaigns, clinics, delivery,
    evergreen, files, hands, lamp, media, media_form, metrics, notices, on_screen, outlook, overview, pair, planned,
    playlist, playlists, provision, publish, report, review, rules, screen_day, screen_form, screens, setup, sign_in,
    site_form, sound, theme, timeline, timeline_form, visitor, why, zone_form,
};
use crate::hands::recount;
use crate::state;

/// The largest form, in bytes; uploads have a limit of their own.
const FORM_BYTES_MAX: usize = 256 * 1024;

/// A route and what it needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// `GET` or `POST`.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests walk the table"))]
    pub(super) method: &'static str,
    /// Its path, with `{…}` for names.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests walk the table"))]
    pub(super) path: &'static str,
    /// What it needs.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests walk the table"))]
    pub(super) needs: Needs,
}

/// The router as it grows, with its table.
pub(super) struct Routes {
    router: Router<Desk>,
    /// What was added.
    pub(super) table: Vec<Entry>,
}

impl Routes {
    fn get<H: Handler<T, Desk>, T: 'static>(mut self, path: &'static str, needs: Needs, page: H) -> Self {
        let guarded = get(page).layer(from_fn(move |request: Request, next: Next| guard(needs, request, next)));
        self.router = self.router.route(path, guarded);
        self.table.push(Entry { method: "GET", path, needs });
        self
    }

    fn post<H: Handler<T, Desk>, T: 'static>(mut self, path: &'static str, needs: Needs, deed: H) -> Self {
        let guarded = post(deed).layer(from_fn(move |request: Request, next: Next| guard(needs, request, next)));
        self.router = self.router.route(path, guarded);
        self.table.push(Entry { method: "POST", path, needs });
        self
    }

    fn upload<H: Handler<T, Desk>, T: 'static>(
        mut self,
        path: &'static str,
        needs: Needs,
        bytes_max: usize,
        deed: H,
    ) -> Self {
        let guarded = post(deed)
            .layer(DefaultBodyLimit::max(bytes_max))
            .layer(from_fn(move |request: Request, next: Next| guard(needs, request, next)));
        self.router = self.router.route(path, guarded);
        self.table.push(Entry { method: "POST", path, needs });
        self
    }
}

/// The console.
pub fn router(state: state::State) -> Router {
    let desk = Desk::new(state);
    routes()
        .router
        .fallback(|| async { Fault::not_found() })
        .method_not_allowed_fallback(|| async { Fault::not_found() })
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(CatchPanicLayer::custom(fell))
        .layer(from_fn_with_state(desk.clone(), visitor::greet))
        .layer(from_fn_with_state(desk.clone(), forget))
        .layer(CompressionLayer::new())
        .with_state(desk)
}

/// Whatever people change may be something that pages keep in memory.
async fn forget(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let is_deed = request.method() == Method::POST;
    let answer = next.run(request).await;
    if is_deed {
        desk.grounds.forget().await;
        // A screen that was hung elsewhere may have come under what is taken down, or left it.
        if let Err(error) = recount(&desk.house).await {
            tracing::error!(reason = %error, "what is taken down was not counted out anew");
        }
    }
    answer
}

fn fell(_panic: Box<dyn std::any::Any + Send>) -> Response {
    Fault::internal("a page panicked").into_response()
}

/// The table.
pub(super) fn routes() -> Routes {
    let routes = Routes { router: Router::new(), table: Vec::new() };
    administration(programme(media_library(places(house(routes)))))
}

fn house(routes: Routes) -> Routes {
    routes
        .get("/setup", Needs::Nothing, setup::ask)
        .post("/setup", Needs::Nothing, setup::enter)
        .get("/sign-in", Needs::Nothing, sign_in::ask)
        .post("/sign-in", Needs::Nothing, sign_in::enter)
        .post("/sign-out", Needs::Nothing, sign_in::leave)
        .post("/preferences", Needs::Nothing, account::prefer)
        .get("/assets/{*path}", Needs::Nothing, assets::asset)
        .get("/healthz", Needs::Nothing, || async { "ok" })
        .get("/metrics", Needs::Nothing, metrics::look)
        .get("/", Needs::SignedIn, overview::look)
        .get("/account", Needs::SignedIn, account::look)
        .post("/account/password", Needs::SignedIn, account::change_password)
        .post("/account/sign-out-everywhere", Needs::SignedIn, account::leave_everywhere)
}

fn places(routes: Routes) -> Routes {
    routes
        .get("/screens", Needs::SignedIn, screens::look)
        .get("/screens/new", Needs::May(Arrange), screen_form::start)
        .post("/screens/new", Needs::May(Arrange), screen_form::add)
        .get("/screens/{id}", Needs::SignedIn, screens::open)
        .post("/screens/{id}", Needs::May(Arrange), screen_form::change)
        .post("/screens/{id}/remove", Needs::May(Arrange), screen_form::remove)
        .get("/screens/{id}/picture", Needs::SignedIn, screens::picture)
        .get("/screens/{id}/day", Needs::SignedIn, screen_day::look)
        .get("/screens/{id}/why", Needs::SignedIn, why::look)
        .post("/screens/{id}/attach", Needs::May(Arrange), pair::attach)
        .post("/screens/{id}/detach", Needs::May(Arrange), pair::detach)
        .post("/screens/{id}/unpair", Needs::May(Arrange), pair::unpair)
        .post("/boxes/{id}/unpair", Needs::May(Arrange), pair::unpair_spare)
        .get("/hands/{id}", Needs::SignedIn, hands::look)
        .post("/hands/{id}/order", Needs::May(Arrange), hands::order)
        .post("/hands/{id}/power", Needs::May(Arrange), lamp::switch)
        .post("/hands/{id}/volume", Needs::May(Arrange), sound::hush)
        .post("/hands/{id}/take-down", Needs::May(TakeDown), hands::take_down)
        .post("/hands/{id}/put-back", Needs::May(Publish), hands::put_back)
        .post("/screens/{id}/provision", Needs::May(Arrange), provision::make)
        .get("/pair", Needs::May(Arrange), pair::ask)
        .post("/pair", Needs::May(Arrange), pair::pair)
        .get("/zones/new", Needs::May(Arrange), zone_form::start)
        .post("/zones/new", Needs::May(Arrange), zone_form::add)
        .get("/zones/{id}", Needs::May(Arrange), zone_form::open)
        .post("/zones/{id}", Needs::May(Arrange), zone_form::change)
        .post("/zones/{id}/remove", Needs::May(Arrange), zone_form::remove)
        .get("/sites/new", Needs::May(Arrange), site_form::start)
        .post("/sites/new", Needs::May(Arrange), site_form::add)
        .get("/sites/{id}", Needs::May(Arrange), site_form::open)
        .post("/sites/{id}", Needs::May(Arrange), site_form::change)
        .post("/sites/{id}/buildings", Needs::May(Arrange), site_form::save_building)
        .get("/sites/{id}/theme", Needs::May(Arrange), theme::look)
        .get("/sites/{id}/theme.toml", Needs::May(Arrange), theme::download)
        .upload("/sites/{id}/theme", Needs::May(Arrange), THEME_FORM_BYTES_MAX, theme::change)
        .get("/sites/{id}/calls", Needs::May(Arrange), calls::look)
        .post("/sites/{id}/calls", Needs::May(Arrange), calls::choose)
        .post("/sites/{id}/calls/key", Needs::May(Arrange), calls::renew)
        .post("/sites/{id}/calls/key/end", Needs::May(Arrange), calls::revoke)
}

fn media_library(routes: Routes) -> Routes {
    routes
        .get("/media", Needs::SignedIn, media::look)
        .get("/media/new", Needs::May(Upload), media_form::start)
        .upload("/media/new", Needs::May(Upload), UPLOAD_BYTES_MAX, media_form::bring)
        .get("/media/{id}", Needs::SignedIn, media::open)
        .post("/media/{id}/words", Needs::May(Upload), media_form::reword)
        .post("/media/{id}/approve", Needs::May(Judge), review::approve)
        .post("/media/{id}/return", Needs::May(Judge), review::send_back)
        .post("/media/{id}/withdraw", Needs::May(Withdraw), review::withdraw)
        .get("/review", Needs::SignedIn, review::look)
        .get("/files/{hash}", Needs::SignedIn, files::original)
        .get("/files/{hash}/thumbnail", Needs::SignedIn, files::thumbnail)
}

fn programme(routes: Routes) -> Routes {
    routes
        .get("/playlists", Needs::SignedIn, playlists::look)
        .post("/playlists", Needs::May(Compose), playlists::add)
        .get("/playlists/{id}", Needs::SignedIn, playlist::look)
        .post("/playlists/{id}", Needs::May(Compose), playlist::rename)
        .post("/playlists/{id}/add", Needs::May(Compose), playlist::add)
        .post("/playlists/{id}/turns", Needs::May(Compose), playlist::change_turn)
        .post("/playlists/{id}/order", Needs::May(Compose), playlist::reorder)
        .post("/playlists/{id}/evergreen", Needs::May(Compose), evergreen::pin)
        .post("/sites/{id}/evergreen/remove", Needs::May(Compose), evergreen::unpin)
        .post("/playlists/{id}/remove", Needs::May(Compose), playlists::remove)
        .get("/rules", Needs::SignedIn, rules::look)
        .get("/rules/new", Needs::May(Compose), rules::start)
        .post("/rules/new", Needs::May(Compose), rules::add)
        .get("/rules/{id}", Needs::SignedIn, rules::open)
        .post("/rules/{id}", Needs::May(Compose), rules::change)
        .post("/rules/{id}/remove", Needs::May(Compose), rules::remove)
        .get("/timeline", Needs::SignedIn, timeline::look)
        .get("/timeline/change", Needs::May(Compose), timeline_form::open)
        .post("/timeline/change", Needs::May(Compose), timeline_form::change)
        .get("/recurrence", Needs::SignedIn, rules::recurrence)
        .get("/campaigns", Needs::SignedIn, campaigns::look)
        .get("/campaigns/new", Needs::May(Compose), campaigns::start)
        .post("/campaigns/new", Needs::May(Compose), campaigns::add)
        .get("/campaigns/{id}", Needs::SignedIn, campaigns::open)
        .post("/campaigns/{id}", Needs::May(Compose), campaigns::change)
        .get("/campaigns/{id}/forecast", Needs::SignedIn, campaigns::foresee)
        .post("/campaigns/{id}/remove", Needs::May(Compose), campaigns::remove)
        .get("/calendar", Needs::SignedIn, calendar::look)
        .post("/calendar", Needs::May(Compose), calendar_form::save)
        .post("/calendar/remove", Needs::May(Compose), calendar_form::remove)
        .get("/calendar/import", Needs::May(Compose), calendar_import::start)
        .upload("/calendar/import", Needs::May(Compose), IMPORT_BYTES_MAX, calendar_import::preview)
        .upload("/calendar/import/apply", Needs::May(Compose), IMPORT_BYTES_MAX, calendar_import::apply)
        .get("/publish", Needs::SignedIn, publish::look)
        .get("/publish/outlook", Needs::SignedIn, outlook::look)
        .get("/delivery", Needs::SignedIn, delivery::look)
        .post("/publish", Needs::May(Publish), publish::publish)
        .post("/publish/undo", Needs::May(Publish), publish::undo)
        .get("/clinics", Needs::SignedIn, clinics::look)
        .post("/clinics", Needs::May(Clinics), clinics::enter)
        .post("/clinics/{id}/withdraw", Needs::May(Clinics), clinics::withdraw)
        .get("/notices", Needs::SignedIn, notices::look)
        .post("/notices", Needs::May(Compose), notices::add)
        .post("/notices/{id}/approve", Needs::May(Judge), notices::approve)
        .post("/notices/{id}/end", Needs::May(TakeDown), notices::end)
        .get("/report", Needs::SignedIn, report::look)
        .get("/report.csv", Needs::SignedIn, report::csv)
        .get("/report/at", Needs::SignedIn, on_screen::look)
        .get("/report/planned", Needs::SignedIn, planned::look)
        .get("/report/planned.csv", Needs::SignedIn, planned::csv)
}

fn administration(routes: Routes) -> Routes {
    routes
        .get("/accounts", Needs::May(Administer), accounts::look)
        .post("/accounts", Needs::May(Administer), accounts::add)
        .post("/accounts/{id}/role", Needs::May(Administer), accounts::change_role)
        .post("/accounts/{id}/reset", Needs::May(Administer), accounts::reset)
        .post("/accounts/{id}/close", Needs::May(Administer), accounts::close)
        .get("/audit", Needs::May(Administer), audit::look)
}
