//! Shannon entropy in whole numbers.

/// Thousandths of a bit.
pub type MilliBits = u32;

/// Bits after the point of [`log2`].
const FRACTION: u32 = 16;

/// Shannon's entropy per symbol of a source with these counts: `log2 n - (sum c log2 c) / n`
/// (Shannon, *A Mathematical Theory of Communication*, 1948, section 6). 0 for no symbols.
#[must_use]
pub fn entropy(counts: impl IntoIterator<Item = u64>) -> MilliBits {
    let (mut total, mut sum) = (0_u64, 0_u128);
    for count in counts.into_iter().filter(|count| *count > 0) {
        total = total.saturating_add(count);
        sum += u128::from(count) * u128::from(log2(count));
    }
    if total == 0 {
        return 0;
    }
    let mean = u64::try_from(sum / u128::from(total)).unwrap_or(u64::MAX);
    let bits = u128::from(log2(total).saturating_sub(mean));
    u32::try_from((bits * 1_000) >> FRACTION).unwrap_or(u32::MAX)
}

/// The binary logarithm with 16 bits after the point, digit by digit through repeated squaring
/// (Knuth, *The Art of Computer Programming* 1, 1.2.2, exercise 25): the same on every machine,
/// which `f64::log2` does not promise. 0 for 0.
fn log2(n: u64) -> u64 {
    let Some(whole) = n.checked_ilog2() else {
        return 0;
    };
    // The mantissa in [1, 2) with 63 bits after the point.
    let mut mantissa = u128::from(n) << (63 - whole);
    let mut digits = u64::from(whole);
    for _ in 0..FRACTION {
        mantissa = (mantissa * mantissa) >> 63;
        let is_two = mantissa >> 64 != 0;
        digits = digits << 1 | u64::from(is_two);
        mantissa >>= u32::from(is_two);
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(entropy([]), 0);
        assert_eq!(entropy([7]), 0);
        assert_eq!(entropy([1, 1]), 1_000);
        assert_eq!(entropy([3; 256]), 8_000);
        assert_eq!(entropy([9, 1]), 468, "0.9 and 0.1 have 0.4690 bits");
    }

    #[test]
    fn logarithms_are_those_of_the_library() {
        for n in [1_u64, 2, 3, 5, 10, 1_000, 123_456_789, u64::MAX] {
            #[expect(clippy::cast_precision_loss, reason = "compared to four digits")]
            let (ours, theirs) = (log2(n) as f64 / 65_536.0, (n as f64).log2());
            assert!((ours - theirs).abs() < 1e-4, "{n}: {ours} {theirs}");
        }
    }
}
