//! Whom an agent may make the author of items.

use super::served::Served;
use crate::json::Object;
use crate::reason::Reason;

/// The field of an item that names its author.
const FIELD: &str = "author";

/// Checks every argument of a tool of the catalogue that writes the author of an item. `allowed` are the ids of the users
/// whom the connection may name; if there are none, only its own user `own`.
///
/// # Errors
/// [`Reason::AuthorNotAllowed`] if the connection may not choose this author, or the argument is not the id of a user.
pub(crate) fn check(
    tool: Served<'_>,
    own: Option<u64>,
    allowed: &[u64],
    arguments: &Object,
) -> Result<(), Reason> {
    let Served::Builtin(tool) = tool else {
        return Ok(());
    };
    let names_author = |fields: &[String]| fields.iter().any(|field| field == FIELD);
    for (argument, _) in tool.fields().filter(|(_, fields)| names_author(fields)) {
        let Some(given) = arguments.get(argument) else {
            continue;
        };
        let user: Option<u64> = given.get().parse().ok();
        let is_allowed = match user {
            None => false,
            Some(_) if allowed.is_empty() => user == own,
            Some(user) => allowed.contains(&user),
        };
        if !is_allowed {
            return Err(Reason::AuthorNotAllowed);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access;

    #[test]
    fn only_users_of_the_allowlist_or_the_own_user_may_become_authors() {
        let tool = Served::Builtin(access::tool("reassign_posts").unwrap());
        let decide = |allowed: &[u64], author: &str| {
            let text = format!(r#"{{"ids": [1], "author": {author}}}"#);
            check(tool, Some(7), allowed, &Object::parse(&text).unwrap())
        };
        assert_eq!(decide(&[], "7"), Ok(()));
        assert_eq!(decide(&[8, 9], "9"), Ok(()));
        for (allowed, author) in [
            (&[][..], "8"),
            (&[8, 9], "7"),
            (&[8], "-8"),
            (&[8], "\"8\""),
            (&[], "null"),
        ] {
            let refused = Err(Reason::AuthorNotAllowed);
            assert_eq!(decide(allowed, author), refused, "{allowed:?} {author}");
        }
    }

    #[test]
    fn a_connection_without_a_user_names_nobody() {
        let tool = Served::Builtin(access::tool("reassign_posts").unwrap());
        let null = Object::parse(r#"{"ids": [1], "author": null}"#).unwrap();
        let refused = Err(Reason::AuthorNotAllowed);
        assert_eq!(check(tool, None, &[], &null), refused);
    }

    #[test]
    fn tools_that_write_no_author_are_not_concerned() {
        let tool = Served::Builtin(access::tool("list_posts").unwrap());
        let arguments = Object::parse(r#"{"author": 8}"#).unwrap();
        assert_eq!(check(tool, Some(7), &[], &arguments), Ok(()));
    }
}
