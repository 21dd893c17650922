//! The PROXY header, versions 1 and 2: by it a proxy in front of a server tells whose connection it passes on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncRead, AsyncReadExt};

/// The first bytes of version 2. No shorter header of version 1 exists.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// A header of version 1 is at most so long, its line end included.
const LINE_BYTES_MAX: usize = 107;
/// Addresses and remarks of version 2; proxies send far less.
const REST_BYTES_MAX: usize = 4096;

/// Reads the header from the front of a connection, and nothing after it. `None`: the proxy speaks for itself.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let mut first = [0; SIGNATURE.len()];
    stream.read_exact(&mut first).await?;
    if first == SIGNATURE { read_binary(stream).await } else { read_line(stream, &first).await }
}

fn invalid() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it does not begin with a PROXY header")
}

async fn read_line(stream: &mut (impl AsyncRead + Unpin), first: &[u8]) -> io::Result<Option<SocketAddr>> {
    if !first.starts_with(b"PROXY ") {
        return Err(invalid());
    }
    let mut line = first.to_vec();
    while !line.ends_with(b"\r\n") {
        if line.len() >= LINE_BYTES_MAX {
            return Err(invalid());
        }
        line.push(stream.read_u8().await?);
    }
    let line = std::str::from_utf8(&line).map_err(|_| invalid())?;
    let words: Vec<&str> = line.trim_end().split(' ').collect();
    match words[1..] {
        ["UNKNOWN", ..] => Ok(None),
        ["TCP4" | "TCP6", source, _, port, _] => {
            let source: IpAddr = source.parse().map_err(|_| invalid())?;
            Ok(Some(SocketAddr::new(source, port.parse().map_err(|_| invalid())?)))
        }
        _ => Err(invalid()),
    }
}

async fn read_binary(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let [version_and_command, family, high, low] = head;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if version_and_command >> 4 != 2 || length > REST_BYTES_MAX {
        return Err(invalid());
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    match (version_and_command & 0xf, family >> 4) {
        // The proxy's own check whether we live.
        (0, _) => Ok(None),
        (1, 1) => match *rest.as_slice() {
            [a, b, c, d, _, _, _, _, high, low, _, _, ..] => {
                Ok(Some(SocketAddr::new(Ipv4Addr::new(a, b, c, d).into(), u16::from_be_bytes([high, low]))))
            }
            _ => Err(invalid()),
        },
        (1, 2) => {
            let source = rest.first_chunk::<16>().copied().map(Ipv6Addr::from);
            let port = rest.get(32..34).map(|port| u16::from_be_bytes([port[0], port[1]]));
            match (source, port) {
                (Some(source), Some(port)) => Ok(Some(SocketAddr::new(source.into(), port))),
                _ => Err(invalid()),
            }
        }
        // Other families have no address that could be shown.
        (1, _) => Ok(None),
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_all(mut bytes: &[u8]) -> (Result<Option<String>, io::ErrorKind>, usize) {
        let found = read(&mut bytes).await;
        (found.map(|found| found.map(|address| address.to_string())).map_err(|error| error.kind()), bytes.len())
    }

    fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let mut header = SIGNATURE.to_vec();
        header.extend([0x20 | command, family]);
        header.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
        header.extend(rest);
        header
    }

    #[tokio::test]
    async fn headers_of_both_versions_are_read() {
        let v4 = [192, 0, 2, 7, 10, 0, 0, 1, 0xdc, 0x04, 0x26, 0xe5];
        let v6: Vec<u8> = [Ipv6Addr::LOCALHOST.octets(), Ipv6Addr::LOCALHOST.octets()].concat();
        let v6: Vec<u8> = v6.into_iter().chain([0x00, 0x50, 0x26, 0xe5, 0x04, 0x00, 0x01, 0x00]).collect();
        let cases = [
            (b"PROXY TCP4 192.0.2.7 10.0.0.1 56324 9989\r\n".to_vec(), Ok(Some("192.0.2.7:56324"))),
            (b"PROXY TCP6 2001:db8::7 ::1 5 9989\r\n".to_vec(), Ok(Some("[2001:db8::7]:5"))),
            (b"PROXY UNKNOWN\r\n".to_vec(), Ok(None)),
            (b"PROXY UNKNOWN ffff:f ffff:f 1 2\r\n".to_vec(), Ok(None)),
            (binary(1, 0x11, &v4), Ok(Some("192.0.2.7:56324"))),
            (binary(1, 0x21, &v6), Ok(Some("[::1]:80"))),
            (binary(0, 0, &[]), Ok(None)),
            (binary(1, 0x31, &[0; 216]), Ok(None)),
            (b"PROXY TCP4 nobody 10.0.0.1 56324 9989\r\n".to_vec(), Err(io::ErrorKind::InvalidData)),
            (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), Err(io::ErrorKind::InvalidData)),
            (b"PROXY TCP4 192.".to_vec(), Err(io::ErrorKind::UnexpectedEof)),
            (binary(1, 0x11, &v4[..8]), Err(io::ErrorKind::InvalidData)),
            (binary(7, 0x11, &v4), Err(io::ErrorKind::InvalidData)),
            ([b"PROXY TCP4 ".as_slice(), &[b'1'; 200]].concat(), Err(io::ErrorKind::InvalidData)),
        ];
        for (mut bytes, expected) in cases {
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            let expected = expected.map(|address| address.map(str::to_owned));
            let is_header = expected.is_ok();
            if is_header {
                bytes.extend(b"what follows");
            }
            let (found, left) = read_all(&bytes).await;
            assert_eq!(found, expected, "{shown}");
            if is_header {
                assert_eq!(left, b"what follows".len(), "{shown}");
            }
        }
    }
}
