//! Matters of taste, by their names.

use std::str::FromStr;

use serde_json::{Map, Value};
use signalbox_api::ParseOptions;

use crate::error::{Error, Outcome};

/// One decision, such as `several=first`.
#[derive(Debug, Clone)]
pub(super) struct Taste {
    name: String,
    value: Value,
}

impl FromStr for Taste {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .filter(|(name, value)| !name.is_empty() && !value.is_empty())
            .ok_or("a matter of taste and its value have `=` between them, such as several=first")?;
        let number = value.parse::<u64>().map(Value::from);
        Ok(Self { name: name.replace('-', "_"), value: number.unwrap_or_else(|_| Value::from(value)) })
    }
}

/// The options with these decisions. The last of several about the same counts.
pub(super) fn decided(usual: ParseOptions, tastes: &[Taste]) -> Outcome<ParseOptions> {
    if tastes.is_empty() {
        return Ok(usual);
    }
    let Ok(Value::Object(mut all)) = serde_json::to_value(usual) else { return Ok(usual) };
    for Taste { name, value } in tastes {
        let Some(known) = all.get_mut(name) else { return Err(unknown(name, &all)) };
        *known = value.clone();
        let read = serde_json::from_value::<ParseOptions>(Value::Object(all.clone()));
        if let Err(error) = read {
            let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            return Err(Error::misuse(format!("--set {name}={said} can't be: {error}"))
                .hint("signalbox-cli parse --help lists the values"));
        }
    }
    serde_json::from_value(Value::Object(all)).map_err(|error| Error::misuse(error.to_string()))
}

fn unknown(name: &str, all: &Map<String, Value>) -> Error {
    let known: Vec<&str> = all.keys().map(String::as_str).collect();
    Error::misuse(format!("there is no matter of taste {name}")).hint(format!("There are {}", known.join(", ")))
}
