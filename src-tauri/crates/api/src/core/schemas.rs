//! Schemas of answers: made, checked, written into front matter, and held against what the models enforce.

mod infer;
mod write;

use std::collections::HashMap;

use signalbox_domain::ProviderKind;
use signalbox_output::{LossKind, rewrite};
use signalbox_providers::{SchemaMode, SchemaWay};

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
            // Many models share a few ways.
            let mut known: HashMap<SchemaWay, (SchemaMode, Vec<SchemaLoss>)> = HashMap::new();
            let models = settings.config.models.iter().filter_map(|model| {
                let provider = settings.config.provider_of(model)?;
                let client = settings.providers.get(&provider.name);
                let way = client.map_or(SchemaWay::PROMPT, |client| client.schema_way(&model.id));
                let (mode, losses) = known.entry(way).or_insert_with(|| enforced(&request.schema, way)).clone();
                Some(SchemaModel {
                    model: model.name.clone(),
                    provider: provider.name.clone(),
                    simulated: provider.kind == ProviderKind::Simulated,
                    mode,
                    losses,
                })
            });
            Ok(SchemaModelList { models: models.collect() })
        })
        .await
    }
}

/// How an answer is asked for in a way, and what is lost on it.
fn enforced(schema: &serde_json::Value, way: SchemaWay) -> (SchemaMode, Vec<SchemaLoss>) {
    let (mode, written) = way.of(schema);
    // What keeps the provider's subset from being used is what isn't enforced.
    let losses = match (written, way.dialect) {
        (Some(written), _) => written.losses,
        (None, Some(dialect)) => {
            rewrite(schema, dialect).losses.into_iter().filter(|loss| loss.is_narrowing()).collect()
        }
        (None, None) => Vec::new(),
    };
    let told = losses.into_iter().map(|loss| SchemaLoss {
        restored: loss.what == LossKind::Changed,
        note: loss.note().to_owned(),
        path: loss.path,
        keyword: loss.keyword,
    });
    (mode, told.collect())
}
