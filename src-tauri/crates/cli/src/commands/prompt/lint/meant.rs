//! What is to be checked: versions of prompts, and files.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use signalbox_api::{
    Code,
    types::{Empty, PromptNamed},
};
use signalbox_prompts::{PromptName, SavedValues, Selector, Source};

use crate::{
    error::Outcome,
    input,
    names::{self, PromptArgument},
    session::Session,
};

/// How the file of a version ends.
const ENDING: &str = ".prompty";

/// A version of a prompt, or a file.
#[derive(Debug, Clone)]
pub(super) enum Meant {
    Version(PromptArgument),
    File(PathBuf),
}

/// A text to be checked.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) prompt: Option<String>,
    pub(super) version: Option<u32>,
    pub(super) file: String,
    /// None when it can't be used.
    pub(super) source: Option<Source>,
    pub(super) saved: Vec<SavedValues>,
    /// Whether its includes are those that it was saved with.
    pub(super) frozen: bool,
    /// What is wrong with the file as a whole.
    pub(super) problem: Option<String>,
}

impl FromStr for Meant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "-" || text.ends_with(ENDING) {
            return Ok(Self::File(PathBuf::from(text)));
        }
        text.parse().map(Self::Version)
    }
}

impl fmt::Display for Meant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(argument) => f.write_str(&argument.name),
            Self::File(path) => f.write_str(&input::name_of(path)),
        }
    }
}

impl Meant {
    /// The newest version of every prompt.
    pub(super) async fn all(session: &Session) -> Outcome<Vec<Self>> {
        let prompts = session.core.prompt_list(Empty {}).await?.prompts.into_iter();
        let newest = |name: PromptName| PromptArgument { name: name.to_string(), selector: Selector::Latest };
        Ok(prompts.map(|row| Self::Version(newest(row.summary.name))).collect())
    }

    pub(super) async fn read(self, session: &Session) -> Outcome<Text> {
        match self {
            Self::Version(argument) => version(session, &argument).await,
            Self::File(path) => file(session, &path).await,
        }
    }
}

async fn version(session: &Session, argument: &PromptArgument) -> Outcome<Text> {
    let name = argument.name.clone();
    let detail = match session.core.prompt_get(PromptNamed { name: name.clone() }).await {
        Ok(detail) => detail,
        Err(error) => return Err(names::no_prompt(&session.core, &name, error).await),
    };
    let latest = detail.prompt.summary.latest;
    let (version, source, problem) = match session.core.prompt_resolved(name.clone(), argument.selector.clone()).await {
        Ok(version) => {
            let is_latest = Some(version.info.number) == latest;
            let problem = version.problem.or(detail.prompt.summary.problem.filter(|_| is_latest));
            (Some(version.info.number), Some(version.source), problem)
        }
        // A file that was changed is told as a finding, so that the other prompts are checked all the same.
        Err(error) if matches!(error.code, Code::Tampered | Code::Unmerged | Code::Invalid) => {
            let number = match argument.selector {
                Selector::Number(number) => Some(number),
                Selector::Latest => latest,
                Selector::Label(ref label) => {
                    let labels = &detail.prompt.summary.labels;
                    labels.iter().find(|pointer| pointer.label == *label).map(|pointer| pointer.version)
                }
            };
            (number, None, Some(error.message))
        }
        Err(error) => return Err(names::no_prompt(&session.core, &name, error).await),
    };
    let prompt = detail.prompt.summary.name.to_string();
    Ok(Text {
        file: format!("prompts/{prompt}/{}{ENDING}", version.unwrap_or_default()),
        prompt: Some(prompt),
        version,
        source,
        saved: detail.prompt.values,
        frozen: true,
        problem,
    })
}

async fn file(session: &Session, path: &Path) -> Outcome<Text> {
    let text = input::text_of(path).await?;
    let file = input::name_of(path);
    let (source, problem) = match Source::parse(&text) {
        Ok(source) => (Some(source), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let mut found = Text { file, source, problem, ..Text::default() };
    // A file among the workspace's prompts is checked with what stands beside it.
    if let Some((name, number)) = in_workspace(session, path)
        && let Ok(detail) = session.core.prompt_get(PromptNamed { name: name.clone() }).await
    {
        found.prompt = Some(name);
        found.version = number;
        found.frozen = number.is_some();
        found.saved = detail.prompt.values;
    }
    Ok(found)
}

/// The prompt in whose folder a file lies, and its number if it is a version.
fn in_workspace(session: &Session, path: &Path) -> Option<(String, Option<u32>)> {
    let prompts = session.core.prompts_folder();
    let path = path.canonicalize().ok()?;
    let inside = path.strip_prefix(prompts).ok()?;
    let name = inside.parent()?.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
    let number = inside.file_stem()?.to_str()?.parse().ok();
    PromptName::new(&name).ok().map(|name| (name.to_string(), number))
}
