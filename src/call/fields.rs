//! The rules of a connection for fields, applied to the arguments and to the schema of a tool.
//!
//! The catalogue says which argument of a tool writes which field. Below, at the database, the rules are applied again to
//! whatever a tool writes: [`McpCall::forbids`](crate::mcp::McpCall::forbids).

use serde_json::value::RawValue;

use super::denied::DeniedCall;
use crate::access::{FieldRules, Tool};
use crate::json::{self, Object, RawJson};
use crate::reason::Reason;

/// The key under which the catalogue names the fields that every call of a tool writes.
const ALWAYS: &str = "*";

/// The most rules that the description of a tool names.
const MAX_TOLD: usize = 8;

/// Decides whether a connection with these rules may call `tool` with `arguments`, which conform to its schema.
///
/// # Errors
/// [`Reason::FieldDenied`] with the arguments that it may not write, and the rules.
pub(crate) fn check(tool: &Tool, arguments: &Object, rules: &FieldRules) -> Result<(), DeniedCall> {
    if rules.is_empty() {
        return Ok(());
    }
    let mut lines = Vec::new();
    for (argument, fields) in tool.fields() {
        let written = match argument.split_once('.') {
            _ if argument == ALWAYS => names(fields, None, &[arguments]),
            Some((list, name)) => objects(arguments, list)
                .iter()
                .flat_map(|item| match item.get(name) {
                    Some(value) => names(fields, Some(value), &[item, arguments]),
                    None => Vec::new(),
                })
                .collect(),
            None => match arguments.get(argument) {
                Some(value) => names(fields, Some(value), &[arguments]),
                None => Vec::new(),
            },
        };
        for rule in written.iter().filter_map(|field| rules.forbids(field)) {
            let line = if argument == ALWAYS {
                format!(
                    "- This tool writes a field of the rule `{rule}`, so the connection cannot use it."
                )
            } else {
                format!("- `{argument}` writes a field of the rule `{rule}`: leave it out.")
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    Err(DeniedCall {
        reason: Reason::FieldDenied,
        detail: Some(lines.join("\n")),
    })
}

/// Returns the names of the fields that an argument with this value writes. What is not known is `*`.
fn names(fields: &[String], value: Option<&RawValue>, scopes: &[&Object]) -> Vec<String> {
    let mut out = Vec::new();
    for field in fields {
        if let Some(prefix) = field.strip_suffix(":*") {
            // The keys of an object, or of each object in a list.
            let keys = value.and_then(|value| Object::parse(value.get()));
            match keys {
                Some(keys) => out.extend(keys.iter().map(|(key, _)| format!("{prefix}:{key}"))),
                None => out.push(field.clone()),
            }
        } else if let Some((prefix, name)) = placeholder(field) {
            let named = scopes.iter().find_map(|scope| scope.text(name));
            out.push(format!("{prefix}{}", named.as_deref().unwrap_or("*")));
        } else {
            out.push(field.clone());
        }
    }
    out
}

/// Splits `terms:{taxonomy}` into `terms:` and `taxonomy`.
fn placeholder(field: &str) -> Option<(&str, &str)> {
    let (prefix, rest) = field.split_once('{')?;
    Some((prefix, rest.strip_suffix('}')?))
}

fn objects(arguments: &Object, list: &str) -> Vec<Object> {
    let list = arguments.get(list).map(RawValue::get);
    let list: Vec<RawJson> = list
        .and_then(|list| serde_json::from_str(list).ok())
        .unwrap_or_default();
    list.iter()
        .filter_map(|item| Object::parse(item.get()))
        .collect()
}

/// A tool as a connection with rules sees it.
pub(crate) struct NarrowedTool<'a> {
    tool: &'a Tool,
    rules: &'a FieldRules,
}

impl<'a> NarrowedTool<'a> {
    /// Returns `None` for a connection without rules, which sees a tool as the catalogue has it.
    pub(crate) fn new(tool: &'a Tool, rules: &'a FieldRules) -> Option<Self> {
        (!rules.is_empty()).then_some(Self { tool, rules })
    }

    /// Whether no value of an argument may be written.
    fn is_closed(&self, argument: &str, fields: &[String]) -> bool {
        fields.iter().any(|field| match field.split_once(':') {
            // The value has the keys. Some may be written unless a rule forbids all of them.
            Some((prefix, key)) if (argument != ALWAYS || key != "*") && is_open(key) => {
                let all = format!("{prefix}:*");
                self.rules.iter().any(|rule| rule == all)
            }
            _ => !self.rules.permits(field),
        })
    }

    fn closed(&self) -> impl Iterator<Item = &'a str> {
        self.tool
            .fields()
            .filter(|(argument, fields)| self.is_closed(argument, fields))
            .map(|(argument, _)| argument)
    }

    /// Returns the input schema without the arguments that may not be written, or `None` if no call of the tool is possible.
    pub(crate) fn input(&self) -> Option<RawJson> {
        let mut schema = Object::parse(self.tool.input_schema.get())?;
        for argument in self.closed() {
            let (list, name) = argument.split_once('.').unwrap_or(("", argument));
            if argument == ALWAYS {
                return None;
            }
            if list.is_empty() {
                schema = without(schema, name)?;
                continue;
            }
            let mut properties = schema.object("properties")?;
            let mut property = properties.object(list)?;
            let items = without(property.object("items")?, name)?;
            property.set("items", json::raw(&items));
            properties.set(list, json::raw(&property));
            schema.set("properties", json::raw(&properties));
        }
        Some(json::raw(&schema))
    }

    /// Returns the sentence for the description of the tool, which names the rules that concern it. `None` if there is none.
    pub(crate) fn sentence(&self) -> Option<String> {
        let concerns = |rule: &str, field: &str| match (field.split_once(':'), rule.split_once(':'))
        {
            (Some((prefix, key)), Some((kind, _))) if is_open(key) => prefix == kind,
            _ => self.rules.forbids(field) == Some(rule),
        };
        let fields = || self.tool.fields().flat_map(|(_, fields)| fields);
        let told: Vec<&str> = self
            .rules
            .iter()
            .filter(|rule| fields().any(|field| concerns(rule, field)))
            .collect();
        let shown: Vec<&str> = told.iter().copied().take(MAX_TOLD).collect();
        let more = match told.len().saturating_sub(shown.len()) {
            0 => String::new(),
            more => format!(" and {more} more, which whoami lists"),
        };
        (!told.is_empty()).then(|| {
            format!(
                "This connection may not write these fields: {}{more}.",
                shown.join(", ")
            )
        })
    }
}

/// Whether a call says which key a field has.
fn is_open(key: &str) -> bool {
    key == "*" || key.starts_with('{')
}

/// Returns a schema without a property. `None` if the property is required, or the schema demands more properties than are
/// left, so that nothing conforms to it.
fn without(mut schema: Object, name: &str) -> Option<Object> {
    let required: Vec<String> = schema
        .get("required")
        .and_then(|list| serde_json::from_str(list.get()).ok())
        .unwrap_or_default();
    if required.iter().any(|required| required == name) {
        return None;
    }
    let mut properties = schema.object("properties")?;
    properties.remove(name);
    let left = properties
        .iter()
        .filter(|(name, _)| *name != super::confirmation::ARGUMENT)
        .count();
    let demanded = schema.get("minProperties");
    let demanded = demanded.and_then(|number| number.get().parse::<usize>().ok());
    if demanded.is_some_and(|demanded| left < demanded) {
        return None;
    }
    schema.set("properties", json::raw(&properties));
    Some(schema)
}
