//! The machines' door: `/api/v1`, JSON in and JSON out, on the console's port. A machine shows a key in `Authorization: Bearer …`; it has
//! no cookie, and nothing it may do is a person's.

mod call;
mod door;
mod fault;

#[cfg(test)]
mod tests;

pub use door::router;
