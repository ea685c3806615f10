//! Tables for people.

use std::fmt;

/// A table; numbers stand to the right.
pub struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these columns.
    pub fn new(head: &[&'static str]) -> Self {
        Self {
            head: head.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let longest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
            longest.max(self.head[column].chars().count())
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        for (name, width) in self.head.iter().zip(&widths) {
            write!(f, "{name:>width$}  ")?;
        }
        for row in &self.rows {
            writeln!(f)?;
            for (cell, width) in row.iter().zip(&widths) {
                write!(f, "{cell:>width$}  ")?;
            }
        }
        Ok(())
    }
}

/// A number with as many decimals as its size deserves.
pub fn number(value: f64) -> String {
    match value.abs() {
        big if big >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A share in per cent.
pub fn percent(value: f64) -> String {
    format!("{:.0} %", value * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_longest_cell() {
        let mut table = Table::new(&["n", "rate"]);
        table.row(["512".into(), number(1.0)]);
        assert_eq!(table.to_string(), "  n  rate  \n512  1.00  ");
    }
}
