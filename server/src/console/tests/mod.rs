//! The whole door, asked as a browser asks: every route, every role, every form that matters.

mod access;
mod announced;
mod calendar;
mod delivery;
mod evergreen;
mod hands;
mod harness;
mod planned;
mod programme;
mod review;
mod sign_in;
mod theme;
mod timeline;
