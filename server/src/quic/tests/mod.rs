//! The driver against quinn, which was written by others.

mod bad;
mod pond;
mod storm;
mod talk;
