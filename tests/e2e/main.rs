//! The real window: the built app under `WebKitWebDriver`, with a real keychain and a real model.
//!
//! `cargo xtask test --only window` makes the desktop session that these tests need and runs them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends where something is not as it must be"
)]

mod ab;
mod acl;
mod budget;
mod cancel;
mod crash;
mod drill;
mod endpoint;
mod harness;
mod keys;
mod registry;
mod scale;
mod schema;
mod screens;
mod start;
mod steps;
mod surroundings;

/// At the root, so that `cargo xtask screens` can run it by its name.
#[tokio::test]
async fn screens() {
    screens::walk().await;
}
