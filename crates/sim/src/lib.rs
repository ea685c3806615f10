//! Whole two-site runs from a seed, and the checkers that judge them.
