//! JSON Schema: checks whether a JSON value has the form that a schema describes.
//!
//! The dialect is [2020-12](https://json-schema.org/draft/2020-12/json-schema-validation), limited to what the schemas
//! of tools use. Whatever is not understood is refused when the schema is compiled, never ignored: an unknown keyword, a
//! reference to another document, a pattern that needs backtracking. Names that begin with `x-` are taken as
//! annotations, and so are formats that the standard does not define.
//!
//! Work is bounded by [`Schema::is_valid`], whatever schema and value are. Numbers are compared exactly, as far as
//! 64-bit integers and floats hold them.

mod compile;
mod ecma;
mod equality;
mod evaluate;
mod fault;
mod format;
mod keyword;
mod node;
mod number;
mod pattern;
mod reference;
mod uri;
mod violation;

use serde_json::Value;

pub use fault::SchemaFault;
pub use violation::{CountedParts, Expected, NumberLimit, Violation};

/// A compiled schema.
///
/// ```
/// use countersign::json::schema::Schema;
/// use serde_json::json;
///
/// let schema = Schema::compile(&json!({"type": "object", "required": ["id"]}))?;
/// assert!(schema.is_valid(&json!({"id": 7})));
/// assert!(!schema.is_valid(&json!({})));
/// assert!(Schema::compile(&json!({"requierd": ["id"]})).is_err());
/// # Ok::<(), countersign::json::schema::SchemaFault>(())
/// ```
#[derive(Debug)]
pub struct Schema {
    nodes: Vec<node::Node>,
}

impl Schema {
    /// Compiles a schema. Nothing is fetched: references lead to places in the same schema.
    ///
    /// # Errors
    /// The first [`SchemaFault`], with its place.
    pub fn compile(schema: &Value) -> Result<Self, SchemaFault> {
        Ok(Self {
            nodes: compile::compile(schema)?,
        })
    }

    /// Returns whether `value` conforms to the schema.
    ///
    /// A value is refused if checking it would take more than a bounded number of steps (well below a second), or if
    /// the schema leads more than 256 levels deep into itself.
    #[must_use]
    pub fn is_valid(&self, value: &Value) -> bool {
        evaluate::is_valid(&self.nodes, value)
    }

    /// Returns what is wrong with `value`, in the order of the keywords' names: nothing exactly if
    /// [`is_valid`](Self::is_valid), and at most 1,000 violations.
    #[must_use]
    pub fn violations(&self, value: &Value) -> Vec<Violation<'_>> {
        evaluate::violations(&self.nodes, value)
    }
}
