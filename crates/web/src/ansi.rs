//! Log lines as HTML: escaped, with the colours of terminal escape sequences (ECMA-48 SGR) as classes.

/// One line of a log, without its newline, as HTML.
pub(crate) fn line_to_html(line: &str) -> String {
    let mut html = String::with_capacity(line.len() + 16);
    let mut style = Style::default();
    let mut is_open = false;
    let mut rest = line;
    while let Some(at) = rest.find('\u{1b}') {
        escape_into(&mut html, &rest[..at]);
        rest = &rest[at + 1..];
        let Some((codes, after)) = control_sequence(rest) else { continue };
        rest = after;
        let Some(codes) = codes else { continue };
        style.apply(codes);
        if is_open {
            html.push_str("</span>");
        }
        let classes = style.classes();
        is_open = !classes.is_empty();
        if is_open {
            html.push_str("<span class=\"");
            html.push_str(&classes);
            html.push_str("\">");
        }
    }
    escape_into(&mut html, rest);
    if is_open {
        html.push_str("</span>");
    }
    html
}

/// After the escape character: the codes of an SGR sequence (`None` for any other sequence), and what follows it.
fn control_sequence(text: &str) -> Option<(Option<&str>, &str)> {
    let body = text.strip_prefix('[')?;
    let end = body.find(|c: char| ('\u{40}'..='\u{7e}').contains(&c))?;
    let codes = (body.as_bytes()[end] == b'm').then_some(&body[..end]);
    Some((codes, &body[end + 1..]))
}

#[derive(Default)]
struct Style {
    bold: bool,
    foreground: Option<u8>,
    background: Option<u8>,
}

impl Style {
    fn apply(&mut self, codes: &str) {
        for code in codes.split(';').map(|code| code.parse::<u8>().unwrap_or(0)) {
            match code {
                0 => *self = Style::default(),
                1 => self.bold = true,
                22 => self.bold = false,
                30..=37 => self.foreground = Some(code - 30),
                39 => self.foreground = None,
                40..=47 => self.background = Some(code - 40),
                49 => self.background = None,
                90..=97 => self.foreground = Some(code - 90 + 8),
                100..=107 => self.background = Some(code - 100 + 8),
                // Extended colours would need inline styles; their parameters are no codes of their own.
                38 | 48 => return,
                _ => {}
            }
        }
    }

    fn classes(&self) -> String {
        let mut classes = Vec::new();
        if self.bold {
            classes.push("bold".to_owned());
        }
        classes.extend(self.foreground.map(|colour| format!("fg{colour}")));
        classes.extend(self.background.map(|colour| format!("bg{colour}")));
        classes.join(" ")
    }
}

fn escape_into(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\0' => html.push('\u{2400}'),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_escaped_and_coloured() {
        let cases = [
            ("plain <b>&\"", "plain &lt;b&gt;&amp;&quot;"),
            ("\u{1b}[31mred\u{1b}[0m plain", "<span class=\"fg1\">red</span> plain"),
            ("\u{1b}[1;32mok", "<span class=\"bold fg2\">ok</span>"),
            ("\u{1b}[31ma\u{1b}[44mb", "<span class=\"fg1\">a</span><span class=\"fg1 bg4\">b</span>"),
            ("\u{1b}[2Kcleared", "cleared"),
            ("\u{1b}[38;5;196mx", "x"),
            ("lonely \u{1b} escape", "lonely  escape"),
            ("cut \u{1b}[3", "cut [3"),
            ("nul\0", "nul\u{2400}"),
        ];
        for (line, expected) in cases {
            assert_eq!(line_to_html(line), expected, "{line:?}");
        }
    }
}
