//! Content from neighbours: the line between two endpoints on one segment. What it carries is in [`crate::wire::neighbour`].
//!
//! Nothing in here decides: who may have what is said by the server's pass, and what is given by a [`Giver`]. What comes is checked chunk by
//! chunk against the signed manifest, so a neighbour can lie about nothing but what it has.

mod give;
mod take;
mod tls;

pub use self::{
    give::{Giver, Refused, give},
    take::{Line, Trouble},
    tls::NearKey,
};
