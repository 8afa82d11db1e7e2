//! Checks a value against the nodes of a schema, with bounded work.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::equality;
use super::keyword::Options;
use super::node::{Check, Members, Node, NodeId, Others};
use super::number;
use super::pattern::Pattern;
use super::reference::escaped;
use super::violation::{CountedParts, Expected, NumberLimit, Violation};

/// The most work for one value, in steps of some ten nanoseconds. A list of a million numbers takes three million.
const MAX_WORK: u64 = 5_000_000;

/// The deepest chain of schemas, each applied to a value or a part of it.
const MAX_DEPTH: usize = 256;

/// The most violations that are reported.
const MAX_VIOLATIONS: usize = 1000;

pub(super) fn is_valid(nodes: &[Node], value: &Value) -> bool {
    let mut run = Run::new(nodes, false);
    run.conforms(0, value, &Path::Root, 0) && !run.exhausted
}

pub(super) fn violations<'s>(nodes: &'s [Node], value: &Value) -> Vec<Violation<'s>> {
    let mut run = Run::new(nodes, true);
    run.conforms(0, value, &Path::Root, 0);
    if run.exhausted {
        run.found.truncate(MAX_VIOLATIONS - 1);
        let (pointer, is_null) = (String::new(), false);
        run.found.push(Violation {
            pointer,
            is_null,
            expected: Expected::LessWork,
        });
    }
    run.found
}

/// Where a value lies in the value that is checked.
enum Path<'p> {
    Root,
    Member(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Member(parent, name) => format!("{}/{}", parent.pointer(), escaped(name)),
            Self::Item(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}

struct Run<'s> {
    nodes: &'s [Node],
    /// The work that is left.
    work: u64,
    /// Whether the work or the depth did not suffice, so that the verdict is a refusal.
    exhausted: bool,
    /// Whether to go on after the first violation and to report all of them.
    reports: bool,
    found: Vec<Violation<'s>>,
}

impl<'s> Run<'s> {
    fn new(nodes: &'s [Node], reports: bool) -> Self {
        Self {
            nodes,
            work: MAX_WORK,
            exhausted: false,
            reports,
            found: Vec::new(),
        }
    }

    /// Takes `work` from what is left. Returns whether there was enough.
    fn spend(&mut self, work: u64) -> bool {
        match self.work.checked_sub(work) {
            Some(left) => self.work = left,
            None => self.exhausted = true,
        }
        !self.exhausted
    }

    /// Reports that `value` does not conform.
    fn refuse(&mut self, value: &Value, path: &Path<'_>, expected: Expected<'s>) -> bool {
        if self.reports && self.found.len() < MAX_VIOLATIONS {
            self.found.push(Violation {
                pointer: path.pointer(),
                is_null: value.is_null(),
                expected,
            });
        }
        false
    }

    /// Returns whether `value` conforms to a node, without reporting.
    fn admits(&mut self, node: NodeId, value: &Value, depth: usize) -> bool {
        let reports = std::mem::replace(&mut self.reports, false);
        let verdict = self.conforms(node, value, &Path::Root, depth);
        self.reports = reports;
        verdict
    }

    /// Returns whether `value` conforms to a node.
    fn conforms(&mut self, node: NodeId, value: &Value, path: &Path<'_>, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            self.exhausted = true;
        }
        let nodes: &'s [Node] = self.nodes;
        let Some(node) = nodes.get(node) else {
            return false;
        };
        let mut conforms = self.spend(1);
        for check in &node.checks {
            if !self.spend(1) || !(conforms || self.reports) {
                return false;
            }
            conforms &= match check {
                Check::Ref(node) => self.conforms(*node, value, path, depth + 1),
                Check::AllOf(nodes) => self.all(nodes, value, path, depth),
                _ => self.passes(check, value, path, depth),
            };
        }
        conforms
    }

    /// Checks all of several nodes.
    fn all(&mut self, nodes: &'s [NodeId], value: &Value, path: &Path<'_>, depth: usize) -> bool {
        let mut conforms = true;
        for node in nodes {
            conforms &= self.conforms(*node, value, path, depth + 1);
            if !conforms && !self.reports {
                return false;
            }
        }
        conforms
    }

    fn passes(&mut self, check: &'s Check, value: &Value, path: &Path<'_>, depth: usize) -> bool {
        let expected = match (check, value) {
            (Check::Members(members), Value::Object(object)) => {
                return self.members(members, object, value, path, depth);
            }
            (Check::Items { prefix, rest }, Value::Array(items)) => {
                return self.items(prefix, *rest, items, path, depth);
            }
            (Check::Required(names), Value::Object(object)) => {
                return self.required(names, object, value, path);
            }
            (Check::DependentRequired(all), Value::Object(object)) => {
                let mut conforms = self.spend(all.len() as u64);
                for (name, names) in all {
                    if object.contains_key(name) {
                        conforms &= self.required(names, object, value, path);
                    }
                }
                return conforms;
            }
            (Check::DependentSchemas(all), Value::Object(object)) => {
                let mut conforms = self.spend(all.len() as u64);
                for (name, node) in all {
                    if object.contains_key(name) {
                        conforms &= self.conforms(*node, value, path, depth + 1);
                    }
                }
                return conforms;
            }
            (
                Check::If {
                    condition,
                    then,
                    otherwise,
                },
                _,
            ) => {
                let holds = self.admits(*condition, value, depth + 1);
                let branch = if holds { then } else { otherwise };
                return branch.is_none_or(|node| self.conforms(node, value, path, depth + 1));
            }
            (Check::Nothing, _) => Some(Expected::Nothing),
            (Check::Type(types), _) => {
                (!types.contain(value)).then(|| Expected::Type(types.names()))
            }
            (Check::Enum(options), _) => {
                (!is_option(options, value)).then_some(Expected::Enum(&options.values))
            }
            (Check::Const(only), _) => equality::compare(only, value)
                .is_ne()
                .then_some(Expected::Const(only)),
            (Check::Bound(limit, bound), Value::Number(number)) => {
                let order = number::compare(number, bound);
                let within = match limit {
                    NumberLimit::Least => order != Ordering::Less,
                    NumberLimit::Greatest => order != Ordering::Greater,
                    NumberLimit::MoreThan => order == Ordering::Greater,
                    NumberLimit::LessThan => order == Ordering::Less,
                };
                (!within).then_some(Expected::Bound(*limit, bound))
            }
            (Check::MultipleOf(divisor), Value::Number(number)) => {
                (!number::is_multiple(number, divisor)).then_some(Expected::MultipleOf(divisor))
            }
            (Check::Count { what, most, limit }, _) => self
                .count(*what, value)
                .filter(|count| if *most { count > limit } else { count < limit })
                .map(|_| {
                    if *most {
                        Expected::AtMost(*limit, *what)
                    } else {
                        Expected::AtLeast(*limit, *what)
                    }
                }),
            (Check::Pattern(pattern), Value::String(text)) => {
                (!self.matches(pattern, text)).then(|| Expected::Pattern(pattern.source()))
            }
            (Check::Format(format), Value::String(text)) => {
                let fits = self.spend(text.len() as u64 / 16) && format.fits(text);
                (!fits).then(|| Expected::Format(format.name()))
            }
            (Check::UniqueItems, Value::Array(items)) => {
                let halvings = u64::from(usize::BITS - items.len().leading_zeros());
                let work = equality::weight(value).saturating_mul(halvings) / 4;
                (!(self.spend(work) && equality::distinct(items))).then_some(Expected::Distinct)
            }
            (Check::PropertyNames(node), Value::Object(object)) => {
                let mut names = object.keys();
                let fit = names.all(|name| {
                    self.spend(name.len() as u64 / 16)
                        && self.admits(*node, &Value::String(name.clone()), depth + 1)
                });
                (!fit).then_some(Expected::Keyword("propertyNames"))
            }
            (Check::Contains { node, least, most }, Value::Array(items)) => {
                let mut count = 0;
                for item in items {
                    count += u64::from(self.admits(*node, item, depth + 1));
                }
                let within = count >= *least && most.is_none_or(|most| count <= most);
                (!within).then_some(Expected::Keyword("contains"))
            }
            (Check::AnyOf(nodes), _) => {
                let mut nodes = nodes.iter();
                let any = nodes.any(|node| self.admits(*node, value, depth + 1));
                (!any).then_some(Expected::Alternative)
            }
            (Check::OneOf(nodes), _) => {
                let mut fitting = nodes
                    .iter()
                    .filter(|node| self.admits(**node, value, depth + 1));
                match (fitting.next(), fitting.next()) {
                    (None, _) => Some(Expected::Alternative),
                    (Some(_), None) => None,
                    (Some(_), Some(_)) => Some(Expected::OneAlternative),
                }
            }
            (Check::Not(node), _) => {
                let conforms = self.admits(*node, value, depth + 1);
                conforms.then_some(Expected::Keyword("not"))
            }
            _ => None,
        };
        expected.is_none_or(|expected| self.refuse(value, path, expected))
    }

    fn matches(&mut self, pattern: &Pattern, text: &str) -> bool {
        self.spend(pattern.work(text)) && pattern.matches(text)
    }

    /// Returns how many characters, items or members a value has, if it has any of them.
    fn count(&mut self, what: CountedParts, value: &Value) -> Option<u64> {
        let count = match (what, value) {
            (CountedParts::Characters, Value::String(text)) => {
                self.spend(text.len() as u64 / 64);
                text.chars().count()
            }
            (CountedParts::Items, Value::Array(items)) => items.len(),
            (CountedParts::Members, Value::Object(members)) => members.len(),
            _ => return None,
        };
        Some(count as u64)
    }

    fn required(
        &mut self,
        names: &'s [String],
        object: &Map<String, Value>,
        value: &Value,
        path: &Path<'_>,
    ) -> bool {
        let mut conforms = self.spend(names.len() as u64);
        for name in names.iter().filter(|name| !object.contains_key(*name)) {
            conforms = self.refuse(value, path, Expected::Member(name));
        }
        conforms
    }

    fn members(
        &mut self,
        members: &'s Members,
        object: &Map<String, Value>,
        value: &Value,
        path: &Path<'_>,
        depth: usize,
    ) -> bool {
        let mut conforms = true;
        let mut unexpected = Vec::new();
        for (name, member) in object {
            if !self.spend(1) || !(conforms || self.reports) {
                return false;
            }
            let place = Path::Member(path, name);
            let named = members
                .named
                .binary_search_by(|(known, _)| known.as_str().cmp(name));
            let named = named.ok().and_then(|at| members.named.get(at));
            let mut known = named.is_some();
            if let Some((_, node)) = named {
                conforms &= self.conforms(*node, member, &place, depth + 1);
            }
            for (pattern, node) in &members.patterns {
                if self.matches(pattern, name) {
                    known = true;
                    conforms &= self.conforms(*node, member, &place, depth + 1);
                }
            }
            match members.others {
                _ if known => {}
                Others::Allowed => {}
                Others::Refused => {
                    unexpected.push(name.clone());
                    conforms = false;
                }
                Others::Conform(node) => {
                    conforms &= self.conforms(node, member, &place, depth + 1);
                }
            }
        }
        if !unexpected.is_empty() {
            let named = members.named.iter();
            let allowed = named.map(|(name, _)| name.as_str()).collect();
            self.refuse(
                value,
                path,
                Expected::Only {
                    allowed,
                    unexpected,
                },
            );
        }
        conforms
    }

    fn items(
        &mut self,
        prefix: &'s [NodeId],
        rest: Option<NodeId>,
        items: &[Value],
        path: &Path<'_>,
        depth: usize,
    ) -> bool {
        let mut conforms = true;
        for (index, item) in items.iter().enumerate() {
            let Some(node) = prefix.get(index).copied().or(rest) else {
                break;
            };
            conforms &= self.conforms(node, item, &Path::Item(path, index), depth + 1);
            if self.exhausted || !(conforms || self.reports) {
                return false;
            }
        }
        conforms
    }
}

/// Returns whether a value is one of the values of `enum`.
fn is_option(options: &Options, value: &Value) -> bool {
    let found = options.order.binary_search_by(|at| {
        let option = options.values.get(*at);
        option.map_or(Ordering::Less, |option| equality::compare(option, value))
    });
    found.is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::Schema;
    use super::*;
    use serde_json::json;

    fn schema(text: &str) -> Schema {
        Schema::compile(&serde_json::from_str(text).unwrap()).unwrap()
    }

    /// Expects that `value` is refused because of the work, with and without a report.
    fn is_too_much(schema: &Schema, value: &Value) {
        assert!(!schema.is_valid(value));
        let found = schema.violations(value);
        assert!(found.len() <= MAX_VIOLATIONS);
        assert!(matches!(found.last().unwrap().expected, Expected::LessWork));
    }

    #[test]
    fn schemas_that_branch_again_and_again_are_given_up() {
        let mut defs = serde_json::Map::new();
        for level in 0..64 {
            let next = json!({"$ref": format!("#/$defs/{}", level + 1)});
            defs.insert(level.to_string(), json!({"allOf": [next, next]}));
        }
        defs.insert("64".to_owned(), json!({"not": false}));
        let text = json!({"$defs": defs, "$ref": "#/$defs/0"}).to_string();
        is_too_much(&schema(&text), &json!(1));
        // A negation of what was given up does not hold either.
        is_too_much(
            &schema(&text.replace("allOf", "anyOf").replace("false", "true")),
            &json!(1),
        );
    }

    #[test]
    fn chains_of_schemas_end_at_a_depth() {
        let tree = schema(r##"{"type":"object","additionalProperties":{"$ref":"#"}}"##);
        let nested = |depth: usize| {
            let text = r#"{"a":"#.repeat(depth) + "{}" + &"}".repeat(depth);
            serde_json::from_str::<Value>(&text).unwrap()
        };
        assert!(tree.is_valid(&nested(100)));
        let mut deep = json!({});
        for _ in 0..MAX_DEPTH {
            deep = json!({"a": deep});
        }
        is_too_much(&tree, &deep);
    }

    #[test]
    fn large_lists_are_checked_without_comparing_all_pairs() {
        let distinct = schema(r#"{"uniqueItems":true}"#);
        let mut items: Vec<Value> = (0..20_000).map(|number| json!([number])).collect();
        assert!(distinct.is_valid(&Value::from(items.clone())));
        items.push(json!([7.0]));
        assert!(!distinct.is_valid(&Value::from(items)));
        let options: Vec<Value> = (0..10_000).map(Value::from).collect();
        let text = json!({"items": {"enum": options}}).to_string();
        let many: Vec<Value> = (0..50_000).map(|number| json!(number % 10_000)).collect();
        assert!(schema(&text).is_valid(&Value::from(many)));
    }

    #[test]
    fn work_for_patterns_is_bounded() {
        let small = schema(r#"{"pattern":"^(a|b|ab)*c"}"#);
        assert!(!small.is_valid(&json!("ab".repeat(100_000))));
        let large = schema(r#"{"pattern":"^([a-z]{1,20},){1,40}$"}"#);
        assert!(large.is_valid(&json!("abc,".repeat(40))));
        is_too_much(&large, &json!("ab,".repeat(1_000_000)));
    }

    #[test]
    fn many_violations_are_cut() {
        let numbers = schema(r#"{"items":{"type":"integer"}}"#);
        let found = vec!["x"; MAX_VIOLATIONS * 2];
        assert_eq!(numbers.violations(&json!(found)).len(), MAX_VIOLATIONS);
    }

    #[test]
    fn pointers_lead_to_the_value() {
        let nested = schema(r#"{"properties":{"a/b":{"items":{"properties":{"~":false}}}}}"#);
        let value = json!({"a/b": [1, {"~": null}]});
        let found = nested.violations(&value);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pointer, "/a~1b/1/~0");
        assert!(found[0].is_null);
    }
}
