//! Schemas of answers: made, checked, written into front matter, and held against what the models enforce.

mod infer;
mod write;

use std::collections::HashMap;

use signalbox_domain::ProviderKind;
use signalbox_output::{Dialect, LossKind, rewrite};
use signalbox_providers::SchemaWay;

use super::{Core, start::blocking};
use crate::{
    AnswerReader, ApiError, ParseOptions,
    types::{
        AnswerParse, AnswerParsed, SchemaInfer, SchemaInferred, SchemaLoss, SchemaModel, SchemaModelList, SchemaModels,
        SchemaWrite, SchemaWritten,
    },
};

impl Core {
    /// How an answer reads by a schema, and what had to be mended.
    pub async fn answer_parse(&self, request: AnswerParse) -> Result<AnswerParsed, ApiError> {
        blocking(move || {
            let reader = AnswerReader::new(request.schema.as_ref())?;
            Ok(reader.read(&request.text, &ParseOptions::default()))
        })
        .await
    }

    /// A schema from an example or from a snippet of code.
    pub async fn schema_infer(&self, request: SchemaInfer) -> Result<SchemaInferred, ApiError> {
        blocking(move || infer::inferred(&request)).await
    }

    /// A front matter with another schema of the answer, or what is wrong with the schema.
    pub async fn schema_write(&self, request: SchemaWrite) -> Result<SchemaWritten, ApiError> {
        blocking(move || Ok(write::written(&request))).await
    }

    /// What each model enforces of a schema, and what is lost on the way to its provider.
    pub async fn schema_models(&self, request: SchemaModels) -> Result<SchemaModelList, ApiError> {
        let settings = self.gateway.settings();
        blocking(move || {
            // Many models share a few dialects.
            let mut known: HashMap<Dialect, Vec<SchemaLoss>> = HashMap::new();
            let models = settings.config.models.iter().filter_map(|model| {
                let provider = settings.config.provider_of(model)?;
                let client = settings.providers.get(&provider.name);
                let SchemaWay { mode, dialect } =
                    client.map_or(SchemaWay::PROMPT, |client| client.schema_way(&model.id));
                let losses = dialect
                    .map(|dialect| known.entry(dialect).or_insert_with(|| losses(&request.schema, dialect)).clone());
                Some(SchemaModel {
                    model: model.name.clone(),
                    provider: provider.name.clone(),
                    simulated: provider.kind == ProviderKind::Simulated,
                    mode,
                    losses: losses.unwrap_or_default(),
                })
            });
            Ok(SchemaModelList { models: models.collect() })
        })
        .await
    }
}

fn losses(schema: &serde_json::Value, dialect: Dialect) -> Vec<SchemaLoss> {
    let found = rewrite(schema, dialect).losses.into_iter();
    found
        .map(|loss| SchemaLoss {
            restored: loss.what == LossKind::Changed,
            note: loss.note().to_owned(),
            path: loss.path,
            keyword: loss.keyword,
        })
        .collect()
}
