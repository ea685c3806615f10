//! A document as Markdown (CommonMark with tables, task lists and strikethrough).

use super::tree::{Element, Node, Piece, Run, Values};
use yrs::Any;

/// The blocks as Markdown, with a line end at the end.
#[must_use]
pub fn markdown(blocks: &[Node]) -> String {
    let mut text = joined(blocks);
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// One block as Markdown, without a line end at the end.
#[must_use]
pub fn block(node: &Node) -> String {
    let Node::Element(element) = node else {
        return inline(std::slice::from_ref(node));
    };
    let children = element.children.as_slice();
    match element.tag.as_str() {
        "paragraph" => guarded_start(inline(children)),
        "heading" => {
            let level = number(&element.attributes, "level").clamp(1, 6);
            let hashes = "#".repeat(usize::try_from(level).unwrap_or(1));
            format!("{hashes} {}", inline(children).replace('\n', " "))
        }
        "bulletList" => list(children, |_| "- ".into()),
        "orderedList" => {
            let start = number(&element.attributes, "start").max(0);
            list(children, |i| format!("{}. ", start.saturating_add(i)))
        }
        "taskList" => tasks(children),
        "blockquote" => prefixed(&joined(children), "> ", "> "),
        "codeBlock" => code_block(element),
        "horizontalRule" => "---".into(),
        "image" => image(element),
        "table" => table(children),
        _ if children.iter().all(|child| matches!(child, Node::Text(_))) => inline(children),
        _ => joined(children),
    }
}

fn joined(blocks: &[Node]) -> String {
    let mut text = String::new();
    for (i, node) in blocks.iter().enumerate() {
        if i > 0 {
            text.push_str("\n\n");
            // Two lists of a kind in a row would be one.
            if list_tag(node).is_some() && list_tag(node) == list_tag(&blocks[i - 1]) {
                text.push_str("<!-- -->\n\n");
            }
        }
        text.push_str(&block(node));
    }
    text
}

fn list_tag(node: &Node) -> Option<bool> {
    match node {
        Node::Element(element) => match element.tag.as_str() {
            "bulletList" | "taskList" => Some(false),
            "orderedList" => Some(true),
            _ => None,
        },
        Node::Text(_) => None,
    }
}

fn list(items: &[Node], marker: impl Fn(i64) -> String) -> String {
    let items: Vec<String> = (0..)
        .zip(items)
        .map(|(i, node)| item(node, &marker(i)))
        .collect();
    items.join("\n")
}

fn tasks(items: &[Node]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|node| {
            let is_done = matches!(node, Node::Element(element)
                if matches!(element.attributes.get("checked"), Some(Any::Bool(true))));
            let mark = if is_done { "[x] " } else { "[ ] " };
            let Node::Element(element) = node else {
                return item(node, "- ");
            };
            prefixed(
                &format!("{mark}{}", item_text(&element.children)),
                "- ",
                "  ",
            )
        })
        .collect();
    items.join("\n")
}

fn item(node: &Node, marker: &str) -> String {
    let text = match node {
        Node::Element(element) => item_text(&element.children),
        Node::Text(_) => block(node),
    };
    prefixed(&text, marker, &" ".repeat(marker.len()))
}

/// Lists follow their paragraph at once, so that the item stays tight.
fn item_text(children: &[Node]) -> String {
    let mut text = String::new();
    for (i, node) in children.iter().enumerate() {
        if i > 0 {
            text.push_str(if list_tag(node).is_some() {
                "\n"
            } else {
                "\n\n"
            });
        }
        text.push_str(&block(node));
    }
    text
}

fn prefixed(text: &str, first: &str, rest: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .enumerate()
        .map(|(i, line)| {
            let prefix = if i == 0 { first } else { rest };
            let line = format!("{prefix}{line}");
            line.trim_end_matches(' ').into()
        })
        .collect();
    lines.join("\n")
}

fn code_block(element: &Element) -> String {
    let mut code = String::new();
    for child in &element.children {
        if let Node::Text(runs) = child {
            for run in runs {
                if let Piece::Text(text) = &run.piece {
                    code.push_str(text);
                }
            }
        }
    }
    let language: String = string(&element.attributes, "language")
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '`')
        .collect();
    let fence = "`".repeat(longest_run(&code, '`').max(2) + 1);
    format!("{fence}{language}\n{code}\n{fence}")
}

fn table(rows: &[Node]) -> String {
    let mut lines = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let Node::Element(row) = row else { continue };
        let cells: Vec<String> = row
            .children
            .iter()
            .map(|cell| match cell {
                Node::Element(cell) => cell_text(&joined(&cell.children)),
                Node::Text(_) => cell_text(&block(cell)),
            })
            .collect();
        lines.push(format!("| {} |", cells.join(" | ")));
        if i == 0 {
            lines.push(format!("|{}", " --- |".repeat(cells.len())));
        }
    }
    lines.join("\n")
}

fn cell_text(text: &str) -> String {
    text.replace('|', "\\|")
        .replace("\n\n", " ")
        .replace("\\\n", " ")
        .replace('\n', " ")
}

fn image(element: &Element) -> String {
    let alt = escaped(&string(&element.attributes, "alt"));
    let target = target(&string(&element.attributes, "src"));
    format!("![{alt}]({target})")
}

/// A link's target between parentheses.
fn target(href: &str) -> String {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"()<>\\".contains(c);
    if !href.is_empty() && href.chars().all(is_plain) {
        return href.into();
    }
    let kept: String = href
        .chars()
        .filter(|c| !c.is_control() && !"<>\\".contains(*c))
        .collect();
    format!("<{kept}>")
}

/// The marks that Markdown has, in the order they open.
const MARKS: [&str; 5] = ["link", "bold", "italic", "strike", "code"];

fn inline(nodes: &[Node]) -> String {
    let mut line = Line::default();
    for node in nodes {
        match node {
            Node::Text(runs) => runs.iter().for_each(|run| line.push(run)),
            Node::Element(element) => match element.tag.as_str() {
                "hardBreak" => line.push_raw("\\\n"),
                "image" => line.push_raw(&image(element)),
                "mention" => {
                    let label = string(&element.attributes, "label");
                    let id = string(&element.attributes, "id");
                    let shown = if label.is_empty() { id } else { label };
                    line.push_raw(&escaped(&format!("@{shown}")));
                }
                _ => line.push_raw(&block(node)),
            },
        }
    }
    line.close_to(0);
    line.text.truncate(line.text.trim_end().len());
    line.text
}

/// A line with the marks that are open in it.
#[derive(Default)]
struct Line {
    text: String,
    open: Vec<(&'static str, String)>,
}

impl Line {
    fn push(&mut self, run: &Run) {
        let Piece::Text(text) = &run.piece else {
            return;
        };
        let wanted: Vec<(&'static str, String)> = MARKS
            .iter()
            .filter_map(|mark| {
                run.marks
                    .get(*mark)
                    .map(|value| (*mark, closing(mark, value, text)))
            })
            .collect();
        let same = self
            .open
            .iter()
            .zip(&wanted)
            .take_while(|(a, b)| a == b)
            .count();
        self.close_to(same);
        let is_code = run.marks.contains_key("code");
        // Marks open before a word, not before a space.
        let trimmed = if is_code { text } else { text.trim_start() };
        if trimmed.is_empty() {
            self.text.push_str(text);
            return;
        }
        if wanted.len() > same {
            self.text.push_str(&text[..text.len() - trimmed.len()]);
        }
        for (mark, closing) in wanted.into_iter().skip(same) {
            match mark {
                "link" => self.text.push('['),
                _ => self.text.push_str(closing.trim_end_matches(' ')),
            }
            if mark == "code" && (trimmed.starts_with('`') || trimmed.ends_with('`')) {
                self.text.push(' ');
            }
            self.open.push((mark, closing));
        }
        let shown = if self.open.len() > same {
            trimmed
        } else {
            text
        };
        if is_code {
            self.text.push_str(&shown.replace('\n', " "));
            if shown.starts_with('`') || shown.ends_with('`') {
                self.text.push(' ');
            }
        } else {
            self.text.push_str(&escaped(shown));
        }
    }

    fn push_raw(&mut self, text: &str) {
        self.close_to(0);
        self.text.push_str(text);
    }

    /// Closes marks, before the spaces at the end.
    fn close_to(&mut self, keep: usize) {
        while self.open.len() > keep {
            let Some((mark, closing)) = self.open.pop() else {
                return;
            };
            let end = if mark == "code" {
                self.text.len()
            } else {
                self.text.trim_end_matches(' ').len()
            };
            let spaces = self.text.split_off(end);
            self.text.push_str(&closing);
            self.text.push_str(&spaces);
        }
    }
}

fn closing(mark: &str, value: &Any, text: &str) -> String {
    match mark {
        "bold" => "**".into(),
        "italic" => "*".into(),
        "strike" => "~~".into(),
        "code" => "`".repeat(longest_run(text, '`') + 1),
        _ => {
            let href = match value {
                Any::Map(map) => match map.get("href") {
                    Some(Any::String(href)) => href.to_string(),
                    _ => String::new(),
                },
                _ => String::new(),
            };
            format!("]({})", target(&href))
        }
    }
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

/// Text in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>~&".contains(c) {
            escaped.push('\\');
        }
        escaped.push(if c == '\n' { ' ' } else { c });
    }
    escaped
}

/// A paragraph whose beginning is not taken for a heading, a list or a rule.
fn guarded_start(text: String) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if text.starts_with(['#', '+', '-', '=']) {
        return format!("\\{text}");
    }
    if (1..10).contains(&digits) && text[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &text[..digits], &text[digits..]);
    }
    text
}

fn string(values: &Values, name: &str) -> String {
    match values.get(name) {
        Some(Any::String(text)) => text.to_string(),
        _ => String::new(),
    }
}

fn number(values: &Values, name: &str) -> i64 {
    let text = match values.get(name) {
        Some(Any::Number(number)) => number.to_string(),
        Some(Any::String(text)) => text.to_string(),
        _ => return 1,
    };
    let whole = text.split('.').next().unwrap_or_default();
    whole.parse().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::super::from_markdown;
    use super::*;

    fn round_trip(text: &str) {
        let shown = markdown(&from_markdown(text).unwrap());
        assert_eq!(shown, text);
    }

    #[test]
    fn markdown_comes_back_as_it_was() {
        round_trip("# Rencana 计划\n\nSatu **dua** *tiga* ~~empat~~ `lima`.\n\n## Next\n");
        round_trip("- one\n- two\n  - inner\n  - more\n- three\n\n3. c\n4. d\n");
        round_trip("- [ ] open\n- [x] done\n");
        round_trip("> quoted\n>\n> twice\n\n---\n\n```rust\nlet a = \"`\";\n\nend\n```\n");
        round_trip("See [the plan](https://example.org/a?b=c), **bold *and italic***.\n");
        round_trip("| a | b |\n| --- | --- |\n| 1 | 二 |\n");
        round_trip("first\\\nsecond\n\n![chart](https://example.org/a.png)\n");
        round_trip("\\# no heading\n\n1\\. no list\n\n\\*no stars\\* a\\_b \\<b\\> x\\[0\\]\n");
        round_trip("");
    }

    #[test]
    fn spaces_at_the_edges_of_marks_stay_outside() {
        let run = |text: &str, mark: Option<&str>| Run {
            piece: Piece::Text(text.into()),
            marks: mark
                .map(|mark| (mark.to_owned(), Any::Bool(true)))
                .into_iter()
                .collect(),
        };
        let runs = vec![run("a", None), run(" b ", Some("bold")), run("c", None)];
        let paragraph = Node::element("paragraph", Values::new(), vec![Node::Text(runs)]);
        assert_eq!(block(&paragraph), "a **b** c");
    }
}
