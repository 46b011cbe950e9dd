//! What is wrong with a value, as little as is needed to say it.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use crate::{log::shown, outcome::Problem, schema::Schema};

/// The most problems that are listed.
const MOST: usize = 20;

/// The problems of a value, each once, and none that only repeats what is wrong further in.
pub(crate) fn problems(schema: &Schema, value: &Value) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    for error in schema.validator().iter_errors(value).take(MOST * 4) {
        add(&mut found, &error, value);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.keyword.cmp(&b.keyword)));
    found.dedup();
    found.truncate(MOST);
    found
}

/// One line for all of them.
pub(crate) fn summary(problems: &[Problem]) -> String {
    const SHOWN: usize = 3;
    let place = |path: &str| if path.is_empty() { "the whole".to_owned() } else { path.to_owned() };
    let mut parts: Vec<String> = problems
        .iter()
        .take(SHOWN)
        .map(|problem| format!("{} should be {}, not {}", place(&problem.path), problem.expected, problem.found))
        .collect();
    if problems.len() > SHOWN {
        parts.push(format!("and {} more", problems.len() - SHOWN));
    }
    parts.join("; ")
}

fn add(found: &mut Vec<Problem>, error: &jsonschema::ValidationError<'_>, root: &Value) {
    // A union is wrong because its nearest branch is: that branch says what to change.
    let context = match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => Some(context),
        _ => None,
    };
    if let Some(branch) = context.and_then(|context| nearest(context)) {
        for inner in branch {
            add(found, inner, root);
        }
        return;
    }
    let path = error.instance_path().to_string();
    let value = root.pointer(&path).unwrap_or(&Value::Null);
    if let ValidationErrorKind::AdditionalProperties { unexpected }
    | ValidationErrorKind::UnevaluatedProperties { unexpected } = error.kind()
    {
        for key in unexpected {
            found.push(Problem {
                path: format!("{path}/{}", crate::log::escape(key)),
                keyword: "additionalProperties".to_owned(),
                expected: "absent".to_owned(),
                found: value.get(key).map_or_else(String::new, shown),
            });
        }
        return;
    }
    if let ValidationErrorKind::Required { property } = error.kind() {
        let name = property.as_str().unwrap_or_default();
        found.push(Problem {
            path: format!("{path}/{}", crate::log::escape(name)),
            keyword: "required".to_owned(),
            expected: "present".to_owned(),
            found: "nothing".to_owned(),
        });
        return;
    }
    found.push(Problem {
        path,
        keyword: error.kind().keyword().to_owned(),
        expected: expected(error.kind()),
        found: shown(value),
    });
}

/// The branch with the least wrong in it; of those the one whose errors lie deepest, for it fits furthest.
fn nearest<'c, 'e>(
    context: &'c [Vec<jsonschema::ValidationError<'e>>],
) -> Option<&'c Vec<jsonschema::ValidationError<'e>>> {
    let depth = |error: &jsonschema::ValidationError<'_>| error.instance_path().to_string().matches('/').count();
    context
        .iter()
        .filter(|branch| !branch.is_empty())
        .min_by_key(|branch| {
            let shallow = branch.iter().map(depth).min().unwrap_or_default();
            let is_type = branch
                .iter()
                .any(|error| matches!(error.kind(), ValidationErrorKind::Type { .. }) && depth(error) == shallow);
            (is_type, std::cmp::Reverse(shallow), branch.len())
        })
        .filter(|branch| {
            !branch.iter().all(|error| matches!(error.kind(), ValidationErrorKind::Type { .. })) || context.len() == 1
        })
}

fn expected(kind: &ValidationErrorKind) -> String {
    use ValidationErrorKind as K;
    match kind {
        K::Type { kind: TypeKind::Single(kind) } => named(&kind.to_string()),
        K::Type { kind: TypeKind::Multiple(kinds) } => {
            let names: Vec<String> = kinds.iter().map(|kind| named(&kind.to_string())).collect();
            names.join(" or ")
        }
        K::Enum { options } => {
            let list: Vec<String> =
                options.as_array().into_iter().flatten().take(12).map(ToString::to_string).collect();
            format!("one of {}", list.join(", "))
        }
        K::Constant { expected_value } => expected_value.to_string(),
        K::Minimum { limit } => format!("at least {limit}"),
        K::Maximum { limit } => format!("at most {limit}"),
        K::ExclusiveMinimum { limit } => format!("more than {limit}"),
        K::ExclusiveMaximum { limit } => format!("less than {limit}"),
        K::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        K::MinLength { limit } => format!("at least {limit} characters long"),
        K::MaxLength { limit } => format!("at most {limit} characters long"),
        K::MinItems { limit } => format!("a list of at least {limit}"),
        K::MaxItems { limit } => format!("a list of at most {limit}"),
        K::AdditionalItems { limit } => format!("a list of at most {limit}"),
        K::MinProperties { limit } => format!("an object with at least {limit} keys"),
        K::MaxProperties { limit } => format!("an object with at most {limit} keys"),
        K::Pattern { pattern } => format!("text that matches {pattern}"),
        K::Format { format } => format!("text in the format {format}"),
        K::UniqueItems => "a list without repetitions".to_owned(),
        K::FalseSchema => "absent".to_owned(),
        K::AnyOf { .. } | K::OneOfNotValid { .. } => "one of the allowed forms".to_owned(),
        K::OneOfMultipleValid { .. } => "exactly one of the allowed forms".to_owned(),
        other => format!("what the keyword {} asks for", other.keyword()),
    }
}

fn named(kind: &str) -> String {
    match kind {
        "integer" => "an integer",
        "array" => "a list",
        "object" => "an object",
        "string" => "text",
        "number" => "a number",
        "boolean" => "true or false",
        other => other,
    }
    .to_owned()
}
