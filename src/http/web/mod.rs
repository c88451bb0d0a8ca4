//! The web pages: their words, their assets, and the views that templates draw.
//!
//! A page is a view struct (plain data, already authorised) and one askama template under
//! `templates/`. Everything works without JavaScript: each action is a form. Nothing here knows the
//! database; handlers fill the views from the services and answer with [`views::page`].

pub mod assets;
pub mod i18n;
pub mod views;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod render_tests;
