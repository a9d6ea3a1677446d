//! People's door: server-rendered pages in Chinese and English. One file a noun; what a role may do stands in one table.

mod access;
mod account;
mod accounts;
mod assets;
mod audit;
mod calendar;
mod calendar_form;
mod calendar_import;
mod clinic_form;
mod clinics;
mod desk;
mod fault;
mod fields;
mod files;
mod frame;
mod gate;
mod glass;
mod media;
mod media_form;
mod moment;
mod overview;
mod pair;
mod password;
mod planned;
mod playlist;
mod playlists;
mod publish;
mod report;
mod review;
mod routes;
mod rule_form;
mod rules;
mod said;
mod screen_form;
mod screens;
pub mod setup;
mod sign_in;
mod site_form;
mod visitor;
mod zone_form;

pub use routes::router;

#[cfg(test)]
mod tests;
