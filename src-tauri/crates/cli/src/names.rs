//! Names that people type, and what they probably meant.

use std::str::FromStr;

use signalbox_api::{
    ApiError, Code, Core,
    types::{Empty, ProviderRow},
};
use signalbox_domain::Target;
use signalbox_prompts::{PromptName, Selector, Version, suggest::nearest};

use crate::error::{Error, Outcome};

/// A prompt with the version that is meant: `NAME`, `NAME@LABEL` or `NAME#N`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PromptArgument {
    /// The prompt.
    pub(crate) name: String,
    /// Which version.
    pub(crate) selector: Selector,
}

impl FromStr for PromptArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, selector) = text.split_at(text.find(['@', '#']).unwrap_or(text.len()));
        PromptName::new(name).map_err(|error| error.to_string())?;
        let selector = selector.parse().map_err(|_| {
            format!("{selector:?} is no version; write {name}@LABEL, {name}#NUMBER, or {name} alone for the newest")
        })?;
        Ok(Self { name: name.to_owned(), selector })
    }
}

/// One side of a difference: a version, or the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Side {
    /// A version.
    Version(Selector),
    /// The text that isn't saved yet.
    Draft,
}

impl FromStr for Side {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "draft" {
            return Ok(Self::Draft);
        }
        // A bare number is a version, and a bare word a label.
        let with_mark = match text {
            _ if text.starts_with(['@', '#']) || text == "latest" => text.to_owned(),
            _ if text.bytes().all(|byte| byte.is_ascii_digit()) => format!("#{text}"),
            _ => format!("@{text}"),
        };
        let wrong = || format!("{text:?} is no version; write a number, a label, `latest` or `draft`");
        with_mark.parse().map(Self::Version).map_err(|_| wrong())
    }
}

/// A version's number: `3` or `#3`.
pub(crate) fn version_number(text: &str) -> Result<u32, String> {
    let number = text.strip_prefix('#').unwrap_or(text).parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| format!("{text:?} is no version; write its number, such as 3"))
}

/// The version that is meant, or what could have been meant.
pub(crate) async fn version(core: &Core, prompt: &PromptArgument) -> Outcome<Version> {
    match core.prompt_resolved(prompt.name.clone(), prompt.selector.clone()).await {
        Ok(version) => Ok(version),
        Err(error) => Err(no_prompt(core, &prompt.name, error).await),
    }
}

/// An error about a prompt, with the prompt that was probably meant when there is none of that name.
pub(crate) async fn no_prompt(core: &Core, name: &str, error: ApiError) -> Error {
    if error.code != Code::NotFound {
        return error.into();
    }
    let names: Vec<String> = match core.prompt_list(Empty {}).await {
        Ok(list) => list.prompts.into_iter().map(|row| row.summary.name.to_string()).collect(),
        Err(_) => return error.into(),
    };
    if names.iter().any(|known| known == name) {
        return Error::from(error)
            .hint_if(Some(format!("signalbox-cli prompt show {name} --versions lists what it has")));
    }
    Error::not_found(format!("there is no prompt {name:?}")).hint(meant(
        name,
        names.iter().map(String::as_str),
        "signalbox-cli prompt list shows all",
    ))
}

/// Whether a target is there.
pub(crate) async fn check_target(core: &Core, target: &Target) -> Outcome {
    let targets = core.target_list(Empty {}).await?;
    let (what, names): (_, Vec<&str>) = match target {
        Target::Route(_) => ("route", targets.routes.iter().map(|route| route.name.as_str()).collect()),
        Target::Model(_) => ("model", targets.models.iter().map(|model| model.name.as_str()).collect()),
    };
    let name = target.name();
    if names.contains(&name) {
        return Ok(());
    }
    Err(Error::not_found(format!("there is no {what} {name:?} in signalbox.toml")).hint(meant(
        name,
        names,
        &format!("signalbox-cli {what} list shows all"),
    )))
}

/// The provider of a name, or what could have been meant.
pub(crate) async fn provider(core: &Core, name: &str) -> Outcome<ProviderRow> {
    let mut providers = core.provider_list(Empty {}).await?.providers;
    match providers.iter().position(|provider| provider.name == name) {
        Some(at) => Ok(providers.swap_remove(at)),
        None => Err(Error::not_found(format!("there is no provider {name:?} in signalbox.toml")).hint(meant(
            name,
            providers.iter().map(|provider| provider.name.as_str()),
            "signalbox-cli provider list shows all",
        ))),
    }
}

/// What was probably meant, or what to do to find out.
pub(crate) fn meant<'n>(name: &str, known: impl IntoIterator<Item = &'n str>, otherwise: &str) -> String {
    match nearest(name, known) {
        Some(near) => format!("Did you mean {near}?"),
        None => otherwise.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_named_with_or_without_its_version() {
        let read = |text: &str| text.parse::<PromptArgument>().map(|read| format!("{} {}", read.name, read.selector));
        assert_eq!(read("support/reply").unwrap(), "support/reply latest");
        assert_eq!(read("support/reply@production").unwrap(), "support/reply @production");
        assert_eq!(read("support/reply#3").unwrap(), "support/reply #3");
        for wrong in ["", "a@", "a#", "a#0", "a#x", "a@b@c", "../up", "a//b"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_side_is_a_number_a_label_or_the_draft() {
        let read = |text: &str| text.parse::<Side>();
        assert_eq!(read("3").unwrap(), Side::Version(Selector::Number(3)));
        assert_eq!(read("#3").unwrap(), Side::Version(Selector::Number(3)));
        assert_eq!(read("staging").unwrap(), Side::Version(Selector::Label("staging".into())));
        assert_eq!(read("latest").unwrap(), Side::Version(Selector::Latest));
        assert_eq!(read("draft").unwrap(), Side::Draft);
        assert!(read("0").is_err() && read("a/b").is_err() && read("").is_err());
    }
}
