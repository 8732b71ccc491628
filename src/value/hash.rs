//! Short hashes for names that must be cut: FNV-1a, 64 bits. They tell names apart, nothing more.

/// Of a text.
pub(crate) fn hash(text: &str) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, fold)
}

/// Its upper and lower half folded into 32 bits.
pub(crate) fn short(text: &str) -> u64 {
    let hash = hash(text);
    (hash ^ (hash >> 32)) & 0xffff_ffff
}
