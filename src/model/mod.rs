//! Plain types, parsing and rules: no I/O, no async.

mod charref;
mod markup;

pub mod account;
pub mod address;
pub mod app;
pub mod attachment;
pub mod credentials;
pub mod cursor;
pub mod delivery;
pub mod emoji;
pub mod entities;
pub mod event;
pub mod handle;
pub mod host;
pub mod html;
pub mod ids;
pub mod instance;
pub mod language;
pub mod list;
pub mod notification;
pub mod pictures;
pub mod poll;
pub mod preview;
pub mod profile;
pub mod quote;
pub mod quote_fallback;
pub mod relay;
pub mod report;
pub mod sanitize;
pub mod scopes;
pub mod text;
pub mod time;
pub mod tweet;
pub mod username;
pub mod visibility;
