//! One text for each content: two blocks are the same where their texts are.

use super::tree::{Node, Piece, Values};
use std::fmt::Write;
use yrs::Any;

/// The text of a node.
pub fn canonical(node: &Node) -> String {
    let mut text = String::new();
    push_node(&mut text, node);
    text
}

fn push_node(text: &mut String, node: &Node) {
    match node {
        Node::Element(element) => {
            push(text, format_args!("<{:?}", element.tag));
            push_values(text, &element.attributes);
            for child in &element.children {
                push_node(text, child);
            }
            text.push('>');
        }
        // A text of nothing shows as no text does.
        Node::Text(runs) => {
            text.push('[');
            for run in runs {
                match &run.piece {
                    Piece::Text(piece) => push(text, format_args!("{piece:?}")),
                    Piece::Embed(value) => {
                        text.push('!');
                        push_value(text, value);
                    }
                }
                push_values(text, &run.marks);
            }
            text.push(']');
        }
    }
}

fn push_values(text: &mut String, values: &Values) {
    for (name, value) in values {
        push(text, format_args!(" {name:?}="));
        push_value(text, value);
    }
}

/// Maps lie in memory in any order; here they are sorted.
fn push_value(text: &mut String, value: &Any) {
    match value {
        Any::Array(values) => {
            text.push('(');
            for value in values.iter() {
                push_value(text, value);
                text.push(',');
            }
            text.push(')');
        }
        Any::Map(map) => {
            let mut sorted: Vec<_> = map.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in sorted {
                push(text, format_args!("{name:?}:"));
                push_value(text, value);
                text.push(',');
            }
            text.push('}');
        }
        plain => push(text, format_args!("{plain:?}")),
    }
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what)
        .expect("writing to a string cannot fail");
}
