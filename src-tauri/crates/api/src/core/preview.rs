//! What a text would be, at every keystroke; and differences.

use serde_json::{Map, Value};
use signalbox_domain::Usage;
use signalbox_gateway::{CountMemo, PriceOrigin, PriceTable, Ratios, Settings, TokenCounter};
use signalbox_prompts::{
    Document, PromptName, Rendered, Scope, Source, When, WindowUse, diff, lint_in, lint_length, render_in,
};
use signalbox_workspace::config::DEFAULT_MAX_OUTPUT;

use super::{Core, remembered::Remembered, start::blocking};
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
        let (registry, counts) = (self.registry.clone(), self.counts.clone());
        blocking(move || {
            // Lint and rendering ask for the same prompts.
            let remembered = Remembered::new(registry.as_ref());
            let prompt = request.prompt.as_deref().map(PromptName::new).transpose()?;
            // Somebody may have renamed the prompt while it is open here; it includes itself by either name.
            let prompt = prompt.map(|name| registry.name_now(&name).unwrap_or(name));
            let when = if request.frozen { When::Saved } else { When::Now };
            let scope = Scope { includes: &remembered, when, prompt: prompt.as_ref() };
            Ok(Previewing { settings: &settings, ratios: &ratios, counts: &counts }.preview(&request, &scope))
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
                DiffWhat::Parameters => (head_of(&left)?.parameters_as_yaml(), head_of(&right)?.parameters_as_yaml()),
                DiffWhat::Schema => (head_of(&left)?.schemas_as_yaml(), head_of(&right)?.schemas_as_yaml()),
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

fn head_of(source: &Source) -> Result<Document, ApiError> {
    Document::parse(&source.head).map_err(|error| {
        ApiError::new(Code::Invalid, error.to_string())
            .with_hint("Compare the front matter as it is written, or mend what is named here")
    })
}

fn rendered_text(source: &Source, values: &Map<String, Value>, scope: &Scope<'_>) -> Result<String, ApiError> {
    let document = Document::parse(&source.head).map_err(|error| ApiError::new(Code::Invalid, error.to_string()))?;
    let rendered = render_in(source, &document, values, scope).map_err(|error| {
        ApiError::new(Code::Invalid, error.to_string())
            .with_hint("Compare the templates instead, or mend what is named here")
    })?;
    Ok(rendered.to_text())
}

/// What a preview is made with.
struct Previewing<'p> {
    settings: &'p Settings,
    ratios: &'p Ratios,
    counts: &'p CountMemo,
}

/// What a rendered prompt would take of one model, and what it is measured by.
struct Estimated {
    shown: ModelEstimate,
    window: Option<u32>,
}

impl Previewing<'_> {
    fn preview(&self, request: &PreviewRequest, scope: &Scope<'_>) -> Preview {
        let mut diagnostics = lint_in(&request.source, &request.saved, scope);
        let document = Document::parse(&request.source.head).ok();
        let rendered = document.as_ref().map(|document| render_in(&request.source, document, &request.values, scope));
        let (rendered, problem) = match rendered {
            Some(Ok(rendered)) => (Some(rendered), None),
            Some(Err(error)) => (None, Some(error.diagnostic())),
            // Lint says what is wrong with the front matter.
            None => (None, None),
        };
        let messages = rendered.iter().flat_map(|rendered| &rendered.messages);
        let message_tokens: Vec<u64> =
            messages.map(|message| self.counts.text(TokenCounter::O200k, &message.text()).likely).collect();
        let mut estimates = Vec::new();
        if let (Some(rendered), Some(document)) = (&rendered, &document) {
            let found = self.estimates(rendered, document);
            let windows: Vec<WindowUse<'_>> = found.iter().filter_map(Estimated::window_use).collect();
            diagnostics.extend(lint_length(&request.source, rendered, &message_tokens, &windows));
            diagnostics.sort_by_key(|said| said.severity);
            estimates = found.into_iter().map(|one| one.shown).collect();
        }
        Preview { diagnostics, document, rendered, problem, message_tokens, estimates }
    }

    /// What one call would use and cost on each model.
    fn estimates(&self, rendered: &Rendered, document: &Document) -> Vec<Estimated> {
        let config = &self.settings.config;
        let table = PriceTable::shipped();
        let messages = rendered.to_messages();
        let mut counts: Vec<(TokenCounter, signalbox_gateway::Counted)> = Vec::new();
        let wanted = document
            .parameters
            .max_tokens
            .unwrap_or(config.route("default").map_or(DEFAULT_MAX_OUTPUT, |route| route.max_output));
        let models = config.models.iter();
        models
            .filter_map(|model| {
                let provider = config.provider_of(model)?;
                let counter = TokenCounter::of(&model.id, self.ratios);
                // Models share a few tokenizers, and counting is the dear part.
                let known = counts.iter().find(|(known, _)| *known == counter).map(|(_, length)| *length);
                let length = known.unwrap_or_else(|| {
                    let schema = document.output.as_ref();
                    let length = counter.request_by(&messages, &[], schema, |text| self.counts.text(counter, text));
                    counts.push((counter, length));
                    length
                });
                let max_output = u64::from(wanted.min(table.max_output(model, provider).unwrap_or(u32::MAX)));
                let priced = table.price(model, provider);
                let usage = Usage { input: length.likely, output: max_output, ..Usage::default() };
                let shown = ModelEstimate {
                    model: model.name.clone(),
                    input: length.likely,
                    counted: length.exact,
                    max_output,
                    at_most: priced.price.map(|price| price.cost(&usage)),
                    free: priced.origin == PriceOrigin::Local,
                };
                Some(Estimated { shown, window: table.context_window(model, provider) })
            })
            .collect()
    }
}

impl Estimated {
    fn window_use(&self) -> Option<WindowUse<'_>> {
        let ModelEstimate { model, input, max_output, .. } = &self.shown;
        let window = u64::from(self.window?);
        Some(WindowUse { model, input: *input, max_output: *max_output, window })
    }
}
