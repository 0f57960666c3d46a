//! The language, as people write it: what a text means, what is wrong with one, and what may follow.

mod completion;
mod faults;
mod meaning;
mod properties;
mod reading;
