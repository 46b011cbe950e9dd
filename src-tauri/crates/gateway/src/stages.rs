//! The stages of the pipeline, one file each.

pub(crate) mod admit;
pub(crate) mod attempt;
pub(crate) mod attempts;
pub(crate) mod cache;
pub(crate) mod cheaper;
pub(crate) mod checks;
pub(crate) mod deliver;
pub(crate) mod entrance;
pub(crate) mod form;
pub(crate) mod reading;
pub(crate) mod render;
pub(crate) mod reserve;
pub(crate) mod resolve;
pub(crate) mod route;
pub(crate) mod settle;
