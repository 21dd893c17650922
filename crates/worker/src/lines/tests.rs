use proptest::prelude::*;

use super::{LINE_LENGTH_MAX, LineSplitter, Newlines, TERMINAL_NEWLINE_RE};

fn splitter() -> LineSplitter {
    LineSplitter::new(Newlines::Terminal, LINE_LENGTH_MAX)
}

fn split(pieces: &[&[u8]]) -> (String, String) {
    let mut splitter = splitter();
    let ready = pieces.iter().map(|piece| splitter.feed_bytes(piece)).collect();
    (ready, splitter.finish())
}

/// What a stock worker of 4.3.0 makes of the same bytes.
#[test]
fn lines_end_where_they_end_for_buildbot() {
    let cases: &[(&[&[u8]], &str, &str)] = &[
        (&[b"one\ntwo"], "one\n", "two\n"),
        (&[b"a\rb\n"], "a\nb\n", ""),
        (&[b"a\r\nb\r\n"], "a\nb\n", ""),
        (&[b"three\r\r\nfour\n\rfive\x08\x08!\n"], "three\n\nfour\n\nfive\n!\n", ""),
        (&[b"\n\n\na\n"], "\n\n\na\n", ""),
        (&[b"e\x08\x08\x08f\n\x1b[2Jh\x1b[uz\x1b[10;20Hk\n"], "e\nf\n\nh\nz\nk\n", ""),
        (&[b"d\r", b"e\n"], "d\ne\n", ""),
        (&[b"d\r", b"\ne\n"], "d\ne\n", ""),
        (&[b"end\r"], "", "end\n"),
        (&[b"x\x08", b"\x08\x08y\n"], "x\ny\n", ""),
        (&[b"h\x1b[1", b"0;2", b"0Hk\n"], "h\nk\n", ""),
        (&[b"\x1b[31mred\x1b[0m\n"], "\x1b[31mred\x1b[0m\n", ""),
    ];
    for (pieces, ready, rest) in cases {
        assert_eq!(split(pieces), ((*ready).to_owned(), (*rest).to_owned()), "{pieces:?}");
    }
}

#[test]
fn characters_may_arrive_in_pieces() {
    let cases: &[(&[&[u8]], &str, &str)] = &[
        (&[b"\xc3", b"\xa9\n"], "é\n", ""),
        (&[b"\xf0\x9f", b"\x98", b"\x80\n"], "😀\n", ""),
        (&[b"\xff\xfeabc\n"], "\u{fffd}\u{fffd}abc\n", ""),
        (&[b"\xc3", b"x\n"], "\u{fffd}x\n", ""),
        (&[b"ab\xc3"], "", "ab\u{fffd}\n"),
        (&[b"\xc3"], "", "\u{fffd}\n"),
        (&[b"a\x00b\n"], "a\x00b\n", ""),
    ];
    for (pieces, ready, rest) in cases {
        assert_eq!(split(pieces), ((*ready).to_owned(), (*rest).to_owned()), "{pieces:?}");
    }
}

#[test]
fn long_lines_are_cut_and_nothing_is_lost() {
    let long = "x".repeat(10_000) + "\nshort\n";
    let (ready, rest) = split(&[long.as_bytes()]);
    let lengths: Vec<usize> = ready.lines().map(str::len).collect();
    assert_eq!(lengths, [4095, 4095, 1810, 5]);
    assert_eq!(rest, "");

    let mut splitter = splitter();
    let pieces: String = (0..1000).map(|_| splitter.feed(&"é".repeat(1000))).collect();
    assert_eq!(pieces.chars().filter(|&c| c == 'é').count() + splitter.finish().chars().count() - 1, 1_000_000);
    assert!(pieces.lines().all(|line| line.chars().count() == 4095));
}

#[test]
fn masters_may_choose_another_newline() {
    let mut splitter = LineSplitter::new(Newlines::from_pattern("X").unwrap(), LINE_LENGTH_MAX);
    assert_eq!(splitter.feed("aXbXXc\nx\ry\n"), "a\nb\n\nc\nx\ry\n");
    assert!(matches!(Newlines::from_pattern(TERMINAL_NEWLINE_RE), Some(Newlines::Terminal)));
    assert!(Newlines::from_pattern("(?=look ahead)").is_none());
}

proptest! {
    /// However the bytes are cut, the lines are the same.
    #[test]
    fn cuts_do_not_matter(
        bytes in prop::collection::vec(prop_oneof![
            Just(b"\r".to_vec()), Just(b"\n".to_vec()), Just(b"\x08".to_vec()), Just(b"\x1b[2J".to_vec()),
            Just(b"\x1b[1;2H".to_vec()), Just("é😀".as_bytes().to_vec()), Just(b"\xff".to_vec()), Just(b"word".to_vec()),
            prop::collection::vec(any::<u8>(), 0..5),
        ], 0..40),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
    ) {
        let bytes: Vec<u8> = bytes.concat();
        let whole = split(&[&bytes]);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let cut = split(&pieces);
        prop_assert_eq!(whole.0 + &whole.1, cut.0 + &cut.1);
    }
}
