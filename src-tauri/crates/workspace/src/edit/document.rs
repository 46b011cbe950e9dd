//! A text of `signalbox.toml` whose comments and order survive changes.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::{EditError, check_name, list};

/// A parsed text that knows how its lines end.
pub(super) struct Document {
    tree: DocumentMut,
    ends: LineEnds,
}

/// How lines end and whether a byte order mark begins the text; the parser drops both.
struct LineEnds {
    crlf: bool,
    mark: bool,
}

impl Document {
    /// Reads a text.
    pub(super) fn parse(text: &str) -> Result<Self, EditError> {
        let tree: DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| {
            let before = e.span().and_then(|span| text.get(..span.start)).unwrap_or(text);
            EditError::Syntax { line: before.matches('\n').count() as u32 + 1, message: e.message().to_owned() }
        })?;
        let crlf = text.matches("\r\n").count() * 2 > text.matches('\n').count();
        Ok(Self { tree, ends: LineEnds { crlf, mark: text.starts_with('\u{feff}') } })
    }

    /// The text as it is now.
    pub(super) fn into_text(self) -> String {
        let mut text = self.tree.to_string();
        if self.ends.crlf {
            text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        }
        if self.ends.mark && !text.starts_with('\u{feff}') {
            text.insert(0, '\u{feff}');
        }
        text
    }

    /// The table `[section.name]`, and whether it is new.
    pub(super) fn entry(
        &mut self,
        section: &str,
        what: &'static str,
        name: &str,
    ) -> Result<(&mut dyn TableLike, bool), EditError> {
        check_name(what, name)?;
        let last = last_position(self.tree.get(section).and_then(Item::as_table).unwrap_or(self.tree.as_table()));
        let parent = self.tree.entry(section).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        let not_a_table = |path: String| EditError::NotATable { path };
        let is_inline = parent.is_inline_table();
        let is_dotted = parent.as_table().is_some_and(Table::is_dotted);
        let parent = parent.as_table_like_mut().ok_or_else(|| not_a_table(section.to_owned()))?;
        let is_new = !parent.contains_key(name);
        if is_new {
            let item = if is_inline {
                Item::Value(InlineTable::new().into())
            } else {
                let mut table = Table::new();
                table.set_dotted(is_dotted);
                // Behind the last table of its section, or of the file when the section is new.
                table.set_position(last);
                Item::Table(table)
            };
            parent.insert(name, item);
        }
        let path = || format!("{section}.{name}");
        let table = parent.get_mut(name).and_then(Item::as_table_like_mut).ok_or_else(|| not_a_table(path()))?;
        Ok((table, is_new))
    }

    /// Removes the table `[section.name]` with the comment right above it. A comment further up, set off by an empty
    /// line, speaks of more than this table and is kept.
    pub(super) fn remove(&mut self, section: &str, what: &'static str, name: &str) -> Result<(), EditError> {
        let unknown = || EditError::Unknown { what, name: name.to_owned() };
        let parent = self.tree.get_mut(section).and_then(Item::as_table_like_mut).ok_or_else(unknown)?;
        let removed = parent.remove(name).ok_or_else(unknown)?;
        if let Item::Table(table) = removed {
            let above = table.decor().prefix().and_then(|p| p.as_str()).unwrap_or_default();
            if let Some((kept, _)) = above.rsplit_once("\n\n").filter(|(kept, _)| kept.contains('#')) {
                self.put_comment(table.position(), &format!("{kept}\n"));
            }
        }
        Ok(())
    }

    /// The table `[section.name]` alone.
    pub(super) fn excerpt(&self, section: &str, name: &str) -> Result<String, EditError> {
        let found = self.tree.get(section).and_then(Item::as_table_like).and_then(|section| section.get(name));
        let Some(item) = found else {
            return Err(EditError::Unknown { what: "table", name: format!("[{section}.{name}]") });
        };
        let mut only = Table::new();
        only.set_implicit(item.is_table());
        only.insert(name, item.clone());
        let mut tree = DocumentMut::new();
        tree.insert(section, Item::Table(only));
        Ok(format!("{}\n", tree.to_string().trim()))
    }

    /// The titles of the tables of a section for which `is_it` says yes.
    pub(super) fn titles(&self, section: &str, is_it: impl Fn(&dyn TableLike) -> bool) -> Vec<String> {
        let tables =
            self.tree.get(section).and_then(Item::as_table_like).into_iter().flat_map(|section| section.iter());
        let found = tables.filter(|(_, item)| item.as_table_like().is_some_and(&is_it));
        found.map(|(name, _)| format!("[{section}.{name}]")).collect()
    }

    /// The titles of the routes that name a model.
    pub(super) fn routes_with(&self, model: &str) -> Vec<String> {
        self.titles("routes", |route| {
            let judges = route.get("judge").and_then(Item::as_table_like).and_then(|judge| judge.get("models"));
            let chains = [route.get("generate"), route.get("classify"), route.get("embed"), judges];
            chains.into_iter().flatten().any(|chain| names(chain, model))
        })
    }

    /// Takes a model out of every chain.
    pub(super) fn remove_candidate(&mut self, model: &str) -> Result<(), EditError> {
        let routes = self.tree.get_mut("routes").and_then(Item::as_table_like_mut);
        for (name, route) in routes.into_iter().flat_map(|routes| routes.iter_mut()) {
            let Some(route) = route.as_table_like_mut() else { continue };
            let route_name = || name.get().to_owned();
            if route.get_mut("generate").is_some_and(|chain| strike_everywhere(chain, model)) {
                return Err(EditError::EmptyChain { route: route_name() });
            }
            // A route does without a classifier and without vectors, but a judge is there because somebody wants answers
            // checked.
            for list in ["classify", "embed"] {
                if route.get_mut(list).is_some_and(|list| strike(list, model)) {
                    route.remove(list);
                }
            }
            let judge = route.get_mut("judge").and_then(Item::as_table_like_mut);
            if judge.and_then(|judge| judge.get_mut("models")).is_some_and(|list| strike(list, model)) {
                return Err(EditError::OnlyJudge { route: route_name(), model: model.to_owned() });
            }
        }
        Ok(())
    }

    /// Gives the table `[section.name]` another name. It stays where it is, with its comments.
    pub(super) fn rename(&mut self, section: &str, what: &'static str, name: &str, to: &str) -> Result<(), EditError> {
        check_name(what, to)?;
        let unknown = || EditError::Unknown { what, name: name.to_owned() };
        let parent = self.tree.get_mut(section).and_then(Item::as_table_like_mut).ok_or_else(unknown)?;
        if name == to {
            return if parent.contains_key(name) { Ok(()) } else { Err(unknown()) };
        }
        if parent.contains_key(to) {
            return Err(EditError::Taken { what, name: to.to_owned() });
        }
        let item = parent.remove(name).ok_or_else(unknown)?;
        parent.insert(to, item);
        Ok(())
    }

    /// Puts a comment above the table that follows `position`, or at the end.
    fn put_comment(&mut self, position: Option<isize>, comment: &str) {
        let mut next: Option<isize> = None;
        walk(self.tree.as_table(), &mut |table| {
            let follows = table.position().filter(|p| position.is_some_and(|removed| *p > removed));
            if let Some(p) = follows.filter(|_| !table.is_implicit() && !table.is_dotted()) {
                next = Some(next.map_or(p, |n| n.min(p)));
            }
        });
        if let Some(table) = next.and_then(|next| find(self.tree.as_table_mut(), next)) {
            let own = table.decor().prefix().and_then(|p| p.as_str()).unwrap_or("\n").to_owned();
            table.decor_mut().set_prefix(format!("{comment}{own}"));
        } else {
            let own = self.tree.trailing().as_str().unwrap_or_default().to_owned();
            self.tree.set_trailing(format!("{comment}{own}"));
        }
    }
}

/// Sets a value, and keeps the comment behind the one that was there.
pub(super) fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) {
        *value.decor_mut() = old.decor().clone();
        *old = value;
        return;
    }
    if let Some(blank) = take_blank(table) {
        value.decor_mut().set_suffix(blank);
    }
    table.insert(key, Item::Value(value));
}

/// Takes the blank behind the last value: in front of a closing bracket it belongs to whatever is last.
fn take_blank(table: &mut dyn TableLike) -> Option<String> {
    let (_, last) = table.iter_mut().last()?;
    let decor = last.as_value_mut()?.decor_mut();
    let blank = decor.suffix()?.as_str().filter(|text| !text.is_empty() && text.chars().all(|c| c == ' '))?.to_owned();
    decor.set_suffix("");
    Some(blank)
}

/// Sets a list of texts. Those that were in it already keep their comments, and a list on several lines stays so.
pub(super) fn put_list(table: &mut dyn TableLike, key: &str, names: &[String]) {
    if let Some(list) = table.get_mut(key).and_then(Item::as_array_mut) {
        if !list.iter().map(Value::as_str).eq(names.iter().map(|name| Some(name.as_str()))) {
            list::replace(list, names);
        }
        return;
    }
    if table.get(key).is_some_and(|item| !item.is_value()) {
        table.remove(key);
    }
    put(table, key, names.iter().map(String::as_str).collect::<Array>().into());
}

/// Whether a chain names a model.
fn names(chain: &Item, model: &str) -> bool {
    let in_list =
        |item: &Item| item.as_array().is_some_and(|list| list.iter().any(|value| value.as_str() == Some(model)));
    in_list(chain) || chain.as_table_like().is_some_and(|tiers| tiers.iter().any(|(_, list)| in_list(list)))
}

/// Takes a model out of a list. Returns whether that left it empty.
fn strike(item: &mut Item, model: &str) -> bool {
    let Some(array) = item.as_array_mut().filter(|array| array.iter().any(|value| value.as_str() == Some(model)))
    else {
        return false;
    };
    let kept: Vec<String> =
        array.iter().filter_map(Value::as_str).filter(|name| *name != model).map(str::to_owned).collect();
    list::replace(array, &kept);
    kept.is_empty()
}

/// Takes a model out of a chain for all tiers or for each. Returns whether that left it empty.
fn strike_everywhere(chain: &mut Item, model: &str) -> bool {
    let Some(tiers) = chain.as_table_like_mut() else {
        return strike(chain, model);
    };
    let struck: Vec<String> =
        tiers.iter_mut().filter_map(|(tier, list)| strike(list, model).then(|| tier.get().to_owned())).collect();
    // A tier without a list is served by another tier's.
    for tier in struck {
        tiers.remove(&tier);
    }
    tiers.is_empty()
}

/// Visits a table and all below it.
fn walk<'t>(table: &'t Table, visit: &mut impl FnMut(&'t Table)) {
    visit(table);
    for (_, item) in table {
        match item {
            Item::Table(inner) => walk(inner, visit),
            Item::ArrayOfTables(tables) => tables.iter().for_each(|inner| walk(inner, visit)),
            Item::None | Item::Value(_) => {}
        }
    }
}

/// The written table at a position.
fn find(table: &mut Table, position: isize) -> Option<&mut Table> {
    if table.position() == Some(position) && !table.is_implicit() && !table.is_dotted() {
        return Some(table);
    }
    table.iter_mut().find_map(|(_, item)| match item {
        Item::Table(inner) => find(inner, position),
        Item::ArrayOfTables(tables) => tables.iter_mut().find_map(|inner| find(inner, position)),
        Item::None | Item::Value(_) => None,
    })
}

/// The position of the last table in or below `table`.
fn last_position(table: &Table) -> Option<isize> {
    let mut last = None;
    walk(table, &mut |inner| last = last.max(inner.position()));
    last
}
