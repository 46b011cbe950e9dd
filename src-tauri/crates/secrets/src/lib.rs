//! Keys in the keychain of the operating system.
//!
//! A key is looked for in this order: in memory, where the user chose that; in the keychain, under the service
//! `signalbox` and the provider's name; in the environment, as `SIGNALBOX_KEY_` and the provider's name. This crate never
//! writes a key into a file, a log or an error, never waits for a keychain without an end, and never asks the user
//! anything unless [`Keychain::unlock`] is called.

pub mod environment;
pub mod keychain;
pub mod state;
pub mod vault;

pub use environment::variable_of;
pub use keychain::{Environment, Keychain, Waits};
pub use state::{KeyInfo, KeySource, KeychainError, KeychainState};
pub use vault::{Backend, System, Trouble, Vault};
