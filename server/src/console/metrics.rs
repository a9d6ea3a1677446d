//! The server's own numbers, for a watcher on this very machine; to everybody else the page is not there.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

use super::desk::Desk;
use super::fault::Fault;
use super::visitor::Visitor;
use crate::meters::steps_told;

/// The page.
pub(super) async fn look(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Fault> {
    if !visitor.address.is_loopback() {
        return Err(Fault::not_found());
    }
    let fleet = &desk.house.fleet;
    let told = desk.house.meters.told(fleet.count()) + &steps_told(&fleet.steps());
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], told).into_response())
}
