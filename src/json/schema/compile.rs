//! From a schema to its nodes.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::fault::{Problem, SchemaFault};
use super::format::{NamedFormat, TextFormat};
use super::keyword::{self, Types};
use super::node::{Check, Members, Node, NodeId, Others};
use super::pattern::Pattern;
use super::reference::{self, SchemaPlace};
use super::violation::NumberLimit;

/// The most work that all patterns of a schema together may take for each byte of a text.
const MAX_PATTERNS: u64 = 1024;

/// The deepest nesting of schemas.
const MAX_DEPTH: usize = 100;

/// Compiles a schema. The first node is that of the whole schema.
pub(super) fn compile(schema: &Value) -> Result<Vec<Node>, SchemaFault> {
    let mut compiler = Compiler {
        root: schema,
        nodes: Vec::new(),
        known: HashMap::new(),
        anchors: HashMap::new(),
        references: Vec::new(),
        patterns: 0,
    };
    compiler.schema(schema, &SchemaPlace::root())?;
    compiler.resolve()?;
    if let Some(lost) = reference::circle(&compiler.nodes) {
        let places = &mut compiler.known.into_iter();
        let pointer = places.find(|(_, node)| *node == lost);
        let pointer = pointer.map(|(pointer, _)| pointer).unwrap_or_default();
        return Err(SchemaFault::new(&pointer, Problem::Circle));
    }
    Ok(compiler.nodes)
}

struct Compiler<'s> {
    root: &'s Value,
    nodes: Vec<Node>,
    /// The node of each place that has one, by its JSON Pointer.
    known: HashMap<String, NodeId>,
    anchors: HashMap<&'s str, NodeId>,
    /// References that are not resolved yet: the node, the place of the check in it, the target and the place.
    references: Vec<(NodeId, usize, &'s str, SchemaPlace)>,
    /// The work of all patterns so far.
    patterns: u64,
}

type Compiled<T> = Result<T, SchemaFault>;

impl<'s> Compiler<'s> {
    /// Compiles the schema at a place, unless it is compiled already.
    fn schema(&mut self, schema: &'s Value, at: &SchemaPlace) -> Compiled<NodeId> {
        if let Some(node) = self.known.get(at.pointer()) {
            return Ok(*node);
        }
        if at.depth() > MAX_DEPTH * 2 {
            return Err(at.fault(Problem::TooDeep));
        }
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        self.known.insert(at.pointer().to_owned(), id);
        let checks = match schema {
            Value::Bool(true) => Vec::new(),
            Value::Bool(false) => vec![Check::Nothing],
            Value::Object(keywords) => self.keywords(keywords, at, id)?,
            _ => return Err(at.fault(Problem::Schema)),
        };
        if let Some(node) = self.nodes.get_mut(id) {
            node.checks = checks;
        }
        Ok(id)
    }

    /// Compiles the keywords of one schema, in the order of their names.
    fn keywords(
        &mut self,
        keywords: &'s Map<String, Value>,
        at: &SchemaPlace,
        id: NodeId,
    ) -> Compiled<Vec<Check>> {
        let mut checks = Vec::new();
        for (keyword, value) in keywords {
            let here = at.child(keyword);
            let fault = |problem| here.fault(problem);
            let first_of = |group: &[&str]| {
                group.iter().find(|name| keywords.contains_key(**name)) == Some(&keyword.as_str())
            };
            let check = match keyword.as_str() {
                "$ref" => {
                    let target = keyword::text(value).map_err(fault)?;
                    self.references.push((id, checks.len(), target, here));
                    Check::Ref(id)
                }
                "type" => Check::Type(Types::read(value).map_err(fault)?),
                "enum" => Check::Enum(keyword::options(value).map_err(fault)?),
                "const" => Check::Const(value.clone()),
                "minimum" => {
                    Check::Bound(NumberLimit::Least, keyword::numeric(value).map_err(fault)?)
                }
                "maximum" => Check::Bound(
                    NumberLimit::Greatest,
                    keyword::numeric(value).map_err(fault)?,
                ),
                "exclusiveMinimum" => Check::Bound(
                    NumberLimit::MoreThan,
                    keyword::numeric(value).map_err(fault)?,
                ),
                "exclusiveMaximum" => Check::Bound(
                    NumberLimit::LessThan,
                    keyword::numeric(value).map_err(fault)?,
                ),
                "multipleOf" => Check::MultipleOf(keyword::divisor(value).map_err(fault)?),
                "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
                | "maxProperties" => Check::Count {
                    what: keyword::counted(keyword),
                    most: keyword.starts_with("max"),
                    limit: keyword::count(value).map_err(fault)?,
                },
                "pattern" => {
                    let source = keyword::text(value).map_err(fault)?;
                    Check::Pattern(self.pattern(source, &here)?)
                }
                "format" => match TextFormat::named(keyword::text(value).map_err(fault)?) {
                    NamedFormat::Checked(format) => Check::Format(format),
                    NamedFormat::Unsupported => return Err(here.fault(Problem::Format)),
                    NamedFormat::Annotation => continue,
                },
                "uniqueItems" => match keyword::flag(value).map_err(fault)? {
                    true => Check::UniqueItems,
                    false => continue,
                },
                "required" => Check::Required(keyword::names(value).map_err(fault)?),
                "properties" | "patternProperties" | "additionalProperties" => {
                    if !first_of(&["additionalProperties", "patternProperties", "properties"]) {
                        continue;
                    }
                    Check::Members(self.members(keywords, at)?)
                }
                "propertyNames" => Check::PropertyNames(self.schema(value, &here)?),
                "dependentRequired" => {
                    let mut all = Vec::new();
                    for (name, list) in object(value, &here)? {
                        let list = keyword::names(list);
                        let list = list.map_err(|problem| here.child(name).fault(problem))?;
                        all.push((name.clone(), list));
                    }
                    Check::DependentRequired(all)
                }
                "dependentSchemas" => Check::DependentSchemas(self.named(value, &here)?),
                "prefixItems" | "items" => {
                    if !first_of(&["items", "prefixItems"]) {
                        continue;
                    }
                    self.items(keywords, at)?
                }
                "contains" => {
                    let count = |name: &str| -> Compiled<Option<u64>> {
                        let count = keywords.get(name).map(keyword::count).transpose();
                        count.map_err(|problem| at.child(name).fault(problem))
                    };
                    Check::Contains {
                        node: self.schema(value, &here)?,
                        least: count("minContains")?.unwrap_or(1),
                        most: count("maxContains")?,
                    }
                }
                "minContains" | "maxContains" => {
                    keyword::count(value).map_err(fault)?;
                    continue;
                }
                "allOf" => Check::AllOf(self.list(value, &here)?),
                "anyOf" => Check::AnyOf(self.list(value, &here)?),
                "oneOf" => Check::OneOf(self.list(value, &here)?),
                "not" => Check::Not(self.schema(value, &here)?),
                "if" => {
                    let mut branch = |name: &str| -> Compiled<Option<NodeId>> {
                        let branch = keywords.get(name);
                        branch
                            .map(|branch| self.schema(branch, &at.child(name)))
                            .transpose()
                    };
                    let (then, otherwise) = (branch("then")?, branch("else")?);
                    Check::If {
                        condition: self.schema(value, &here)?,
                        then,
                        otherwise,
                    }
                }
                // Without `if` they mean nothing, but must be schemas all the same.
                "then" | "else" | "contentSchema" => {
                    self.schema(value, &here)?;
                    continue;
                }
                // `definitions` is the name of older dialects.
                "$defs" | "definitions" => {
                    self.named(value, &here)?;
                    continue;
                }
                "$anchor" => {
                    let name = keyword::text(value).map_err(fault)?;
                    if !reference::is_anchor(name) {
                        return Err(here.fault(Problem::Anchor));
                    }
                    if self.anchors.insert(name, id).is_some() {
                        return Err(here.fault(Problem::AnchorTwice));
                    }
                    continue;
                }
                annotation => {
                    keyword::annotation(annotation, value, at.pointer().is_empty())
                        .map_err(fault)?;
                    continue;
                }
            };
            checks.push(check);
        }
        Ok(checks)
    }

    fn pattern(&mut self, source: &str, at: &SchemaPlace) -> Compiled<Pattern> {
        let pattern = Pattern::new(source);
        let pattern = pattern.map_err(|fault| at.fault(Problem::Pattern(fault)))?;
        self.patterns = self.patterns.saturating_add(pattern.weight());
        if self.patterns > MAX_PATTERNS {
            return Err(at.fault(Problem::Patterns));
        }
        Ok(pattern)
    }

    /// Compiles an object of schemas.
    fn named(&mut self, value: &'s Value, at: &SchemaPlace) -> Compiled<Vec<(String, NodeId)>> {
        let mut all = Vec::new();
        for (name, schema) in object(value, at)? {
            all.push((name.clone(), self.schema(schema, &at.child(name))?));
        }
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(all)
    }

    /// Compiles a list of at least one schema.
    fn list(&mut self, value: &'s Value, at: &SchemaPlace) -> Compiled<Vec<NodeId>> {
        let schemas = value.as_array().filter(|schemas| !schemas.is_empty());
        let schemas = schemas.ok_or_else(|| at.fault(Problem::Schemas))?;
        let compile = |(index, schema): (usize, &'s Value)| {
            self.schema(schema, &at.child(&index.to_string()))
        };
        schemas.iter().enumerate().map(compile).collect()
    }

    fn members(&mut self, keywords: &'s Map<String, Value>, at: &SchemaPlace) -> Compiled<Members> {
        let mut members = Members::default();
        if let Some(named) = keywords.get("properties") {
            members.named = self.named(named, &at.child("properties"))?;
        }
        if let Some(patterns) = keywords.get("patternProperties") {
            let here = at.child("patternProperties");
            for (source, schema) in object(patterns, &here)? {
                let place = here.child(source);
                let pattern = self.pattern(source, &place)?;
                members
                    .patterns
                    .push((pattern, self.schema(schema, &place)?));
            }
        }
        members.others = match keywords.get("additionalProperties") {
            None | Some(Value::Bool(true)) => Others::Allowed,
            Some(Value::Bool(false)) => Others::Refused,
            Some(schema) => {
                Others::Conform(self.schema(schema, &at.child("additionalProperties"))?)
            }
        };
        Ok(members)
    }

    fn items(&mut self, keywords: &'s Map<String, Value>, at: &SchemaPlace) -> Compiled<Check> {
        let prefix = match keywords.get("prefixItems") {
            Some(list) => self.list(list, &at.child("prefixItems"))?,
            None => Vec::new(),
        };
        let rest = match keywords.get("items") {
            Some(Value::Array(_)) => return Err(at.child("items").fault(Problem::ItemsList)),
            Some(schema) => Some(self.schema(schema, &at.child("items"))?),
            None => None,
        };
        Ok(Check::Items { prefix, rest })
    }

    /// Leads every reference to its node.
    fn resolve(&mut self) -> Compiled<()> {
        while let Some((node, place, target, at)) = self.references.pop() {
            let fragment = target.strip_prefix('#');
            let fragment = fragment.ok_or_else(|| at.fault(Problem::RemoteReference))?;
            let lost = || at.fault(Problem::LostReference);
            let id = if fragment.is_empty() || fragment.starts_with('/') {
                let (target, schema) = reference::find(self.root, fragment).ok_or_else(lost)?;
                self.schema(schema, &target)?
            } else {
                *self.anchors.get(fragment).ok_or_else(lost)?
            };
            let checks = self.nodes.get_mut(node).map(|node| &mut node.checks);
            if let Some(check) = checks.and_then(|checks| checks.get_mut(place)) {
                *check = Check::Ref(id);
            }
        }
        Ok(())
    }
}

fn object<'s>(value: &'s Value, at: &SchemaPlace) -> Compiled<&'s Map<String, Value>> {
    value.as_object().ok_or_else(|| at.fault(Problem::Object))
}

#[cfg(test)]
mod tests {
    use super::super::Schema;

    fn fault(schema: &str) -> String {
        let schema = serde_json::from_str(schema).unwrap();
        Schema::compile(&schema).unwrap_err().to_string()
    }

    #[test]
    fn a_fault_names_its_place_and_what_to_do() {
        for (schema, message) in [
            (
                r#"{"properties":{"sku":{"patern":"a"}}}"#,
                "properties.sku.patern is not a keyword",
            ),
            (
                r#"{"items":{"nullable":true}}"#,
                "items.nullable is not a keyword of JSON Schema that is supported here: add \"null\" to the list of types",
            ),
            (
                r#"{"properties":{"a b":{"type":"text"}}}"#,
                "properties.*.type must be a type or a list",
            ),
            (
                r#"{"required":true}"#,
                "required must be a list of distinct names",
            ),
            (
                r#"{"items":[{}]}"#,
                "items must be a schema; a list of schemas belongs in prefixItems",
            ),
            (
                r#"{"exclusiveMinimum":true}"#,
                "exclusiveMinimum must be a number",
            ),
            (r#"{"allOf":[{},7]}"#, "allOf.1 must be a schema"),
            (
                r#"{"anyOf":[]}"#,
                "anyOf must be a list of at least one schema",
            ),
            (r#"{"minLength":-1}"#, "minLength must be a whole number"),
            (
                r#"{"multipleOf":0}"#,
                "multipleOf must be a number greater than 0",
            ),
            (
                r#"{"dependentRequired":{"a":"b"}}"#,
                "dependentRequired.a must be a list of distinct names",
            ),
            (
                r#"{"contains":{},"minContains":0.5}"#,
                "minContains must be a whole number",
            ),
            (
                r#"{"format":"regex"}"#,
                "format is a format that is not supported",
            ),
            (r#"{"pattern":"(?=a)"}"#, "pattern looks ahead or behind"),
            (
                r#"{"patternProperties":{"^(":{}}}"#,
                "patternProperties.* has a ( without )",
            ),
            (
                r#"{"$schema":"https://example.org/mine"}"#,
                "$schema is not a dialect",
            ),
            (
                r#"{"properties":{"a":{"$id":"b"}}}"#,
                "properties.a.$id is supported only at the top",
            ),
            (r#"{"$ref":"other.json"}"#, "$ref leads to another document"),
            (
                r##"{"$ref":"#/$defs/a"}"##,
                "$ref leads to a place that the schema does not have",
            ),
            (
                r##"{"$ref":"#a"}"##,
                "$ref leads to a place that the schema does not have",
            ),
            (r#"{"$anchor":"1"}"#, "$anchor must begin with a letter"),
            (
                r#"{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}"#,
                "$defs.b.$anchor is the name of another anchor",
            ),
            (r##"{"$ref":"#"}"##, "the schema leads back to itself"),
            (
                r##"{"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}}"##,
                "$defs.",
            ),
            (
                r#""text""#,
                "the schema must be a schema: an object, true or false",
            ),
        ] {
            let said = fault(schema);
            assert!(said.starts_with(message), "{schema}: {said}");
        }
    }

    #[test]
    fn names_beginning_with_x_and_other_formats_are_annotations() {
        for schema in [
            r#"{"x-mcp-header":"Region"}"#,
            r#"{"format":"hex-color"}"#,
            r#"{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"a":{}}}"#,
            r#"{"$id":"https://example.org/schema.json","title":"t","default":1,"examples":[]}"#,
        ] {
            let schema = serde_json::from_str(schema).unwrap();
            assert!(Schema::compile(&schema).unwrap().is_valid(&"x".into()));
        }
    }

    #[test]
    fn all_patterns_together_are_bounded() {
        let patterns = (0..1100).map(|number| format!(r#""^a{number}":{{}}"#));
        let patterns = patterns.collect::<Vec<_>>().join(",");
        let said = fault(&format!(r#"{{"patternProperties":{{{patterns}}}}}"#));
        assert!(said.ends_with("together they are too large"), "{said}");
    }

    #[test]
    fn references_lead_to_places_and_anchors() {
        let schema = r##"{"properties":{"tree":{"$ref":"#node"},"a%b":{"const":1},"c":{"$ref":"#/properties/a%25b"}},
            "$defs":{"node":{"$anchor":"node","type":"object","additionalProperties":{"$ref":"#/$defs/node"}}}}"##;
        let schema = Schema::compile(&serde_json::from_str(schema).unwrap()).unwrap();
        let valid = |text: &str| schema.is_valid(&serde_json::from_str(text).unwrap());
        assert!(valid(r#"{"tree":{"a":{"b":{}}},"c":1}"#));
        assert!(!valid(r#"{"tree":{"a":{"b":1}}}"#));
        assert!(!valid(r#"{"c":2}"#));
    }
}
