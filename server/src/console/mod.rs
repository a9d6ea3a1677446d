//! People's door: server-rendered pages in Chinese and English. One file a noun; what a role may do stands in one table.

mod access;
mod account;
mod accounts;
mod assets;
mod audit;
mod calendar;
mod calendar_form;
mod calendar_import;
mod campaign_form;
mod campaigns;
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
mod outlook;
mod overview;
mod pair;
mod password;
mod place_form;
mod planned;
mod playlist;
mod playlists;
mod policy_form;
mod publish;
mod report;
mod review;
mod routes;
mod rule_form;
mod rules;
mod said;
mod screen_day;
mod screen_form;
mod screens;
pub mod setup;
mod sign_in;
mod site_form;
mod timeline;
mod timeline_form;
mod timeline_row;
mod visitor;
mod why;
mod window_form;
mod window_words;
mod zone_form;

pub use routes::router;

#[cfg(test)]
mod tests;
