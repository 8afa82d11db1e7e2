//! The fields of items that a connection may not write.
//!
//! A rule is the name of a field, such as `title`; `terms:TAXONOMY` for the terms of a taxonomy; or `meta:KEY` for
//! metadata. A `*` within a taxonomy or key stands for any characters. Rules and keys are compared without regard to the case
//! of letters and to spaces at the end, as the databases of WordPress do by default. A key with other characters than those
//! of ASCII can be equal to one without them there, so a connection with any rule for metadata may not write it.

use crate::words::words;

/// The most rules of a connection.
const MAX_RULES: usize = 50;

/// The longest rule, in bytes.
const MAX_RULE: usize = 200;

words! {
    /// A field that has a name of its own.
    enum Field {
        /// The title.
        Title = "title",
        /// The content.
        Content = "content",
        /// The excerpt.
        Excerpt = "excerpt",
        /// The last part of the address.
        Slug = "slug",
        /// When it is or will be published.
        Date = "date",
        /// The author.
        Author = "author",
        /// The status.
        Status = "status",
        /// The item above it in a hierarchy, or to which an attachment belongs.
        Parent = "parent",
        /// The template of the theme.
        Template = "template",
        /// The featured image.
        FeaturedMedia = "featured_media",
    }
}

/// Prefixes of names, and the name that means all taxonomies.
const META: &str = "meta:";
const TERMS: &str = "terms:";
const ALL_TERMS: &str = "terms";

/// Metadata by which WordPress and Countersign note what they do with an item. Nobody edits it, and without it no item can be
/// edited, so no rule concerns it.
const NOTES: [&str; 12] = [
    "_countersign_before",
    "_edit_last",
    "_edit_lock",
    "_encloseme",
    "_pingme",
    "_trackbackme",
    "_wp_desired_post_slug",
    "_wp_old_date",
    "_wp_old_slug",
    "_wp_trash_meta_comments_status",
    "_wp_trash_meta_status",
    "_wp_trash_meta_time",
];

/// Metadata in which WordPress keeps embedded pages, as in a cache.
const EMBEDS: &str = "_oembed_";

/// Metadata that stores a field with a name of its own.
const STORED: [(&str, Field); 2] = [
    ("_thumbnail_id", Field::FeaturedMedia),
    ("_wp_page_template", Field::Template),
];

words! {
    /// Why a text is not a rule.
    pub enum RuleFault {
        /// It is neither a field nor begins with `meta:` or `terms:`.
        Unknown = "unknown",
        /// Nothing follows `meta:` or `terms:`.
        Empty = "empty",
        /// It has a character that it may not have: one outside of ASCII, a control character, or in the name of a taxonomy
        /// another one than letters, digits, `_`, `-` and `*`.
        Characters = "characters",
        /// It is longer than 200 bytes.
        Long = "long",
        /// There are more than 50.
        Many = "many",
    }
}

/// One rule in its canonical form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct FieldRule(String);

impl FieldRule {
    /// Reads a rule as a person typed it.
    ///
    /// # Errors
    /// What is wrong.
    fn parse(text: &str) -> Result<Self, RuleFault> {
        let text = text.trim_matches([' ', '\t', '\r']);
        if text.len() > MAX_RULE {
            return Err(RuleFault::Long);
        }
        if !text.bytes().all(is_plain) {
            return Err(RuleFault::Characters);
        }
        let mut name = text.to_ascii_lowercase();
        if name == ALL_TERMS {
            return Ok(Self(format!("{TERMS}*")));
        }
        if let Some(taxonomy) = name.strip_prefix(TERMS) {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-*".contains(&byte);
            if !taxonomy.bytes().all(fits) {
                return Err(RuleFault::Characters);
            }
        }
        match name.strip_prefix(META).or_else(|| name.strip_prefix(TERMS)) {
            Some("") => Err(RuleFault::Empty),
            // Several in a row are as many characters as one.
            Some(_) => {
                while name.contains("**") {
                    name = name.replace("**", "*");
                }
                Ok(Self(name))
            }
            None if Field::from_word(&name).is_some() => Ok(Self(name)),
            None => Err(RuleFault::Unknown),
        }
    }

    /// Returns the canonical form.
    fn as_str(&self) -> &str {
        &self.0
    }

    /// The pattern of a rule with this prefix.
    fn pattern(&self, prefix: &str) -> Option<&str> {
        self.0.strip_prefix(prefix)
    }
}

/// The rules of a connection: each once, in alphabetical order.
///
/// ```
/// use countersign::access::FieldRules;
///
/// let rules = FieldRules::parse(&["meta:_*price", "slug"]).unwrap();
/// assert!(!rules.permits("meta:_sale_price"));
/// assert!(!rules.permits("slug"));
/// assert!(rules.permits("content"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldRules(Vec<FieldRule>);

impl FieldRules {
    /// Reads rules as a person typed them. Empty texts mean nothing.
    ///
    /// # Errors
    /// The index of the first text that is not a rule, and what is wrong with it.
    pub fn parse<S: AsRef<str>>(texts: &[S]) -> Result<Self, (usize, RuleFault)> {
        let mut rules = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let text = text.as_ref().trim();
            if text.is_empty() {
                continue;
            }
            let rule = FieldRule::parse(text).map_err(|fault| (index, fault))?;
            if !rules.contains(&rule) {
                rules.push(rule);
            }
            if rules.len() > MAX_RULES {
                return Err((index, RuleFault::Many));
            }
        }
        rules.sort_unstable();
        Ok(Self(rules))
    }

    /// Returns whether there is no rule.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Iterates over the rules in their canonical form.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(FieldRule::as_str)
    }

    /// Returns whether each of these rules is one of `others`.
    #[must_use]
    pub fn are_within(&self, others: &Self) -> bool {
        self.0.iter().all(|rule| others.0.contains(rule))
    }

    /// Returns whether the connection may write a field, such as `title`, `terms:category` or `meta:_price`. In a name that is
    /// not known, `*` stands for what is unknown: `meta:*` may be written only if no rule concerns metadata. A connection with
    /// rules may not write a field of another form.
    #[must_use]
    pub fn permits(&self, field: &str) -> bool {
        self.forbids(field).is_none()
    }

    /// Returns the rule that forbids a field, or `None` if it [may](Self::permits) be written.
    #[must_use]
    pub fn forbids(&self, field: &str) -> Option<&str> {
        let found = if let Some(key) = field.strip_prefix(META) {
            self.of_meta(key)
        } else if let Some(taxonomy) = field.strip_prefix(TERMS) {
            self.matching(TERMS, taxonomy)
        } else if field == ALL_TERMS {
            self.matching(TERMS, "*")
        } else if Field::from_word(field).is_some() {
            self.0.iter().find(|rule| rule.0 == field)
        } else {
            self.0.first()
        };
        found.map(FieldRule::as_str)
    }

    fn of_meta(&self, key: &str) -> Option<&FieldRule> {
        let folded = key.trim_end_matches(' ').to_ascii_lowercase();
        if NOTES.contains(&folded.as_str()) || folded.starts_with(EMBEDS) {
            return None;
        }
        let of_field = |field: Field| self.0.iter().find(|rule| rule.0 == field.word());
        let unknown = folded.contains('*');
        STORED
            .iter()
            .filter(|(stored, _)| unknown || *stored == folded)
            .find_map(|(_, field)| of_field(*field))
            .or_else(|| self.matching(META, &folded))
    }

    /// Returns the first rule with a prefix whose pattern matches a name.
    fn matching(&self, prefix: &str, name: &str) -> Option<&FieldRule> {
        let name = name.trim_end_matches(' ').to_ascii_lowercase();
        let uncertain = name.is_empty() || name.contains('*') || !name.bytes().all(is_plain);
        self.0.iter().find(|rule| {
            rule.pattern(prefix)
                .is_some_and(|pattern| uncertain || matches(pattern.as_bytes(), name.as_bytes()))
        })
    }
}

/// Whether a character can be a part of a rule.
const fn is_plain(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}

/// Whether a pattern with `*` matches a whole name. Takes at most as many steps as the product of both lengths.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut position) = (0, 0);
    // Where to go on after the last `*`: it takes one character more than before.
    let mut resume = None;
    while position < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                resume = Some((at + 1, position));
                at += 1;
            }
            Some(byte) if name.get(position) == Some(byte) => {
                at += 1;
                position += 1;
            }
            _ => match resume {
                Some((after, taken)) => {
                    resume = Some((after, taken + 1));
                    at = after;
                    position = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(at..)
        .is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules(texts: &[&str]) -> FieldRules {
        FieldRules::parse(texts).unwrap()
    }

    #[test]
    fn rules_have_one_form_and_one_order() {
        let typed = [
            " meta:_Price ",
            "",
            "TITLE",
            "terms",
            "meta:a**b",
            "title\r",
            "meta:_price",
        ];
        let canonical = ["meta:_price", "meta:a*b", "terms:*", "title"];
        assert_eq!(rules(&typed).iter().collect::<Vec<_>>(), canonical);
        assert_eq!(rules(&canonical).iter().collect::<Vec<_>>(), canonical);
        assert!(rules(&["", " "]).is_empty());
    }

    #[test]
    fn faults_name_the_line_and_what_is_wrong() {
        let long = format!("meta:{}", "a".repeat(MAX_RULE));
        for (text, fault) in [
            ("price", RuleFault::Unknown),
            ("*", RuleFault::Unknown),
            ("titles", RuleFault::Unknown),
            ("meta", RuleFault::Unknown),
            ("title*", RuleFault::Unknown),
            ("meta:", RuleFault::Empty),
            ("terms: ", RuleFault::Empty),
            ("meta:gr\u{f6}sse", RuleFault::Characters),
            ("meta:a\u{0}b", RuleFault::Characters),
            ("meta:a\tb", RuleFault::Characters),
            ("terms:a b", RuleFault::Characters),
            (&long, RuleFault::Long),
        ] {
            assert_eq!(
                FieldRules::parse(&["slug", text]),
                Err((1, fault)),
                "{text}"
            );
        }
        let all: Vec<String> = (0..=MAX_RULES).map(|n| format!("meta:{n}")).collect();
        assert_eq!(FieldRules::parse(&all), Err((MAX_RULES, RuleFault::Many)));
        assert!(FieldRules::parse(&all[1..]).is_ok());
    }

    #[test]
    fn a_rule_concerns_its_field_however_the_database_spells_it() {
        let price = rules(&["meta:_price", "meta:_*_price", "slug", "terms:product_*"]);
        for field in [
            "meta:_price",
            "meta:_PRICE",
            "meta:_price  ",
            "meta:_regular_price",
            "meta:_pri\u{107}e",
            "meta:_price\u{0}",
            "meta:",
            "meta:*",
            "meta:_pr*",
            "terms:product_cat",
            "terms",
            "terms:*",
            "slug",
            "type",
            "",
            "Slug",
        ] {
            assert!(!price.permits(field), "{field}");
        }
        for field in [
            "meta:_prices",
            "meta:price",
            "meta:_sku",
            "terms:category",
            "title",
            "featured_media",
            "meta:_edit_lock",
            "meta:_thumbnail_id",
        ] {
            assert!(price.permits(field), "{field}");
        }
        assert_eq!(price.forbids("meta:_Sale_price"), Some("meta:_*_price"));
    }

    #[test]
    fn metadata_that_stores_a_field_belongs_to_the_rule_of_the_field() {
        let image = rules(&["featured_media"]);
        assert_eq!(image.forbids("meta:_thumbnail_id"), Some("featured_media"));
        assert_eq!(image.forbids("meta:*"), Some("featured_media"));
        assert!(image.permits("meta:_price"));
        assert!(!rules(&["template"]).permits("meta:_wp_page_template"));
    }

    #[test]
    fn notes_of_wordpress_are_no_fields() {
        let all = rules(&["meta:*"]);
        assert!(all.permits("meta:_edit_lock"));
        assert!(all.permits("meta:_wp_trash_meta_status"));
        assert!(!all.permits("meta:_thumbnail_id"));
        assert!(!all.permits("meta:x"));
    }

    #[test]
    fn without_rules_everything_is_permitted() {
        for field in ["title", "meta:_price", "meta:*", "anything", ""] {
            assert!(FieldRules::default().permits(field));
        }
    }

    #[test]
    fn rules_are_compared_as_sets() {
        assert!(rules(&["slug"]).are_within(&rules(&["title", "slug"])));
        assert!(!rules(&["slug", "date"]).are_within(&rules(&["slug"])));
        assert!(rules(&[]).are_within(&rules(&[])));
    }

    proptest! {
        /// What is read in its canonical form stays as it is, and an arbitrary field is decided without a panic.
        #[test]
        fn rules_are_stable_and_total(texts in prop::collection::vec(".{0,30}|meta:[a-c*_ ]{1,8}|terms:[a-c*]{1,4}", 0..8), field in ".{0,40}|meta:.{0,20}") {
            if let Ok(parsed) = FieldRules::parse(&texts) {
                let canonical: Vec<&str> = parsed.iter().collect();
                prop_assert_eq!(&FieldRules::parse(&canonical).unwrap(), &parsed);
                for rule in &canonical {
                    prop_assert!(!parsed.permits(rule));
                }
                if parsed.permits(&field) {
                    for rule in parsed.iter() {
                        prop_assert!(rules(&[rule]).permits(&field));
                    }
                } else {
                    prop_assert!(!parsed.is_empty());
                }
            }
        }

        /// The matcher agrees with a regular expression.
        #[test]
        fn patterns_match_as_regular_expressions_do(pattern in "[ab*]{0,8}", name in "[ab]{0,10}") {
            let regex = format!("^{}$", pattern.replace('*', ".*"));
            let expected = regex_lite::Regex::new(&regex).unwrap().is_match(&name);
            prop_assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected);
        }

        /// Letter case and spaces at the end make no difference.
        #[test]
        fn keys_are_folded(key in "[a-d_]{1,8}", pattern in "[a-d_*]{1,6}") {
            let rules = rules(&[&format!("meta:{pattern}")]);
            let plain = rules.permits(&format!("meta:{key}"));
            prop_assert_eq!(rules.permits(&format!("meta:{}  ", key.to_uppercase())), plain);
        }
    }
}
