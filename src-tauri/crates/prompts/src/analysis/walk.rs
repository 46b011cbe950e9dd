//! The walk through the tree, with its scopes and with what the conditions around a place have settled.

use std::ops::Range;

use ast::{CallArg, Expr, Stmt};
use minijinja::machinery::{Span, ast};

use super::{
    Analysis, DefinitionKind, Named, Path, Place, Print, Step, Use,
    scope::{Binding, Opened, Scopes},
};

/// What the template does when an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack {
    /// It stops.
    Stops,
    /// It takes it as false.
    IsFalse,
    /// It says what to do, by a default or by asking whether there is one.
    IsHandled,
}

pub(super) struct Walk<'s> {
    source: &'s str,
    scopes: Scopes<'s>,
    /// Paths that are known to be there.
    guards: Vec<String>,
    /// How many captures are around.
    capturing: usize,
    found: Analysis<'s>,
}

/// Filters after which nothing of a text is left that could be read as an instruction.
const HARMLESS: [&str; 9] = ["length", "count", "int", "float", "round", "abs", "bool", "tojson", "sum"];

/// Filters after which the items are still items of the same list.
const KEEP_ITEMS: [&str; 9] =
    ["sort", "reverse", "list", "unique", "select", "reject", "selectattr", "rejectattr", "default"];

fn bytes_of(span: Span) -> Range<usize> {
    span.start_offset as usize..span.end_offset as usize
}

impl<'s> Walk<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, scopes: Scopes::new(), guards: Vec::new(), capturing: 0, found: Analysis::default() }
    }

    pub(super) fn run(mut self, template: &Stmt<'s>) -> Analysis<'s> {
        self.statement(template);
        self.found.definitions = self.scopes.definitions;
        self.found.captured.sort_by_key(|raw| raw.start);
        self.found
    }

    fn statements(&mut self, list: &[Stmt<'s>]) {
        for statement in list {
            self.statement(statement);
        }
    }

    fn scoped(&mut self, opened: Opened, work: impl FnOnce(&mut Self)) {
        self.scopes.enter(opened);
        work(self);
        self.scopes.leave();
    }

    fn captured(&mut self, work: impl FnOnce(&mut Self)) {
        self.capturing += 1;
        work(self);
        self.capturing -= 1;
    }

    fn guarded(&mut self, guards: Vec<String>, work: impl FnOnce(&mut Self)) {
        let before = self.guards.len();
        self.guards.extend(guards);
        work(self);
        self.guards.truncate(before);
    }

    fn give(&mut self, name: &'s str, binding: Binding<'s>) {
        self.found.locals.insert(name);
        self.scopes.give(name, binding);
    }

    fn define(
        &mut self,
        name: &'s str,
        bytes: Range<usize>,
        kind: DefinitionKind,
        from_itself: bool,
        binding: Binding<'s>,
    ) {
        self.found.locals.insert(name);
        self.scopes.define(name, bytes.clone(), kind, from_itself, binding);
        self.place(name, bytes);
    }

    /// Keeps a place of a name, with the definition that it means.
    fn place(&mut self, name: &'s str, bytes: Range<usize>) {
        let definition = self.scopes.definition(name);
        self.found.places.push(Place { name, bytes, definition });
    }

    fn lookup(&self, name: &str) -> Option<&Binding<'s>> {
        self.scopes.lookup(name)
    }

    /// Binds the names on the left of an assignment. `since` is how many places were known before its right side.
    fn assign(&mut self, target: &Expr<'s>, kind: DefinitionKind, since: usize, value: Option<Path<'s>>) {
        match target {
            Expr::Var(var) => {
                let read = self.found.places.get(since..).unwrap_or_default();
                let from_itself = read.iter().any(|place| place.name == var.id);
                let binding = value.map_or(Binding::Made, Binding::Alias);
                self.define(var.id, bytes_of(var.span()), kind, from_itself, binding);
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.assign(item, kind, since, None)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.assign(item, kind, since, None)),
            // `{% set ns.x = 1 %}` changes a namespace, which must have been made before.
            Expr::GetAttr(get) => self.expression(&get.expr, Lack::Stops),
            other => self.expression(other, Lack::IsFalse),
        }
    }

    fn statement(&mut self, statement: &Stmt<'s>) {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitExpr(emit) => {
                let bytes = self.tag_around(&bytes_of(emit.expr.span()));
                let path = self.printed(&emit.expr);
                self.found.prints.push(Print { bytes, path, captured: self.capturing > 0 });
                self.expression(&emit.expr, Lack::Stops);
            }
            Stmt::EmitRaw(raw) => {
                if self.capturing > 0 {
                    self.found.captured.push(bytes_of(raw.span()));
                }
            }
            Stmt::ForLoop(each) => self.each(each),
            Stmt::IfCond(cond) => {
                self.condition(&cond.expr);
                let (yes, no) = self.settled(&cond.expr);
                self.guarded(yes, |walk| walk.statements(&cond.true_body));
                self.guarded(no, |walk| walk.statements(&cond.false_body));
            }
            Stmt::WithBlock(with) => self.scoped(Opened::Other, |walk| {
                for (target, value) in &with.assignments {
                    let since = walk.found.places.len();
                    walk.expression(value, Lack::Stops);
                    let path = walk.resolve(value);
                    walk.assign(target, DefinitionKind::With, since, path);
                }
                walk.statements(&with.body);
            }),
            Stmt::Set(set) => {
                let since = self.found.places.len();
                self.expression(&set.expr, Lack::Stops);
                let path = self.resolve(&set.expr);
                self.assign(&set.target, DefinitionKind::Set, since, path);
            }
            Stmt::SetBlock(set) => {
                let since = self.found.places.len();
                self.captured(|walk| walk.scoped(Opened::Other, |walk| walk.statements(&set.body)));
                if let Some(filter) = &set.filter {
                    self.expression(filter, Lack::Stops);
                }
                self.assign(&set.target, DefinitionKind::Set, since, None);
            }
            Stmt::AutoEscape(escape) => {
                self.expression(&escape.enabled, Lack::Stops);
                self.statements(&escape.body);
            }
            Stmt::FilterBlock(block) => {
                self.captured(|walk| walk.statements(&block.body));
                self.expression(&block.filter, Lack::Stops);
            }
            Stmt::Block(block) => self.scoped(Opened::Other, |walk| walk.statements(&block.body)),
            Stmt::Import(import) => {
                self.include("import", import.span());
                self.assign(&import.name, DefinitionKind::Import, usize::MAX, None);
            }
            Stmt::FromImport(import) => {
                self.include("import", import.span());
                for (name, alias) in &import.names {
                    self.assign(alias.as_ref().unwrap_or(name), DefinitionKind::Import, usize::MAX, None);
                }
            }
            Stmt::Extends(extends) => self.include("extends", extends.span()),
            Stmt::Include(include) => self.include("include", include.span()),
            Stmt::Macro(definition) => {
                let bytes = self.name_behind("macro", definition.name, &bytes_of(definition.span()));
                self.define(definition.name, bytes, DefinitionKind::Macro, false, Binding::Made);
                self.macro_body(definition);
            }
            Stmt::CallBlock(block) => {
                self.call(&block.call);
                self.macro_body(&block.macro_decl);
            }
            Stmt::Do(statement) => self.call(&statement.call),
        }
    }

    fn include(&mut self, name: &'s str, span: Span) {
        self.found.includes.push(Named { name, bytes: bytes_of(span) });
    }

    fn each(&mut self, each: &ast::ForLoop<'s>) {
        self.expression(&each.iter, Lack::Stops);
        let item = self.resolve(&each.iter).map(|mut path| {
            self.found.loops_over.push((path.clone(), bytes_of(each.iter.span())));
            path.steps.push(Step::Each);
            path
        });
        self.scoped(Opened::Loop, |walk| {
            walk.assign(&each.target, DefinitionKind::Loop, usize::MAX, item);
            let mut guards = Vec::new();
            if let Some(filter) = &each.filter_expr {
                walk.condition(filter);
                guards = walk.settled(filter).0;
            }
            walk.give("loop", Binding::Loop);
            walk.guarded(guards, |walk| walk.statements(&each.body));
        });
        self.scoped(Opened::Other, |walk| walk.statements(&each.else_body));
    }

    fn macro_body(&mut self, definition: &ast::Macro<'s>) {
        for default in &definition.defaults {
            self.expression(default, Lack::Stops);
        }
        self.scoped(Opened::Other, |walk| {
            for argument in &definition.args {
                walk.assign(argument, DefinitionKind::Argument, usize::MAX, None);
            }
            walk.give("caller", Binding::Made);
            walk.captured(|walk| walk.statements(&definition.body));
        });
    }

    /// An expression of which only the truth matters: nothing counts as false.
    fn condition(&mut self, expr: &Expr<'s>) {
        match expr {
            Expr::UnaryOp(not) if matches!(not.op, ast::UnaryOpKind::Not) => self.condition(&not.expr),
            Expr::BinOp(op) if matches!(op.op, ast::BinOpKind::ScAnd | ast::BinOpKind::ScOr) => {
                self.short_circuit(op, true);
            }
            other => self.expression(other, Lack::IsFalse),
        }
    }

    fn short_circuit(&mut self, op: &ast::BinOp<'s>, only_truth: bool) {
        self.condition(&op.left);
        let (yes, no) = self.settled(&op.left);
        let guards = if matches!(op.op, ast::BinOpKind::ScAnd) { yes } else { no };
        self.guarded(guards, |walk| {
            if only_truth {
                walk.condition(&op.right);
            } else {
                walk.expression(&op.right, Lack::Stops);
            }
        });
    }

    /// The paths that are there when a condition holds, and those that are there when it doesn't.
    fn settled(&self, expr: &Expr<'s>) -> (Vec<String>, Vec<String>) {
        let whole = |path: Path<'s>| path.text(path.steps.len());
        if let Some(path) = self.resolve(expr) {
            return (vec![whole(path)], Vec::new());
        }
        match expr {
            Expr::UnaryOp(not) if matches!(not.op, ast::UnaryOpKind::Not) => {
                let (yes, no) = self.settled(&not.expr);
                (no, yes)
            }
            Expr::BinOp(op) if matches!(op.op, ast::BinOpKind::ScAnd) => {
                let mut yes = self.settled(&op.left).0;
                yes.extend(self.settled(&op.right).0);
                (yes, Vec::new())
            }
            Expr::BinOp(op) if matches!(op.op, ast::BinOpKind::ScOr) => {
                let mut no = self.settled(&op.left).1;
                no.extend(self.settled(&op.right).1);
                (Vec::new(), no)
            }
            Expr::Test(test) => match (test.name, self.resolve(&test.expr)) {
                ("defined", Some(path)) => (vec![whole(path)], Vec::new()),
                ("undefined", Some(path)) => (Vec::new(), vec![whole(path)]),
                _ => (Vec::new(), Vec::new()),
            },
            _ => (Vec::new(), Vec::new()),
        }
    }

    /// The part of an input that an expression stands for.
    fn resolve(&self, expr: &Expr<'s>) -> Option<Path<'s>> {
        match expr {
            Expr::Var(var) => match self.lookup(var.id) {
                Some(Binding::Alias(path)) => Some(path.clone()),
                Some(_) => None,
                None => Some(Path { root: var.id, steps: Vec::new() }),
            },
            Expr::GetAttr(get) => {
                let mut path = self.resolve(&get.expr)?;
                path.steps.push(Step::Name(get.name, Some(name_before(bytes_of(get.span()).end, get.name))));
                Some(path)
            }
            Expr::GetItem(get) => {
                let mut path = self.resolve(&get.expr)?;
                path.steps.push(self.subscript(&get.subscript_expr)?);
                Some(path)
            }
            Expr::Slice(slice) => self.resolve(&slice.expr),
            Expr::Filter(filter) => {
                let mut path = self.resolve(filter.expr.as_ref()?)?;
                match filter.name {
                    "first" | "last" => path.steps.push(Step::Each),
                    name if KEEP_ITEMS.contains(&name) => {}
                    _ => return None,
                }
                Some(path)
            }
            _ => None,
        }
    }

    /// `['name']` or `[0]`, with the name's place.
    fn subscript(&self, expr: &Expr<'s>) -> Option<Step<'s>> {
        let Expr::Const(constant) = expr else { return None };
        if let Some(index) = constant.value.as_i64() {
            return Some(Step::Index(index));
        }
        let bytes = bytes_of(constant.span());
        let text = self.source.get(bytes.clone())?;
        let inner = text.get(1..text.len().checked_sub(1)?)?;
        let plain = constant.value.as_str() == Some(inner);
        plain.then_some(Step::Name(inner, Some(bytes.start + 1..bytes.end - 1)))
    }

    /// Records the use of an input, when the expression is one.
    fn record(&mut self, expr: &Expr<'s>, lack: Lack) -> bool {
        let mut base = expr;
        loop {
            base = match base {
                Expr::GetAttr(get) => &get.expr,
                Expr::GetItem(get) => &get.expr,
                Expr::Var(_) => break,
                _ => return false,
            };
        }
        let (Expr::Var(var), Some(path)) = (base, self.resolve(expr)) else { return false };
        let inherited = match self.lookup(var.id) {
            Some(Binding::Alias(alias)) => Some(alias.steps.len()),
            _ => None,
        };
        let first = bytes_of(var.span());
        let bytes = first.start..bytes_of(expr.span()).end;
        let length = path.steps.len();
        let guarded =
            (0..=length).map(|n| n == length && lack != Lack::Stops || self.is_guarded(&path.text(n))).collect();
        if lack == Lack::IsHandled && inherited.is_none() && length == 0 {
            self.found.optional.insert(path.root);
        }
        self.place(var.id, first.clone());
        self.found.uses.push(Use { path, bytes, first, inherited, guarded });
        true
    }

    fn is_guarded(&self, path: &str) -> bool {
        let covers = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
        self.guards.iter().any(|guard| guard.strip_prefix(path).is_some_and(covers))
    }

    /// Goes through an expression.
    fn expression(&mut self, expr: &Expr<'s>, lack: Lack) {
        if self.record(expr, lack) {
            return;
        }
        match expr {
            Expr::Const(_) => {}
            Expr::Var(var) => self.place(var.id, bytes_of(var.span())),
            Expr::Slice(slice) => {
                self.expression(&slice.expr, Lack::Stops);
                for part in [&slice.start, &slice.stop, &slice.step].into_iter().flatten() {
                    self.expression(part, Lack::Stops);
                }
            }
            Expr::UnaryOp(op) => match op.op {
                ast::UnaryOpKind::Not => self.condition(&op.expr),
                ast::UnaryOpKind::Neg => self.expression(&op.expr, Lack::Stops),
            },
            Expr::BinOp(op) if matches!(op.op, ast::BinOpKind::ScAnd | ast::BinOpKind::ScOr) => {
                self.short_circuit(op, false);
            }
            Expr::BinOp(op) => {
                self.expression(&op.left, Lack::Stops);
                self.expression(&op.right, Lack::Stops);
            }
            Expr::Compare(compare) => {
                self.expression(&compare.expr, Lack::Stops);
                compare.ops.iter().for_each(|op| self.expression(&op.expr, Lack::Stops));
            }
            Expr::IfExpr(choice) => {
                self.condition(&choice.test_expr);
                let (yes, no) = self.settled(&choice.test_expr);
                self.guarded(yes, |walk| walk.expression(&choice.true_expr, lack));
                if let Some(other) = &choice.false_expr {
                    self.guarded(no, |walk| walk.expression(other, lack));
                }
            }
            Expr::Filter(filter) => {
                if let Some(inner) = &filter.expr {
                    self.expression(inner, handled(matches!(filter.name, "default" | "d")));
                }
                let bytes = self.name_in(filter.name, filter.span());
                self.found.filters.push(Named { name: filter.name, bytes });
                self.arguments(&filter.args);
            }
            Expr::Test(test) => {
                self.expression(&test.expr, handled(matches!(test.name, "defined" | "undefined")));
                let bytes = self.name_in(test.name, test.span());
                self.found.tests.push(Named { name: test.name, bytes });
                self.arguments(&test.args);
            }
            Expr::GetAttr(get) => self.attribute(get),
            Expr::GetItem(get) => {
                self.expression(&get.expr, Lack::Stops);
                self.expression(&get.subscript_expr, Lack::Stops);
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => list.items.iter().for_each(|item| self.expression(item, Lack::Stops)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.expression(item, Lack::Stops)),
            Expr::Map(map) => map.keys.iter().chain(&map.values).for_each(|part| self.expression(part, Lack::Stops)),
        }
    }

    fn attribute(&mut self, get: &ast::Spanned<ast::GetAttr<'s>>) {
        if let Expr::Var(var) = &get.expr
            && matches!(self.lookup(var.id), Some(Binding::Loop))
        {
            let bytes = name_before(bytes_of(get.span()).end, get.name);
            self.found.loops.push(Named { name: get.name, bytes });
        }
        self.expression(&get.expr, Lack::Stops);
    }

    fn call(&mut self, call: &ast::Spanned<ast::Call<'s>>) {
        match &call.expr {
            Expr::Var(var) => {
                self.place(var.id, bytes_of(var.span()));
                if self.lookup(var.id).is_none() {
                    self.found.functions.push(Named { name: var.id, bytes: bytes_of(var.span()) });
                }
            }
            Expr::GetAttr(get) if self.resolve(&get.expr).is_some() => {
                let bytes = name_before(bytes_of(get.span()).end, get.name);
                self.found.methods.push(Named { name: get.name, bytes });
                self.expression(&get.expr, Lack::Stops);
            }
            Expr::GetAttr(get) => self.attribute(get),
            other => self.expression(other, Lack::Stops),
        }
        self.arguments(&call.args);
    }

    fn arguments(&mut self, arguments: &[CallArg<'s>]) {
        for argument in arguments {
            let (CallArg::Pos(expr) | CallArg::Kwarg(_, expr) | CallArg::PosSplat(expr) | CallArg::KwargSplat(expr)) =
                argument;
            self.expression(expr, Lack::Stops);
        }
    }

    /// The input that an expression prints as it is, whatever else it prints.
    fn printed(&self, expr: &Expr<'s>) -> Option<Path<'s>> {
        match expr {
            Expr::Filter(filter) if HARMLESS.contains(&filter.name) => None,
            Expr::Filter(filter) => self.printed(filter.expr.as_ref()?),
            Expr::BinOp(op) if matches!(op.op, ast::BinOpKind::Concat | ast::BinOpKind::Add) => {
                self.printed(&op.left).or_else(|| self.printed(&op.right))
            }
            Expr::BinOp(op) if matches!(op.op, ast::BinOpKind::ScOr) => {
                self.printed(&op.left).or_else(|| self.printed(&op.right))
            }
            Expr::IfExpr(choice) => self
                .printed(&choice.true_expr)
                .or_else(|| choice.false_expr.as_ref().and_then(|other| self.printed(other))),
            other => self.resolve(other),
        }
    }

    /// The braces around an expression.
    fn tag_around(&self, inner: &Range<usize>) -> Range<usize> {
        let before = self.source.get(..inner.start).unwrap_or_default();
        let after = self.source.get(inner.end..).unwrap_or_default();
        let start = before.rfind("{{").unwrap_or(inner.start);
        start..after.find("}}").map_or(inner.end, |at| inner.end + at + 2)
    }

    /// The place of a name behind a word.
    fn name_behind(&self, word: &str, name: &str, bytes: &Range<usize>) -> Range<usize> {
        let text = self.source.get(bytes.clone()).unwrap_or_default();
        let behind = text.find(word).map_or(0, |at| at + word.len());
        let start = bytes.start + behind + text.get(behind..).and_then(|rest| rest.find(name)).unwrap_or(0);
        start..start + name.len()
    }

    /// The place of a filter's or a test's name in the span that begins with it.
    fn name_in(&self, name: &str, span: Span) -> Range<usize> {
        let bytes = bytes_of(span);
        let text = self.source.get(bytes.clone()).unwrap_or_default();
        let start = bytes.start + text.find(name).unwrap_or(0);
        start..(start + name.len()).min(bytes.end.max(start))
    }
}

fn handled(yes: bool) -> Lack {
    if yes { Lack::IsHandled } else { Lack::Stops }
}

/// The place of a name that ends at a byte.
fn name_before(end: usize, name: &str) -> Range<usize> {
    end.saturating_sub(name.len())..end
}
