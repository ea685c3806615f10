//! A share as a text file: for who would rather keep it in a safe place for files, and for scripts.

use crate::cli::moment::day;
use vault::custody::{Share, Trust};
use zeroize::Zeroizing;

/// The text; its lines that begin with # are for people.
pub fn sheet(share: &Share, trust: &Trust) -> Zeroizing<String> {
    let claim = share.claim();
    Zeroizing::new(format!(
        "# Sekoci: share {index} of {count}, for {custodian}. {threshold} shares open the vault together.\n\
         # made {day}, set {set}\n\
         # trust {trust}\n\
         # Keep it secret, keep it apart from other shares, and do not send it by mail or chat.\n\
         \n\
         {lines}\n",
        index = share.index(),
        count = claim.rule.count(),
        threshold = claim.rule.threshold(),
        custodian = share.custodian(),
        day = day(trust.created_at()),
        set = claim.set,
        trust = claim.trust,
        lines = share.to_lines().as_str(),
    ))
}
