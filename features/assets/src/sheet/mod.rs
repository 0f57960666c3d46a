//! The ledger as a table for spreadsheets: CSV and workbooks, in the columns that somebody chose. Pure.

mod cell;
mod columns;
mod workbook;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    cell::{Cell, minute},
    columns::{Column, Known, Words},
    workbook::Workbook,
};
