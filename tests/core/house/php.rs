//! Rules about the plugin's PHP: files in `Http/` do not use WordPress, and rooms do not use each other in a circle.

use super::imports::Imports;
use super::sources::Sources;

/// The functions of PHP that the checked files may call. Functions of PHP can be added to this list, functions of
/// WordPress must not be added.
const PHP_FUNCTIONS: &str = "apache_request_headers array_filter array_key_exists array_keys array_map array_merge
    array_values base64_decode base64_encode count define defined explode fclose file_get_contents flush fopen fread
    function_exists fwrite header header_remove headers_sent http_build_query http_response_code implode in_array
    is_array is_int is_string json_decode json_encode ltrim ob_end_clean ob_get_level parse_str preg_match preg_replace
    rawurldecode rawurlencode rtrim sprintf str_contains str_ends_with str_replace str_starts_with stripslashes strlen
    strpos strrpos strtolower strtoupper strtr substr trim ucwords usleep";

/// Keywords that look like the name of a function when a parenthesis follows.
const CONSTRUCTS: &str = "and array as case catch clone declare die echo else elseif empty eval exit fn for foreach
    function if include include_once instanceof isset list match new or print require require_once return static
    switch throw unset use while xor yield";

fn is_listed(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|listed| listed == name)
}

/// Returns a sentence for each name in a file that is defined only when WordPress or the rest of the plugin is loaded.
pub fn wordpress_in(sources: &Sources) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, text) in &sources.0 {
        for name in foreign_names(text) {
            faults.push(format!(
                "{file} uses `{name}`: files in Http/ run before WordPress and the rest of the plugin are loaded"
            ));
        }
    }
    faults
}

/// Returns for each room (folder) of the plugin the rooms that its files name in code or comments, with one such file.
pub fn rooms(sources: &Sources) -> Imports {
    let mut rooms = Imports::new();
    for (file, text) in &sources.0 {
        let path = file.rsplit_once("/src/").map_or("", |(_, path)| path);
        // The files outside all rooms build the objects of all rooms.
        let Some((room, _)) = path.split_once('/') else {
            continue;
        };
        let used = rooms.entry(room.to_owned()).or_default();
        for name in text.split("Countersign\\Plugin\\").skip(1) {
            let end = name.find(|c: char| !c.is_alphanumeric());
            let other = end.filter(|&end| name[end..].starts_with('\\'));
            if let Some(other) = other.map(|end| &name[..end]).filter(|&other| other != room) {
                used.entry(other.to_owned())
                    .or_insert_with(|| vec![file.clone()]);
            }
        }
    }
    rooms
}

fn foreign_names(text: &str) -> Vec<String> {
    let tokens = tokens_of(text);
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let is_called = tokens.get(at + 1) == Some(&Token::Sign('('));
        let is_foreign = match token {
            Token::Word(word) if is_of_wordpress(word) || is_of_the_plugin(word) => true,
            Token::Word(word) => is_called && !word.starts_with('$') && !is_known(word, before),
            // A string can be the name of a function that is called.
            Token::Text(text) => text.starts_with("wp_") || text.starts_with("esc_"),
            Token::Sign(_) => false,
        };
        if let (true, Token::Word(name) | Token::Text(name)) = (is_foreign, token) {
            names.push(name.clone());
        }
    }
    names
}

fn is_of_wordpress(word: &str) -> bool {
    word == "$wpdb" || word.trim_start_matches('\\').starts_with("WP_")
}

fn is_of_the_plugin(word: &str) -> bool {
    let plugin = word
        .trim_start_matches('\\')
        .strip_prefix("Countersign\\Plugin");
    plugin.is_some_and(|room| room != "\\Http" && !room.starts_with("\\Http\\"))
}

/// Returns whether a word before a parenthesis is a method, a declaration, a class, a keyword or a function of PHP.
fn is_known(word: &str, before: Option<&Token>) -> bool {
    let lower = word.trim_start_matches('\\').to_ascii_lowercase();
    match before {
        // `->name(` and `::name(`.
        Some(Token::Sign('>' | ':')) => true,
        Some(Token::Word(keyword)) if ["function", "new"].contains(&keyword.as_str()) => true,
        _ => is_listed(PHP_FUNCTIONS, &lower) || is_listed(CONSTRUCTS, &lower),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// A name, with its namespace, or a variable with its `$`.
    Word(String),
    /// A string, without its quotes.
    Text(String),
    Sign(char),
}

/// Splits PHP into words, strings and signs, without comments. Heredocs are not supported.
fn tokens_of(text: &str) -> Vec<Token> {
    assert!(!text.contains("<<<"), "heredocs are not supported here");
    let chars: Vec<char> = text.chars().collect();
    let starts = |at: usize, with: &str| {
        with.chars()
            .enumerate()
            .all(|(n, c)| chars.get(at + n) == Some(&c))
    };
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '\\' || c == '$';
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let from = at;
        if starts(at, "//") || c == '#' && !starts(at, "#[") {
            while at < chars.len() && chars[at] != '\n' {
                at += 1;
            }
        } else if starts(at, "/*") {
            while at < chars.len() && !starts(at, "*/") {
                at += 1;
            }
            at += 2;
        } else if c == '\'' || c == '"' {
            at += 1;
            while at < chars.len() && chars[at] != c {
                at += if chars[at] == '\\' { 2 } else { 1 };
            }
            let end = at.min(chars.len());
            tokens.push(Token::Text(chars[from + 1..end].iter().collect()));
            at += 1;
        } else if is_word(c) {
            while at < chars.len() && is_word(chars[at]) {
                at += 1;
            }
            tokens.push(Token::Word(chars[from..at].iter().collect()));
        } else {
            if !c.is_whitespace() {
                tokens.push(Token::Sign(c));
            }
            at += 1;
        }
    }
    tokens
}
