//! Places in a schema, and references to them.

use serde_json::Value;

use super::fault::{Problem, SchemaFault};
use super::node::{Node, NodeId};

/// A place in a schema, as a JSON Pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
#[derive(Debug, Clone)]
pub(super) struct SchemaPlace {
    pointer: String,
    depth: usize,
}

impl SchemaPlace {
    /// The schema as a whole.
    pub(super) fn root() -> Self {
        Self {
            pointer: String::new(),
            depth: 0,
        }
    }

    /// The member or item of a place.
    pub(super) fn child(&self, name: &str) -> Self {
        Self {
            pointer: format!("{}/{}", self.pointer, escaped(name)),
            depth: self.depth + 1,
        }
    }

    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn fault(&self, problem: Problem) -> SchemaFault {
        SchemaFault::new(&self.pointer, problem)
    }
}

/// Returns a name as a part of a JSON Pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Returns the place that the fragment of a reference names, a JSON Pointer with percent-encoding.
pub(super) fn find<'s>(root: &'s Value, fragment: &str) -> Option<(SchemaPlace, &'s Value)> {
    let pointer = percent_decoded(fragment)?;
    let mut place = SchemaPlace::root();
    let mut found = root;
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        found = match found {
            Value::Object(members) => members.get(&name)?,
            Value::Array(items) => items.get(name.parse::<usize>().ok()?)?,
            _ => return None,
        };
        place = place.child(&name);
    }
    Some((place, found))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Returns whether a text can be the name of an anchor.
pub(super) fn is_anchor(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Returns a node that leads back to itself through checks of the same value, if there is one.
pub(super) fn circle(nodes: &[Node]) -> Option<NodeId> {
    let leads_to: Vec<Vec<NodeId>> = nodes
        .iter()
        .map(|node| {
            node.checks
                .iter()
                .flat_map(|check| check.in_place())
                .collect()
        })
        .collect();
    let mut arrivals = vec![0_usize; nodes.len()];
    for target in leads_to.iter().flatten() {
        if let Some(count) = arrivals.get_mut(*target) {
            *count += 1;
        }
    }
    // Remove nodes that nothing leads to, again and again: those of a circle, and what they lead to, remain.
    let starts = arrivals.iter().enumerate();
    let mut free: Vec<NodeId> = starts
        .filter(|(_, count)| **count == 0)
        .map(|(node, _)| node)
        .collect();
    while let Some(node) = free.pop() {
        for target in leads_to.get(node).into_iter().flatten() {
            if let Some(count) = arrivals.get_mut(*target) {
                *count -= 1;
                if *count == 0 {
                    free.push(*target);
                }
            }
        }
    }
    arrivals.iter().position(|count| *count > 0)
}
