//! Python's `%` formatting: how a format is written. What it makes of values is the engine's business.

/// One piece of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatPiece {
    /// As it is.
    Text(String),
    /// `%(key)05d`; without a key it takes the next value.
    Field(FormatField),
}

/// A conversion.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormatField {
    /// What stands in parentheses; these nest.
    pub key: Option<String>,
    /// `-`: filled up on the right.
    pub left: bool,
    /// `0`: numbers are filled up with zeros.
    pub zero: bool,
    /// `+`: a sign before every number.
    pub plus: bool,
    /// A blank before numbers that are not negative.
    pub space: bool,
    /// `#`: the alternate form.
    pub alternate: bool,
    /// The least number of characters.
    pub width: FormatSize,
    /// Digits after the point, or the most characters of text.
    pub precision: Option<FormatSize>,
    /// One of `diouxXeEfFgGcrsa`.
    pub conversion: char,
}

/// A width or a precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatSize {
    /// This many.
    Fixed(usize),
    /// `*`: as many as the next value says.
    Next,
}

impl Default for FormatSize {
    fn default() -> FormatSize {
        FormatSize::Fixed(0)
    }
}

/// A result is so wide at most: a format of the user must not fill the memory.
pub const FORMAT_WIDTH_MAX: usize = 4096;

/// Splits a format. The fault is told in Python's words.
pub fn parse_format(format: &str) -> Result<Vec<FormatPiece>, String> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let (field, after) = field(rest).map_err(|fault| fault.told(format))?;
        if !text.is_empty() {
            pieces.push(FormatPiece::Text(std::mem::take(&mut text)));
        }
        pieces.push(FormatPiece::Field(field));
        rest = after;
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(FormatPiece::Text(text));
    }
    Ok(pieces)
}

enum Fault {
    Incomplete,
    IncompleteKey,
    /// The unknown character and how many bytes of the format follow it, itself included.
    Unsupported(char, usize),
}

impl Fault {
    fn told(self, format: &str) -> String {
        match self {
            Fault::Incomplete => "incomplete format".to_owned(),
            Fault::IncompleteKey => "incomplete format key".to_owned(),
            Fault::Unsupported(character, left) => {
                let index = format[..format.len() - left].chars().count();
                let code = u32::from(character);
                format!("unsupported format character '{character}' (0x{code:x}) at index {index}")
            }
        }
    }
}

/// Reads a conversion after its `%`.
fn field(text: &str) -> Result<(FormatField, &str), Fault> {
    let mut field = FormatField::default();
    let mut rest = text;
    if let Some(inner) = text.strip_prefix('(') {
        let end = closing(inner).ok_or(Fault::IncompleteKey)?;
        field.key = Some(inner[..end].to_owned());
        rest = &inner[end + 1..];
    }
    while let Some(flag) = rest.chars().next().filter(|flag| "-0+ #".contains(*flag)) {
        match flag {
            '-' => field.left = true,
            '0' => field.zero = true,
            '+' => field.plus = true,
            ' ' => field.space = true,
            _ => field.alternate = true,
        }
        rest = &rest[1..];
    }
    (field.width, rest) = size(rest);
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = size(after);
        field.precision = Some(precision);
        rest = after;
    }
    rest = rest.strip_prefix(['h', 'l', 'L']).unwrap_or(rest);
    let conversion = rest.chars().next().ok_or(Fault::Incomplete)?;
    if !"diouxXeEfFgGcrsa".contains(conversion) {
        return Err(Fault::Unsupported(conversion, rest.len()));
    }
    field.conversion = conversion;
    Ok((field, &rest[1..]))
}

/// Where the parenthesis that is open closes.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    for (at, character) in text.char_indices() {
        match character {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

fn size(text: &str) -> (FormatSize, &str) {
    if let Some(after) = text.strip_prefix('*') {
        return (FormatSize::Next, after);
    }
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number = if end == 0 { 0 } else { text[..end].parse::<usize>().unwrap_or(FORMAT_WIDTH_MAX) };
    (FormatSize::Fixed(number.min(FORMAT_WIDTH_MAX)), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_split() {
        let field = |key: Option<&str>, conversion| FormatField {
            key: key.map(str::to_owned),
            conversion,
            ..FormatField::default()
        };
        let text = |text: &str| FormatPiece::Text(text.to_owned());
        let cases = [
            ("", vec![]),
            ("100%% sure", vec![text("100% sure")]),
            ("a%(b(c)d)s%%", vec![text("a"), FormatPiece::Field(field(Some("b(c)d"), 's')), text("%")]),
            (
                "%-0+ #5.3ld",
                vec![FormatPiece::Field(FormatField {
                    left: true,
                    zero: true,
                    plus: true,
                    space: true,
                    alternate: true,
                    width: FormatSize::Fixed(5),
                    precision: Some(FormatSize::Fixed(3)),
                    ..field(None, 'd')
                })],
            ),
            (
                "%*.*f",
                vec![FormatPiece::Field(FormatField {
                    width: FormatSize::Next,
                    precision: Some(FormatSize::Next),
                    ..field(None, 'f')
                })],
            ),
        ];
        for (format, expected) in cases {
            assert_eq!(parse_format(format), Ok(expected), "{format}");
        }
    }

    #[test]
    fn faults_are_told_as_python_tells_them() {
        let cases = [
            ("%", "incomplete format"),
            ("a%(b)", "incomplete format"),
            ("a%(b", "incomplete format key"),
            ("%(prop:number)z", "unsupported format character 'z' (0x7a) at index 14"),
            ("é%5%", "unsupported format character '%' (0x25) at index 3"),
        ];
        for (format, expected) in cases {
            assert_eq!(parse_format(format), Err(expected.to_owned()), "{format}");
        }
    }

    #[test]
    fn a_width_is_bounded() {
        let Ok(pieces) = parse_format("%99999999999999999999s") else { panic!("a wide format is a format") };
        let FormatPiece::Field(field) = &pieces[0] else { panic!("{pieces:?}") };
        assert_eq!(field.width, FormatSize::Fixed(FORMAT_WIDTH_MAX));
    }
}
