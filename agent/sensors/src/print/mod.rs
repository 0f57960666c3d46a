//! Printing: from what CUPS says of its jobs to one record for each, when it has come to its end.

pub(crate) mod answer;
mod ipp;
pub mod ipp_jobs;
pub(crate) mod tracker;

#[cfg(test)]
mod tests;
