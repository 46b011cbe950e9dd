//! Calls a command by its name, with JSON in and out.

use std::sync::Arc;

use serde_json::Value;

use crate::{ApiError, Code, Core};

/// What the list says of one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandInfo {
    /// Its name.
    pub name: &'static str,
    /// The type of its request.
    pub request: &'static str,
    /// The type of its response.
    pub response: &'static str,
    /// What it does.
    pub doc: &'static str,
}

macro_rules! make_dispatch {
    ($(#[doc = $doc:literal] $name:ident($request:ident) -> $response:ident;)*) => {
        /// Every command of the list.
        pub const COMMANDS: &[CommandInfo] = &[$(CommandInfo {
            name: stringify!($name),
            request: stringify!($request),
            response: stringify!($response),
            doc: $doc,
        },)*];

        /// Calls the command `name`. One that isn't listed is refused.
        pub async fn dispatch(core: &Arc<Core>, name: &str, request: Value) -> Result<Value, ApiError> {
            match name {
                $(stringify!($name) => {
                    let request: crate::types::$request = read(name, request)?;
                    let response: crate::types::$response = Box::pin(core.$name(request)).await?;
                    serde_json::to_value(response).map_err(|error| ApiError::internal(&error))
                })*
                _ => Err(ApiError::new(Code::NotFound, format!("there is no command {name:?}"))),
            }
        }
    };
}

crate::commands!(make_dispatch);

fn read<T: serde::de::DeserializeOwned>(name: &str, request: Value) -> Result<T, ApiError> {
    serde_json::from_value(request)
        .map_err(|error| ApiError::new(Code::Invalid, format!("the request of {name} can't be read: {error}")))
}
