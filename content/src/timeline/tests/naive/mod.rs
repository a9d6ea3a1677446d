//! The engine a second time, as simply as its rules can be said, to be compared slot by slot. It keeps no account: at every
//! boundary it counts anew over the slots planned so far. Each room opens with its rules in words.

mod advert;
mod agrees;
mod campaign;
mod case;
mod date;
mod fit;
mod floor;
mod list;
mod spot;
mod turn;
mod walk;
