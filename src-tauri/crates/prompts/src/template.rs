//! A template's text as a tree, with guards that keep hostile templates from exhausting the stack.

use std::ops::Range;

use minijinja::{
    Environment, Error, UndefinedBehavior,
    machinery::{Token, ast, parse, tokenize},
    syntax::SyntaxConfig,
};

/// The most operators, dots, brackets and filters in one tag. The engine handles each of them by a deeper call.
const MOST_IN_TAG: usize = 200;

/// The most `elif` around one place, for the same reason.
const MOST_ELIF: usize = 100;

/// A template that the engine can't read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxProblem {
    /// What is wrong and what to do.
    pub(crate) message: String,
    /// Where, in bytes of the template.
    pub(crate) bytes: Range<usize>,
}

/// The delimiters and the treatment of blanks, the same for reading and rendering.
pub(crate) fn syntax() -> SyntaxConfig {
    let mut syntax = SyntaxConfig::builder();
    syntax.keep_trailing_newline(true);
    // The delimiters are the engine's own, so building can't fail.
    syntax.build().unwrap_or_default()
}

/// An environment with the engine's filters and tests, in which undefined values can't be printed.
pub(crate) fn environment<'t>() -> Environment<'t> {
    let mut environment = Environment::new();
    environment.set_syntax(syntax());
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_debug(true);
    environment
}

/// Reads a template.
pub(crate) fn read(body: &str) -> Result<ast::Stmt<'_>, SyntaxProblem> {
    guard(body)?;
    parse(body, "body", syntax()).map_err(|error| problem(body, &error))
}

/// Refuses what would nest too deeply, before the reader follows it.
fn guard(body: &str) -> Result<(), SyntaxProblem> {
    let mut in_tag = 0_usize;
    let mut tag_start = 0;
    let mut elifs: Vec<usize> = Vec::new();
    let mut opens_block = false;
    for token in tokenize(body, false, syntax()) {
        // What the tokenizer can't read, the parser reports with more context.
        let Ok((token, span)) = token else { return Ok(()) };
        let bytes = span.start_offset as usize..span.end_offset as usize;
        let first = std::mem::replace(&mut opens_block, matches!(token, Token::BlockStart));
        match &token {
            Token::VariableStart | Token::BlockStart => {
                in_tag = 0;
                tag_start = bytes.start;
            }
            Token::Ident("if") if first => elifs.push(0),
            Token::Ident("endif") if first => drop(elifs.pop()),
            Token::Ident("elif") if first => {
                if let Some(last) = elifs.last_mut() {
                    *last += 1;
                }
                if elifs.iter().sum::<usize>() > MOST_ELIF {
                    let message =
                        format!("more than {MOST_ELIF} elif around this place; use a mapping of values instead");
                    return Err(SyntaxProblem { message, bytes });
                }
            }
            token if deepens(token) => {
                in_tag += 1;
                if in_tag > MOST_IN_TAG {
                    let message = format!("this tag has more than {MOST_IN_TAG} operators; split it with {{% set %}}");
                    return Err(SyntaxProblem { message, bytes: tag_start..bytes.end });
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn deepens(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::FloorDiv
            | Token::Pow
            | Token::Mod
            | Token::Dot
            | Token::Tilde
            | Token::Pipe
            | Token::Eq
            | Token::Ne
            | Token::Gt
            | Token::Gte
            | Token::Lt
            | Token::Lte
            | Token::BracketOpen
            | Token::ParenOpen
            | Token::BraceOpen
            | Token::Ident("and" | "or" | "not" | "is" | "if" | "in")
    )
}

fn problem(body: &str, error: &Error) -> SyntaxProblem {
    let end = body.len();
    let mut bytes = error.range().unwrap_or(end..end);
    bytes.start = bytes.start.min(end);
    bytes.end = bytes.end.clamp(bytes.start, end);
    let detail = error.detail().unwrap_or("the template can't be read");
    if let Some((message, open)) = unclosed(body, detail) {
        return SyntaxProblem { message, bytes: open };
    }
    if bytes.is_empty() {
        bytes = last_opened(body);
    }
    SyntaxProblem { message: explain(detail), bytes }
}

/// The last tag or comment that is opened, to the end of its line.
fn last_opened(body: &str) -> Range<usize> {
    let start = ["{{", "{%", "{#"].iter().filter_map(|open| body.rfind(open)).max().unwrap_or(0);
    let line = body.get(start..).unwrap_or_default();
    start..start + line.find('\n').unwrap_or(line.len())
}

/// The block that is still open at the end of the template, which is where the mistake is.
fn unclosed(body: &str, detail: &str) -> Option<(String, Range<usize>)> {
    if !detail.contains("end of input") {
        return None;
    }
    let mut open: Vec<(&str, Range<usize>)> = Vec::new();
    let mut tag_start = 0;
    let mut pending: Option<(&str, Range<usize>)> = None;
    let mut first = false;
    for token in tokenize(body, false, syntax()) {
        let (token, span) = token.ok()?;
        let bytes = span.start_offset as usize..span.end_offset as usize;
        match token {
            Token::BlockStart => {
                tag_start = bytes.start;
                first = true;
                continue;
            }
            Token::Ident(word) if first => {
                if let Some(word) = word.strip_prefix("end") {
                    if open.last().is_some_and(|(last, _)| *last == word) {
                        open.pop();
                    }
                } else if BLOCKS.contains(&word) {
                    pending = Some((word, tag_start..bytes.end));
                }
            }
            // `{% set x = 1 %}` needs no end.
            Token::Assign if pending.as_ref().is_some_and(|(word, _)| *word == "set") => pending = None,
            Token::BlockEnd => open.extend(pending.take()),
            _ => {}
        }
        first = false;
    }
    let (word, bytes) = open.pop()?;
    Some((format!("this {word} is never closed; add {{% end{word} %}} where it ends"), bytes))
}

/// The statements that need an end.
const BLOCKS: [&str; 9] = ["for", "if", "with", "set", "autoescape", "filter", "block", "macro", "call"];

/// The engine's words with what to do.
fn explain(detail: &str) -> String {
    if let Some(word) = detail.strip_prefix("unknown statement ") {
        return unknown_statement(word);
    }
    if detail.contains("maximum recursion") {
        return "the template nests too deeply; split it".to_owned();
    }
    match detail {
        "unexpected end of string" => return "this text has no end; add the quote that closes it".to_owned(),
        "unexpected end of comment" => return "this comment is never closed; add #} where it ends".to_owned(),
        "unexpected end of raw block" => return "this raw is never closed; add {% endraw %} where it ends".to_owned(),
        _ => {}
    }
    match detail.strip_prefix("unexpected ").map(|rest| rest.split_once(", expected ").unwrap_or((rest, ""))) {
        Some((found, "")) => format!("{} can't stand here; a value is missing before it", plain(found)),
        Some((found, expected)) => format!("found {} where {} was expected", plain(found), plain(expected)),
        None => detail.replace('`', ""),
    }
}

/// A token as it is written.
fn plain(token: &str) -> String {
    match token {
        "start of variable block" => "{{".to_owned(),
        "end of variable block" => "}}".to_owned(),
        "start of block" => "{%".to_owned(),
        "end of block" => "%}".to_owned(),
        "identifier" => "a name".to_owned(),
        "string" => "a text".to_owned(),
        "integer" | "float" => "a number".to_owned(),
        "end of input" => "the end of the template".to_owned(),
        other => other.replace('`', ""),
    }
}

fn unknown_statement(word: &str) -> String {
    if let Some(block) = word.strip_prefix("end").filter(|block| BLOCKS.contains(block)) {
        return format!("{word} closes nothing here; remove it, or open {block} before it");
    }
    if matches!(word, "else" | "elif") {
        return format!("{word} stands outside of an if; remove it, or open an if before it");
    }
    let known = ["for", "if", "elif", "else", "endif", "endfor", "set", "macro", "filter", "with", "call", "do", "raw"];
    let similar = crate::suggest::nearest(word, known).map(|known| format!("; did you mean {known}?"));
    format!("there is no statement {word}{}", similar.unwrap_or_default())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    fn refused(body: &str) -> (String, String) {
        let problem = read(body).err().unwrap();
        (problem.message, body.get(problem.bytes).unwrap().to_owned())
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let bodies = [
            "Hi {{ name",
            "Hi {{ name }\nmore",
            "{% if a %}\nx",
            "{% for x in y %}{% if a %}x{% endif %}",
            "{% fro x in y %}",
            "{% endif %}",
            "{% else %}",
            "{{ a + }}",
            "{{ 'a }}",
            "{# never closed",
            "{{ a | }}",
            "😀😀 {{ a b }}",
            "{% set x %}a",
            "{% raw %}a",
            "{{ }}",
        ];
        let all: Vec<(&str, String, String)> = bodies
            .iter()
            .map(|body| {
                let (message, text) = refused(body);
                (*body, message, text)
            })
            .collect();
        insta::assert_debug_snapshot!(all);
    }

    #[test]
    fn what_nests_too_deeply_is_refused_and_not_followed() {
        let bodies = [
            format!("{{{{ a{} }}}}", " + a".repeat(50_000)),
            format!("{{{{ a{} }}}}", ".a".repeat(50_000)),
            format!("{{{{ a{} }}}}", "|trim".repeat(50_000)),
            format!("{{{{ {}a{} }}}}", "(".repeat(50_000), ")".repeat(50_000)),
            format!("{{{{ {}a }}}}", "not ".repeat(50_000)),
            format!("{{{{ {}a }}}}", "-".repeat(50_000)),
            format!("{{{{ {} }}}}", "a if b else ".repeat(50_000)),
            format!("{{% if a %}}{}{{% endif %}}", "{% elif b %}".repeat(50_000)),
            format!("{}{}", "{% if a %}".repeat(50_000), "{% endif %}".repeat(50_000)),
            format!("{}{}", "{% if a %}x{% elif b %}".repeat(50_000), "{% endif %}".repeat(50_000)),
            format!("{{% set {}a{} = 1 %}}", "(".repeat(50_000), ")".repeat(50_000)),
            "{% if a %}x{% else %}".repeat(50_000),
        ];
        for body in bodies {
            assert!(read(&body).is_err(), "{}", &body[..40]);
        }
    }

    #[test]
    fn the_deepest_that_is_allowed_is_read_and_compiled() {
        let nested = format!("{}x{}", "{% if a %}".repeat(140), "{% endif %}".repeat(140));
        let chain = format!("{{{{ a{} }}}}", " + a".repeat(MOST_IN_TAG - 1));
        let brackets = format!("{{{{ {}1{} }}}}", "[".repeat(70), "]".repeat(70));
        let elifs = format!("{{% if a %}}{}{{% endif %}}", "{% elif b %}".repeat(MOST_ELIF));
        for body in [nested, chain, brackets, elifs] {
            assert!(read(&body).is_ok());
            assert!(environment().template_from_str(&body).is_ok());
        }
    }
}
