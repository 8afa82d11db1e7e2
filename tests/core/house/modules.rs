//! The modules of a crate as `syn` reads them: their files, their items, and the resolution of names.
//!
//! Items under `#[cfg(test)]` are ignored. Items under any other condition are always included.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::sources::Sources;

/// Index into [`Crates::modules`].
pub type ModuleId = usize;

/// A path, from its first segment on.
pub type Segments = Vec<String>;

#[derive(Default)]
pub struct Module {
    pub file: String,
    parent: Option<ModuleId>,
    children: BTreeMap<String, ModuleId>,
    /// The items that the module defines, except modules.
    items: BTreeSet<String>,
    /// The names that `use` brings in, with their paths.
    aliases: BTreeMap<String, Vec<Segments>>,
    /// The modules and enums that `use …::*` brings in. Their names are resolved where they are used.
    globs: Vec<Segments>,
    /// The paths that the module's code refers to, without re-exports (`pub use`).
    pub references: BTreeSet<Segments>,
    /// The named types that are visible outside the module.
    pub types: BTreeSet<String>,
}

/// The target of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Module(ModuleId),
    /// An item of the module that defines it.
    Item(ModuleId),
}

/// The modules of the library and of the command line program.
#[derive(Default)]
pub struct Crates {
    pub modules: Vec<Module>,
    library: ModuleId,
}

impl Crates {
    /// Reads the library from `src/lib.rs` and, if there is one, the program from `src/bin/countersign/main.rs`.
    pub fn read(sources: &Sources) -> Self {
        let mut crates = Self::default();
        crates.library = crates.read_file(sources, "src/lib.rs", "src", None);
        let program = "src/bin/countersign/main.rs";
        if sources.has(program) {
            crates.read_file(sources, program, "src/bin/countersign", None);
        }
        crates
    }

    /// Reads a module from its file. `folder` contains the files of its child modules.
    fn read_file(
        &mut self,
        sources: &Sources,
        file: &str,
        folder: &str,
        parent: Option<ModuleId>,
    ) -> ModuleId {
        let text = sources.0.get(file);
        let text =
            text.unwrap_or_else(|| panic!("{file} is declared as a module and does not exist"));
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.add_module(sources, file, folder, parent, &parsed.items)
    }

    fn add_module(
        &mut self,
        sources: &Sources,
        file: &str,
        folder: &str,
        parent: Option<ModuleId>,
        items: &[syn::Item],
    ) -> ModuleId {
        let id = self.modules.len();
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            ..Module::default()
        });
        let mut contents = Contents::default();
        for item in items {
            contents.visit_item(item);
        }
        for (name, content) in contents.modules {
            let folder = format!("{folder}/{name}");
            let child = match content {
                Some(items) => self.add_module(sources, file, &folder, Some(id), &items),
                None => {
                    let beside = format!("{folder}.rs");
                    let inside = format!("{folder}/mod.rs");
                    let file = if sources.has(&beside) { beside } else { inside };
                    self.read_file(sources, &file, &folder, Some(id))
                }
            };
            self.modules[id].children.insert(name, child);
        }
        let module = &mut self.modules[id];
        module.items = contents.items;
        module.aliases = contents.aliases;
        module.globs = contents.globs;
        module.references = contents.references;
        module.types = contents.types;
        id
    }

    /// Returns all possible targets of a path in a module. The set is empty if the path leads out of the project.
    pub fn resolve(&self, from: ModuleId, path: &[String]) -> BTreeSet<Target> {
        let mut targets = BTreeSet::new();
        self.follow(from, path, &mut BTreeSet::new(), &mut targets);
        targets
    }

    fn follow<'a>(
        &'a self,
        from: ModuleId,
        path: &'a [String],
        seen: &mut BTreeSet<(ModuleId, &'a [String])>,
        targets: &mut BTreeSet<Target>,
    ) {
        let Some((first, rest)) = path.split_first() else {
            targets.insert(Target::Module(from));
            return;
        };
        if !seen.insert((from, path)) {
            return;
        }
        self.follow_name(from, first, rest, path, seen, targets);
        seen.remove(&(from, path));
    }

    fn follow_name<'a>(
        &'a self,
        from: ModuleId,
        first: &'a str,
        rest: &'a [String],
        path: &'a [String],
        seen: &mut BTreeSet<(ModuleId, &'a [String])>,
        targets: &mut BTreeSet<Target>,
    ) {
        let module = &self.modules[from];
        match first {
            "self" => return self.follow(from, rest, seen, targets),
            "super" => {
                if let Some(parent) = module.parent {
                    self.follow(parent, rest, seen, targets);
                }
                return;
            }
            "crate" => {
                let mut root = from;
                while let Some(parent) = self.modules[root].parent {
                    root = parent;
                }
                return self.follow(root, rest, seen, targets);
            }
            _ => {}
        }
        let mut starts = BTreeSet::new();
        if let Some(child) = module.children.get(first) {
            starts.insert(Target::Module(*child));
        }
        if module.items.contains(first) {
            starts.insert(Target::Item(from));
        }
        for alias in module.aliases.get(first).into_iter().flatten() {
            self.follow(from, alias, seen, &mut starts);
        }
        if starts.is_empty() {
            for glob in &module.globs {
                let mut globbed = BTreeSet::new();
                self.follow(from, glob, seen, &mut globbed);
                for target in globbed {
                    if let Target::Module(id) = target {
                        self.follow(id, &path[..1], seen, &mut starts);
                    }
                }
            }
        }
        if starts.is_empty() && first == "countersign" {
            starts.insert(Target::Module(self.library));
        }
        for start in starts {
            match start {
                Target::Module(id) => self.follow(id, rest, seen, targets),
                // The segment after an item is a variant or an associated item.
                Target::Item(id) => drop(targets.insert(Target::Item(id))),
            }
        }
    }
}

/// The contents of one module.
#[derive(Default)]
struct Contents {
    modules: Vec<(String, Option<Vec<syn::Item>>)>,
    items: BTreeSet<String>,
    aliases: BTreeMap<String, Vec<Segments>>,
    globs: Vec<Segments>,
    references: BTreeSet<Segments>,
    types: BTreeSet<String>,
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<syn::Ident>()
                    .is_ok_and(|condition| condition == "test")
    })
}

fn attributes_of(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Union(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_private(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Inherited)
}

impl Contents {
    fn define(&mut self, name: &syn::Ident) {
        self.items.insert(name.to_string());
    }

    fn define_type(&mut self, name: &syn::Ident, visibility: &syn::Visibility) {
        self.define(name);
        if !is_private(visibility) {
            self.types.insert(name.to_string());
        }
    }

    fn import(&mut self, tree: &syn::UseTree, path: &mut Segments, re_export: bool) {
        match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.import(&part.tree, path, re_export);
                path.pop();
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, path, re_export);
                }
            }
            syn::UseTree::Glob(_) => {
                self.globs.push(path.clone());
                if !re_export {
                    self.references.insert(path.clone());
                }
            }
            syn::UseTree::Name(name) => self.import_as(&name.ident, &name.ident, path, re_export),
            syn::UseTree::Rename(name) => {
                self.import_as(&name.ident, &name.rename, path, re_export);
            }
        }
    }

    fn import_as(
        &mut self,
        name: &syn::Ident,
        local: &syn::Ident,
        path: &[String],
        re_export: bool,
    ) {
        let mut path = path.to_vec();
        if name == "self" {
            let local = if local == "self" {
                path.last().cloned().unwrap_or_default()
            } else {
                local.to_string()
            };
            self.aliases.entry(local).or_default().push(path);
            return;
        }
        path.push(name.to_string());
        if !re_export {
            self.references.insert(path.clone());
        }
        let aliases = self.aliases.entry(local.to_string()).or_default();
        aliases.push(path);
    }

    /// Collects the paths in the tokens of a macro, as far as tokens show them.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
        let ident = |at: usize| match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
            _ => None,
        };
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Group(group) => self.read_tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let mut path = vec![first.to_string()];
                    while is(at + 1, ':') && is(at + 2, ':') {
                        let Some(next) = ident(at + 3) else { break };
                        path.push(next);
                        at += 3;
                    }
                    self.references.insert(path);
                    if first == "pub" {
                        self.read_type(&tokens[at + 1..]);
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Collects a type that is declared in the input of a macro. `tokens` begin after its `pub`.
    fn read_type(&mut self, tokens: &[TokenTree]) {
        let tokens = match tokens.first() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                &tokens[1..]
            }
            _ => tokens,
        };
        if let [TokenTree::Ident(kind), TokenTree::Ident(name), ..] = tokens
            && ["struct", "enum", "trait", "type", "union"].contains(&kind.to_string().as_str())
        {
            self.define(name);
            self.types.insert(name.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Contents {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if is_for_tests(attributes_of(item)) {
            return;
        }
        match item {
            syn::Item::Const(item) => self.define(&item.ident),
            syn::Item::Static(item) => self.define(&item.ident),
            syn::Item::Fn(item) => self.define(&item.sig.ident),
            syn::Item::Enum(item) => self.define_type(&item.ident, &item.vis),
            syn::Item::Struct(item) => self.define_type(&item.ident, &item.vis),
            syn::Item::Trait(item) => self.define_type(&item.ident, &item.vis),
            syn::Item::Type(item) => self.define_type(&item.ident, &item.vis),
            syn::Item::Union(item) => self.define_type(&item.ident, &item.vis),
            syn::Item::Macro(item) => {
                if let Some(name) = &item.ident {
                    self.define(name);
                }
            }
            syn::Item::Mod(item) => {
                let content = item.content.as_ref().map(|(_, items)| items.clone());
                self.modules.push((item.ident.to_string(), content));
                return;
            }
            syn::Item::Use(item) => {
                if item.leading_colon.is_none() {
                    self.import(&item.tree, &mut Vec::new(), !is_private(&item.vis));
                }
                return;
            }
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter();
            let segments = segments.map(|segment| segment.ident.to_string()).collect();
            self.references.insert(segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.read_tokens(mac.tokens.clone());
        visit::visit_macro(self, mac);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }
}
