//! A compiled schema: a list of nodes, one for each schema and subschema, that refer to each other by number.

use serde_json::{Number, Value};

use super::format::TextFormat;
use super::keyword::{Options, Types};
use super::pattern::Pattern;
use super::violation::{CountedParts, NumberLimit};

/// The position of a node in the list. The node of the whole schema is the first.
pub(super) type NodeId = usize;

/// A schema: a value conforms to it if it passes all checks.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) checks: Vec<Check>,
}

/// What one keyword demands, or a group of keywords that depend on each other.
#[derive(Debug)]
pub(super) enum Check {
    /// The schema `false`.
    Nothing,
    /// `$ref`.
    Ref(NodeId),
    Type(Types),
    Enum(Options),
    Const(Value),
    /// `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`.
    Bound(NumberLimit, Number),
    MultipleOf(Number),
    /// `minLength`, `maxItems` and their like.
    Count {
        what: CountedParts,
        most: bool,
        limit: u64,
    },
    Pattern(Pattern),
    Format(TextFormat),
    UniqueItems,
    Required(Vec<String>),
    Members(Members),
    PropertyNames(NodeId),
    DependentRequired(Vec<(String, Vec<String>)>),
    DependentSchemas(Vec<(String, NodeId)>),
    /// `prefixItems` and `items`.
    Items {
        prefix: Vec<NodeId>,
        rest: Option<NodeId>,
    },
    Contains {
        node: NodeId,
        least: u64,
        most: Option<u64>,
    },
    AllOf(Vec<NodeId>),
    AnyOf(Vec<NodeId>),
    OneOf(Vec<NodeId>),
    Not(NodeId),
    If {
        condition: NodeId,
        then: Option<NodeId>,
        otherwise: Option<NodeId>,
    },
}

impl Check {
    /// Returns the nodes that the check applies to the same value, so that nodes which lead back to themselves can be
    /// found.
    pub(super) fn in_place(&self) -> Vec<NodeId> {
        match self {
            Self::Ref(node) | Self::Not(node) => vec![*node],
            Self::AllOf(nodes) | Self::AnyOf(nodes) | Self::OneOf(nodes) => nodes.clone(),
            Self::DependentSchemas(all) => all.iter().map(|(_, node)| *node).collect(),
            Self::If {
                condition,
                then,
                otherwise,
            } => [Some(*condition), *then, *otherwise]
                .into_iter()
                .flatten()
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// `properties`, `patternProperties` and `additionalProperties`.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Sorted by name.
    pub(super) named: Vec<(String, NodeId)>,
    pub(super) patterns: Vec<(Pattern, NodeId)>,
    pub(super) others: Others,
}

/// What `additionalProperties` says about members that are neither named nor match a pattern.
#[derive(Debug, Default, Clone, Copy)]
pub(super) enum Others {
    #[default]
    Allowed,
    Refused,
    Conform(NodeId),
}
