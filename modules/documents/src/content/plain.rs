//! A document's plain text, for search.

use super::tree::{Element, Node, Piece};
use yrs::Any;

/// The text of the blocks, a line each.
#[must_use]
pub fn plain(blocks: &[Node]) -> String {
    let mut text = String::new();
    for block in blocks {
        push(&mut text, block);
        end_line(&mut text);
    }
    text.truncate(text.trim_end().len());
    text
}

fn push(text: &mut String, node: &Node) {
    match node {
        Node::Text(runs) => {
            for run in runs {
                if let Piece::Text(piece) = &run.piece {
                    text.push_str(piece);
                }
            }
        }
        Node::Element(element) => {
            push_own(text, element);
            let holds_blocks = element
                .children
                .iter()
                .all(|child| matches!(child, Node::Element(_)));
            for child in &element.children {
                push(text, child);
                if holds_blocks {
                    end_line(text);
                }
            }
        }
    }
}

/// What an element without text shows.
fn push_own(text: &mut String, element: &Element) {
    let shown = match element.tag.as_str() {
        "hardBreak" => return end_line(text),
        "mention" => ["label", "id"].as_slice(),
        "image" => &["alt"],
        _ => return,
    };
    let found = shown.iter().find_map(|name| element.attributes.get(*name));
    if let Some(Any::String(shown)) = found {
        text.push_str(shown);
    }
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}
