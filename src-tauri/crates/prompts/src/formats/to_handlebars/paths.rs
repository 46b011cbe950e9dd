//! What an expression of Jinja is in Handlebars, from the place where it is used.

use minijinja::machinery::ast::{BinOpKind, CompareOpKind, Expr, UnaryOpKind};

use super::Writer;
use crate::{document::VariableKind, formats::loss::LossKind};

impl Writer<'_> {
    pub(super) fn condition(&mut self, expr: &Expr<'_>) -> Option<(&'static str, String)> {
        if let Expr::UnaryOp(not) = expr
            && matches!(not.op, UnaryOpKind::Not)
        {
            return Some(("unless", self.truth(&not.expr)?));
        }
        let compared = match expr {
            Expr::BinOp(op) => match op.op {
                BinOpKind::Eq => Some(("ifEquals", &op.left, &op.right)),
                BinOpKind::Ne => Some(("unlessEquals", &op.left, &op.right)),
                _ => None,
            },
            Expr::Compare(compare) => match compare.ops.as_slice() {
                [one] => match one.op {
                    CompareOpKind::Eq => Some(("ifEquals", &compare.expr, &one.expr)),
                    CompareOpKind::Ne => Some(("unlessEquals", &compare.expr, &one.expr)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        match compared {
            Some((word, left, right)) => Some((word, format!("{} {}", self.operand(left)?, self.operand(right)?))),
            None => Some(("if", self.truth(expr)?)),
        }
    }

    fn truth(&mut self, expr: &Expr<'_>) -> Option<String> {
        if let Expr::Var(var) = expr
            && self.variables.iter().any(|variable| variable.name == var.id && variable.kind == VariableKind::Object)
        {
            let what = format!("an empty {} is true there", var.id);
            self.note(LossKind::Changed, var.span().start_offset as usize, what, "ask for one of its fields");
        }
        self.path(expr)
    }

    fn operand(&self, expr: &Expr<'_>) -> Option<String> {
        if let Expr::Const(constant) = expr {
            let value = &constant.value;
            return match value.as_str() {
                Some(text) if text.contains('"') || text.contains('\\') || text.contains("}}") => None,
                Some(text) => Some(format!("\"{text}\"")),
                None if value.is_none() => Some("null".to_owned()),
                None if value.is_number() => Some(value.to_string()),
                None => bool::try_from(value.clone()).ok().map(|truth| truth.to_string()),
            };
        }
        self.path(expr)
    }

    /// A value's way in Handlebars, from the place where it is used.
    pub(super) fn path(&self, expr: &Expr<'_>) -> Option<String> {
        match expr {
            Expr::Var(var) => {
                let frame =
                    self.frames.iter().rev().find(|frame| frame.item == var.id || frame.key.as_deref() == Some(var.id));
                let up = if frame.is_some() { 0 } else { self.frames.len() };
                Some(format!("{}{}", "../".repeat(up), var.id)).filter(|_| var.id != "loop")
            }
            Expr::GetAttr(get) => {
                if let Expr::Var(var) = &get.expr
                    && var.id == "loop"
                {
                    let known = [("index0", "@index"), ("first", "@first"), ("last", "@last")];
                    return known.iter().find(|(name, _)| *name == get.name).map(|(_, data)| (*data).to_owned());
                }
                Some(format!("{}.{}", self.path(&get.expr)?, get.name))
            }
            Expr::GetItem(get) => {
                let Expr::Const(key) = &get.subscript_expr else { return None };
                let key = key.value.as_str().map_or_else(|| key.value.to_string(), str::to_owned);
                let inner = self.path(&get.expr)?;
                (!key.contains(']') && !key.is_empty()).then(|| format!("{inner}.[{key}]"))
            }
            _ => None,
        }
    }
}
