//! A schema, prepared for reading answers: the validator, and shapes that say what an answer should become.

mod compile;
mod depth;
mod flatten;
mod limits;
mod shape;

use std::collections::HashSet;

use jsonschema::{Draft, Validator};
use serde_json::Value;

pub(crate) use flatten::Places;
pub(crate) use limits::Limits;
pub(crate) use shape::{Field, Rest, Shape, ShapeId, Types};

/// The deepest nesting of a schema.
const DEEPEST: usize = 200;

/// A JSON Schema of draft 2020-12 or older, compiled once and used for many answers.
#[derive(Debug)]
pub struct Schema {
    source: Value,
    validator: Validator,
    shapes: Vec<Shape>,
    deepest: usize,
}

/// Why a schema can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// It isn't a schema.
    #[error("the schema isn't valid at {path}: {message}")]
    Invalid {
        /// Where, as a JSON pointer.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// A schema holds for a value only if it holds for the same value: nothing ever decides it.
    #[error("the schema refers to itself without a step into the value; leave out the reference that does it")]
    Circular,
    /// It is nested deeper than any schema that a person writes.
    #[error("the schema is nested more than {limit} deep; use $ref and $defs")]
    TooDeep {
        /// How deep it may be.
        limit: usize,
    },
}

impl Schema {
    /// Compiles a schema. One that doesn't name its draft is read as 2020-12 first, then as draft 7. Nothing is fetched:
    /// a reference outside the schema is an error.
    ///
    /// # Errors
    ///
    /// When it isn't a schema, when a reference leads nowhere, or when it is nested too deep.
    pub fn compile(source: &Value) -> Result<Self, SchemaError> {
        check_depth(source)?;
        let deepest = depth::deepest_value(source).ok_or(SchemaError::Circular)?;
        let validator = validator(source)?;
        let shapes = compile::shapes(source);
        Ok(Self { source: source.clone(), validator, shapes, deepest })
    }

    /// The schema as it was written.
    pub fn source(&self) -> &Value {
        &self.source
    }

    /// Whether a value follows the schema.
    pub fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// The deepest nesting of a value that is validated: where each level of a value goes through many schemas, the
    /// validator goes deeper into itself than the value is.
    pub(crate) fn deepest(&self) -> usize {
        self.deepest
    }

    pub(crate) fn validator(&self) -> &Validator {
        &self.validator
    }

    pub(crate) fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0]
    }

    /// Whether the answer may be words, not only a list or an object.
    pub(crate) fn takes_scalars(&self) -> bool {
        let mut todo = vec![ShapeId::ROOT];
        let mut seen = HashSet::new();
        while let Some(id) = todo.pop() {
            if !seen.insert(id) {
                continue;
            }
            let shape = self.shape(id);
            if shape.ways.is_empty() {
                if shape.types.any_scalar() && !shape.is_any {
                    return true;
                }
            } else {
                todo.extend(&shape.ways);
            }
        }
        false
    }
}

fn validator(source: &Value) -> Result<Validator, SchemaError> {
    let first = match jsonschema::validator_for(source) {
        Ok(validator) => return Ok(validator),
        Err(error) => error,
    };
    if source.get("$schema").is_none()
        && let Ok(validator) = jsonschema::options().with_draft(Draft::Draft7).build(source)
    {
        return Ok(validator);
    }
    let path = first.instance_path().to_string();
    let message = match source.pointer(&path) {
        // Its own message speaks of the forms that it may have.
        Some(Value::String(word)) if path.ends_with("/type") => {
            format!("\"{word}\" is no type; there are array, boolean, integer, null, number, object and string")
        }
        _ => first.to_string(),
    };
    Err(SchemaError::Invalid { path, message })
}

fn check_depth(source: &Value) -> Result<(), SchemaError> {
    let mut todo = vec![(source, 0_usize)];
    while let Some((value, depth)) = todo.pop() {
        if depth > DEEPEST {
            return Err(SchemaError::TooDeep { limit: DEEPEST });
        }
        match value {
            Value::Array(items) => todo.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(map) => todo.extend(map.values().map(|value| (value, depth + 1))),
            _ => {}
        }
    }
    Ok(())
}
