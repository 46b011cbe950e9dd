//! Values for a prompt's variables, from the command line.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};
use signalbox_api::types::PromptNamed;
use signalbox_prompts::{VariableKind, Version, suggest::nearest};

use crate::{
    error::{Error, Outcome},
    input,
    session::Session,
};

/// Values for a prompt's variables.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Values {
    /// A value of a variable. Text is taken as it is; for a variable of another kind the value is JSON.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    vars: Vec<(String, String)>,
    /// The same from a file.
    #[arg(long = "var-file", value_name = "NAME=PATH", value_parser = pair)]
    files: Vec<(String, String)>,
    /// Begin with the prompt's saved test values of this name.
    #[arg(long, value_name = "NAME")]
    saved: Option<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a variable and its value have `=` between them, such as name=Ada".to_owned()),
    }
}

impl Values {
    /// Whether none was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.vars.is_empty() && self.files.is_empty() && self.saved.is_none()
    }

    /// The values, each of the kind that the version says.
    pub(crate) async fn of(&self, session: &Session, version: &Version) -> Outcome<Map<String, Value>> {
        let mut values = match &self.saved {
            Some(name) => saved(session, version, name).await?,
            None => Map::new(),
        };
        for (name, text) in &self.vars {
            values.insert(name.clone(), read(version, name, text)?);
        }
        for (name, path) in &self.files {
            let text = input::text_of(&PathBuf::from(path)).await?;
            values.insert(name.clone(), read(version, name, &text)?);
        }
        Ok(values)
    }
}

async fn saved(session: &Session, version: &Version, name: &str) -> Outcome<Map<String, Value>> {
    let detail = session.core.prompt_get(PromptNamed { name: version.name.to_string() }).await?;
    let sets = detail.prompt.values;
    if let Some(set) = sets.iter().find(|set| set.name == name) {
        return Ok(set.values.clone());
    }
    let names: Vec<_> = sets.iter().map(|set| format!("{:?}", set.name)).collect();
    let hint =
        if names.is_empty() { "It has none; give --var".to_owned() } else { format!("It has {}", names.join(", ")) };
    Err(Error::not_found(format!("{} has no saved values {name:?}", version.name)).hint(hint))
}

fn read(version: &Version, name: &str, text: &str) -> Outcome<Value> {
    let variable = version.document.variable(name);
    // Many templates use variables that they don't declare; what isn't even mentioned would be lost without a word.
    // Included prompts have variables of their own.
    let may_be_included = !version.document.includes.is_empty();
    if variable.is_none() && !version.source.body.contains(name) && !may_be_included {
        let known: Vec<&str> = version.document.inputs.iter().map(|input| input.name.as_str()).collect();
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("Did you mean {near}?"),
            None if known.is_empty() => "It has no variables".to_owned(),
            None => format!("It has {}", known.join(", ")),
        };
        return Err(Error::misuse(format!("{} has no variable {name:?}", version.name)).hint(hint));
    }
    let kind = variable.map_or(VariableKind::Any, |variable| variable.kind);
    kind.read(text).map_err(|expected| {
        Error::misuse(format!("the value of {name} isn't of the kind {}: {expected}", kind.as_str()))
            .hint("Put JSON into quotes so that the shell leaves it alone, or into a file for --var-file")
    })
}
