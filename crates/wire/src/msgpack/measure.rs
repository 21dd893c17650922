//! Looks over a MessagePack value before anything is allocated for it: a few bytes can announce millions of values.

use super::{DEPTH_MAX, FrameError, VALUES_MAX};

/// Length in bytes of the value at the start of `bytes`, when it is whole and within the bounds.
pub(super) fn measure(bytes: &[u8]) -> Result<usize, FrameError> {
    let mut reader = Reader { bytes, at: 0 };
    let mut values = 0usize;
    // How many values are still to come at each open level.
    let mut open: Vec<usize> = vec![1];
    while let Some(left) = open.last_mut() {
        if *left == 0 {
            open.pop();
            continue;
        }
        *left -= 1;
        values += 1;
        if values > VALUES_MAX {
            return Err(FrameError::TooManyValues);
        }
        let children = reader.value()?;
        if children > 0 {
            if open.len() > DEPTH_MAX {
                return Err(FrameError::TooDeep);
            }
            open.push(children);
        }
    }
    Ok(reader.at)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// Steps over one value without its children, and tells how many children follow.
    fn value(&mut self) -> Result<usize, FrameError> {
        let marker = self.number(1)?;
        match marker {
            0x80..=0x8f => return Ok(2 * (marker & 0x0f)),
            0x90..=0x9f => return Ok(marker & 0x0f),
            0xa0..=0xbf => self.skip(marker & 0x1f)?,
            0xc1 => return Err(FrameError::Malformed("the marker 0xc1 is never used".to_owned())),
            0xc4 | 0xd9 => self.skip_counted(1, 0)?,
            0xc5 | 0xda => self.skip_counted(2, 0)?,
            0xc6 | 0xdb => self.skip_counted(4, 0)?,
            0xc7 => self.skip_counted(1, 1)?,
            0xc8 => self.skip_counted(2, 1)?,
            0xc9 => self.skip_counted(4, 1)?,
            0xcc | 0xd0 => self.skip(1)?,
            0xcd | 0xd1 | 0xd4 => self.skip(2)?,
            0xca | 0xce | 0xd2 => self.skip(4)?,
            0xcb | 0xcf | 0xd3 => self.skip(8)?,
            0xd5 => self.skip(3)?,
            0xd6 => self.skip(5)?,
            0xd7 => self.skip(9)?,
            0xd8 => self.skip(17)?,
            0xdc => return self.number(2),
            0xdd => return self.number(4),
            0xde => return Ok(2 * self.number(2)?),
            0xdf => return Ok(2 * self.number(4)?),
            // Small integers, nil and booleans are their own marker.
            _ => {}
        }
        Ok(0)
    }

    fn skip_counted(&mut self, width: usize, extra: usize) -> Result<(), FrameError> {
        let length = self.number(width)?;
        self.skip(length + extra)
    }

    fn skip(&mut self, length: usize) -> Result<(), FrameError> {
        if length > self.bytes.len() - self.at {
            return Err(FrameError::Malformed("it is cut off".to_owned()));
        }
        self.at += length;
        Ok(())
    }

    fn number(&mut self, width: usize) -> Result<usize, FrameError> {
        let start = self.at;
        self.skip(width)?;
        Ok(self.bytes[start..self.at].iter().fold(0, |number, &byte| number << 8 | usize::from(byte)))
    }
}
