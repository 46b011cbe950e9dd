//! What a text would be, at every keystroke; and differences.

use serde_json::{Map, Value};
use signalbox_domain::Usage;
use signalbox_gateway::{PriceOrigin, PriceTable, Ratios, Settings, TokenCounter};
use signalbox_prompts::{Document, PromptName, Rendered, Scope, Source, When, diff, lint::lint, render_in};
use signalbox_workspace::config::DEFAULT_MAX_OUTPUT;

use super::{Core, start::blocking};
use crate::{
    ApiError, Code,
    types::{
        DiffAnswer, DiffOf, DiffRequest, DiffWhat, ModelEstimate, Preview, PreviewRequest, TextDiff, TextDiffRequest,
    },
};

/// The longest answers that are compared by words, in bytes.
const LONGEST_DIFF: usize = 1 << 20;

impl Core {
    /// What a text would be: its lint, its rendering, its length and its price.
    pub async fn prompt_preview(&self, request: PreviewRequest) -> Result<Preview, ApiError> {
        let settings = self.gateway.settings();
        let ratios = self.gateway.ratios();
        let registry = self.registry.clone();
        blocking(move || {
            let prompt = request.prompt.as_deref().map(PromptName::new).transpose()?;
            let when = if request.frozen { When::Saved } else { When::Now };
            let scope = Scope { includes: registry.as_ref(), when, prompt: prompt.as_ref() };
            Ok(preview(&settings, &ratios, &request, &scope))
        })
        .await
    }

    /// The difference of two texts of a prompt, by words.
    pub async fn prompt_diff(&self, request: DiffRequest) -> Result<DiffAnswer, ApiError> {
        let DiffRequest { name, left, right, what, values } = request;
        let registry = self.registry.clone();
        blocking(move || {
            let name = PromptName::new(&name)?;
            let read = |side: DiffOf| -> Result<(Source, Scope<'_>), ApiError> {
                match side {
                    DiffOf::Text { source } => Ok((source, Scope::now(registry.as_ref()).of(&name))),
                    DiffOf::Version { number } => {
                        Ok((registry.version(&name, number)?.source, Scope::saved(registry.as_ref()).of(&name)))
                    }
                }
            };
            let ((left, left_scope), (right, right_scope)) = (read(left)?, read(right)?);
            let (before, after) = match what {
                DiffWhat::Template => (left.body, right.body),
                DiffWhat::Head => (left.head, right.head),
                DiffWhat::Rendered => {
                    (rendered_text(&left, &values, &left_scope)?, rendered_text(&right, &values, &right_scope)?)
                }
            };
            Ok(DiffAnswer { diff: diff::words(&before, &after) })
        })
        .await
    }

    /// The words that differ between two answers.
    pub async fn text_diff(&self, request: TextDiffRequest) -> Result<TextDiff, ApiError> {
        if request.before.len() + request.after.len() > LONGEST_DIFF {
            return Err(ApiError::new(Code::Invalid, "the answers are too long to be compared by words"));
        }
        blocking(move || Ok(TextDiff { spans: diff::inline(&request.before, &request.after) })).await
    }
}

fn rendered_text(source: &Source, values: &Map<String, Value>, scope: &Scope<'_>) -> Result<String, ApiError> {
    let document = Document::parse(&source.head).map_err(|error| ApiError::new(Code::Invalid, error.to_string()))?;
    let rendered = render_in(source, &document, values, scope).map_err(|error| {
        ApiError::new(Code::Invalid, error.to_string())
            .with_hint("Compare the templates instead, or mend what is named here")
    })?;
    Ok(rendered.to_text())
}

fn preview(settings: &Settings, ratios: &Ratios, request: &PreviewRequest, scope: &Scope<'_>) -> Preview {
    let diagnostics = lint(&request.source, &request.saved);
    let document = Document::parse(&request.source.head).ok();
    let rendered = document.as_ref().map(|document| render_in(&request.source, document, &request.values, scope));
    let (rendered, problem) = match rendered {
        Some(Ok(rendered)) => (Some(rendered), None),
        Some(Err(error)) => (None, Some(error.diagnostic())),
        // Lint says what is wrong with the front matter.
        None => (None, None),
    };
    let message_tokens = rendered
        .iter()
        .flat_map(|rendered| &rendered.messages)
        .map(|message| TokenCounter::O200k.text(&message.text()).likely);
    Preview {
        message_tokens: message_tokens.collect(),
        estimates: match (&rendered, &document) {
            (Some(rendered), Some(document)) => estimates(settings, ratios, rendered, document),
            _ => Vec::new(),
        },
        diagnostics,
        document,
        rendered,
        problem,
    }
}

/// What one call would use and cost on each model.
fn estimates(settings: &Settings, ratios: &Ratios, rendered: &Rendered, document: &Document) -> Vec<ModelEstimate> {
    let config = &settings.config;
    let table = PriceTable::shipped();
    let messages = rendered.to_messages();
    let mut counts: Vec<(TokenCounter, signalbox_gateway::Counted)> = Vec::new();
    let wanted = document
        .parameters
        .max_tokens
        .unwrap_or(config.route("default").map_or(DEFAULT_MAX_OUTPUT, |route| route.max_output));
    config
        .models
        .iter()
        .filter_map(|model| {
            let provider = config.provider_of(model)?;
            let counter = TokenCounter::of(&model.id, ratios);
            // Models share a few tokenizers, and counting is the dear part.
            let known = counts.iter().find(|(known, _)| *known == counter).map(|(_, length)| *length);
            let length = known.unwrap_or_else(|| {
                let length = counter.request(&messages, &[], document.output.as_ref());
                counts.push((counter, length));
                length
            });
            let max_output = u64::from(wanted.min(table.max_output(model, provider).unwrap_or(u32::MAX)));
            let priced = table.price(model, provider);
            let usage = Usage { input: length.likely, output: max_output, ..Usage::default() };
            Some(ModelEstimate {
                model: model.name.clone(),
                input: length.likely,
                counted: length.exact,
                max_output,
                at_most: priced.price.map(|price| price.cost(&usage)),
                free: priced.origin == PriceOrigin::Local,
            })
        })
        .collect()
}
