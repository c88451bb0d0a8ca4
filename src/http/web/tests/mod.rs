//! Stories over the pages as browsers without JavaScript see them, on both engines.

mod admin;
mod apps;
mod browser;
mod doors;
mod email;
mod emoji;
mod everyday;
mod forms;
mod house;
mod oauth;
mod people;
mod polls;
mod previews;
mod quotes;
mod refusals;
mod searching;
mod surfaces;
mod telling;
mod threads;
mod world;
