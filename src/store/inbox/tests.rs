//! The order of the inbox: a plain list that behaves as the database must, run through a hundred thousand worlds, and
//! compared with both engines.

mod plain;
mod same;
mod worlds;
