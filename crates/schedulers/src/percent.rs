//! Python's `%` with a mapping, as reasons use it: `"%(owner)s: %(reason)s"`.

/// Replaces `%(name)s` by the value of that name.
pub(crate) fn format(template: &str, values: &[(&str, &str)]) -> Result<String, String> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (name, after) = rest
            .strip_prefix('(')
            .and_then(|inner| inner.split_once(")s"))
            .ok_or_else(|| format!("'{template}': after % there must be %, or a name as in %(name)s"))?;
        let value = values.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        out.push_str(value.ok_or_else(|| unknown(template, name, values))?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn unknown(template: &str, name: &str, values: &[(&str, &str)]) -> String {
    let known: Vec<&str> = values.iter().map(|(key, _)| *key).collect();
    format!("'{template}': there is no %({name})s, only {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn formats_as_python_does() {
        let values = [("owner", "Jo"), ("reason", "100%")];
        let cases = [
            ("plain", "plain"),
            ("", ""),
            ("%(owner)s wants it: %(reason)s", "Jo wants it: 100%"),
            ("%(reason)s%% of %(owner)s", "100%% of Jo"),
        ];
        for (template, expected) in cases {
            assert_eq!(format(template, &values).as_deref(), Ok(expected));
        }
        for template in ["%s", "%(who)s", "50%", "%(owner)", "%(owner)d"] {
            assert!(format(template, &values).is_err(), "{template}");
        }
    }
}
