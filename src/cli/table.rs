//! Columns for a terminal.

use unicode_segmentation::UnicodeSegmentation as _;

/// Lines of columns that stand under their headings, two spaces apart. Control characters become `·`: what
/// people typed must not steer a terminal.
pub fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> = std::iter::once(headings.map(str::to_owned))
        .chain(rows.iter().map(|row| row.each_ref().map(|cell| harmless(cell))))
        .collect();
    let mut widths = [0; N];
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, widest)| padded(cell, widest)).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn harmless(cell: &str) -> String {
    cell.chars().map(|char| if char.is_control() { '·' } else { char }).collect()
}

fn padded(cell: &str, widest: usize) -> String {
    let missing = widest.saturating_sub(width(cell));
    format!("{cell}{}", " ".repeat(missing))
}

fn width(cell: &str) -> usize {
    cell.graphemes(true).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_headings() {
        let rows = [["ann".to_owned(), "admin".to_owned()], ["zoë-marie".to_owned(), String::new()]];
        assert_eq!(table(["USER", "ROLE"], &rows), "USER       ROLE\nann        admin\nzoë-marie\n");
    }

    #[test]
    fn no_rows_leave_the_headings() {
        assert_eq!(table(["USER"], &[]), "USER\n");
    }

    #[test]
    fn a_cell_cannot_steer_the_terminal() {
        let text = table(["USER"], &[["\u{1b}[2Jgone\n".to_owned()]]);
        assert_eq!(text, "USER\n·[2Jgone·\n");
    }
}
