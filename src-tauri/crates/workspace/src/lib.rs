//! The folder that people author: `signalbox.toml`, and the safe writing of files in it.
//!
//! This crate never writes a file that it hasn't checked, never writes through a link, never overwrites what it hasn't
//! read, and never starts a process or a network connection. It reads no clock.

pub mod config;
pub mod edit;
pub mod files;
pub mod git;
pub mod workspace;

pub use config::{
    Budget, Chain, Config, ConfigProblem, DegradeStep, KeySource, Limits, Loaded, Log, Model, Period, ProblemRange,
    ProblemSeverity, Provider, Route, Scope, Telemetry, UnknownPrice, WorkspaceConfig,
};
pub use edit::{BudgetEdit, EditError, ModelEdit, ProviderEdit, RouteEdit};
pub use files::{FileError, NewFile, confine, create_new, read_to_string, write_atomic};
pub use git::git_branch;
pub use workspace::{CONFIG_FILE, STARTER_TOML, Workspace, WorkspaceError};
