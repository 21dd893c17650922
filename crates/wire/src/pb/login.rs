//! The challenge that a client answers to prove that it knows its password, without sending it.

use md5::{Digest, Md5};

/// Bytes of a challenge.
pub const CHALLENGE_BYTES: usize = 16;

/// The right answer: the password is digested, and the digest again together with the challenge.
#[must_use]
pub fn response(password: &[u8], challenge: &[u8]) -> [u8; 16] {
    let once = Md5::digest(password);
    Md5::new().chain_update(once).chain_update(challenge).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A login that a stock worker made at a stock master.
    #[test]
    fn the_answer_is_twisteds() {
        let challenge = hex::decode(RECORDED_CHALLENGE).unwrap();
        assert_eq!(hex::encode(response(b"pw", &challenge)), RECORDED_RESPONSE);
    }

    const RECORDED_CHALLENGE: &str = "d1688f49a7e5eb30210f1e08a9d59a0c";
    const RECORDED_RESPONSE: &str = "d06fcfef0ab917a442db6568b9a732c9";
}
