//! Names and values in a URL or a form, and the parts of a path.

use percent_encoding::percent_decode;

/// Splits at `&` and `;`, leaves out what has no `=`, turns `+` into blanks and decodes: bytes, because a form may hold
/// anything.
pub(crate) fn pairs(query: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    query
        .split(|byte| matches!(byte, b'&' | b';'))
        .filter_map(|pair| {
            let equals = pair.iter().position(|byte| *byte == b'=')?;
            Some((decode(&pair[..equals]), decode(&pair[equals + 1..])))
        })
        .collect()
}

/// The same as text; what is not UTF-8 is replaced.
pub(crate) fn text_pairs(query: &str) -> Vec<(String, String)> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    pairs(query.as_bytes()).into_iter().map(|(name, value)| (text(name), text(value))).collect()
}

/// The parts of a path below a prefix: none for the prefix itself, one that is empty for the prefix and a slash.
pub(crate) fn path_parts(below: &str) -> Vec<String> {
    match below.strip_prefix('/') {
        None => Vec::new(),
        Some(rest) => {
            rest.split('/').map(|part| percent_decode(part.as_bytes()).decode_utf8_lossy().into_owned()).collect()
        }
    }
}

fn decode(text: &[u8]) -> Vec<u8> {
    let blanks: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&blanks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_split_and_decoded() {
        let cases: [(&str, &[(&str, &str)]); 7] = [
            ("a=1&b=2", &[("a", "1"), ("b", "2")]),
            ("a=1;b=2", &[("a", "1"), ("b", "2")]),
            ("limit", &[]),
            ("&&a=", &[("a", "")]),
            ("=1", &[("", "1")]),
            ("n%61me=a+b%26%C3%BC", &[("name", "a b&\u{fc}")]),
            ("a=b=c", &[("a", "b=c")]),
        ];
        for (query, expected) in cases {
            let expected: Vec<(String, String)> =
                expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(text_pairs(query), expected, "{query}");
        }
    }

    #[test]
    fn a_path_is_split_before_it_is_decoded() {
        let cases: [(&str, &[&str]); 5] = [
            ("", &[]),
            ("/", &[""]),
            ("/builders/a%20%2F%20b", &["builders", "a / b"]),
            ("/builds/1/", &["builds", "1", ""]),
            ("//builds", &["", "builds"]),
        ];
        for (below, expected) in cases {
            assert_eq!(path_parts(below), expected, "{below}");
        }
    }
}
