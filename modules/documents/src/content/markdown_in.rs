//! Markdown as a document.

use super::tree::{Node, Piece, Run, Unfit, Values};
use crate::limits::NESTING_MAX;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::collections::HashMap;
use std::sync::Arc;
use yrs::Any;

/// The blocks a Markdown text describes: CommonMark with tables, task lists and strikethrough.
/// HTML in it is text.
///
/// # Errors
/// [`Unfit::TooDeep`].
pub fn blocks(text: &str) -> Result<Vec<Node>, Unfit> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut builder = Builder::default();
    builder.open("doc", Values::new())?;
    for event in Parser::new_ext(text, options) {
        builder.take(event)?;
    }
    while builder.frames.len() > 1 {
        builder.close();
    }
    Ok(builder
        .frames
        .pop()
        .map(|doc| doc.children)
        .unwrap_or_default())
}

#[derive(Default)]
struct Builder {
    frames: Vec<Frame>,
    marks: Vec<(&'static str, Any)>,
    /// The text of an image that is being read, and its address.
    image: Option<(String, String)>,
    is_head: bool,
}

struct Frame {
    tag: &'static str,
    attributes: Values,
    children: Vec<Node>,
    /// A paragraph that Markdown does not name: a tight item, a cell.
    is_implied: bool,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), Unfit> {
        match event {
            Event::Start(tag) => self.start(tag)?,
            Event::End(_) => self.end(),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text)?,
            Event::Code(code) => {
                self.marks.push(("code", empty()));
                self.text(&code)?;
                self.marks.pop();
            }
            Event::SoftBreak => self.text(" ")?,
            Event::HardBreak => {
                self.open_text()?;
                self.add(Node::element("hardBreak", Values::new(), Vec::new()));
            }
            Event::Rule => {
                self.close_implied();
                self.add(Node::element("horizontalRule", Values::new(), Vec::new()));
            }
            Event::TaskListMarker(is_done) => {
                if let Some(item) = self.frames.iter_mut().rev().find(|f| f.tag == "listItem") {
                    item.attributes.insert("checked".into(), Any::Bool(is_done));
                }
            }
            Event::FootnoteReference(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: Tag<'_>) -> Result<(), Unfit> {
        let one = |name: &str, value: Any| Values::from([(name.to_owned(), value)]);
        match tag {
            Tag::Emphasis => self.mark("italic", empty()),
            Tag::Strong => self.mark("bold", empty()),
            Tag::Strikethrough => self.mark("strike", empty()),
            Tag::Link { dest_url, .. } => {
                let href = Any::String(Arc::from(safe(&dest_url)));
                let link = HashMap::from([("href".to_owned(), href)]);
                self.mark("link", Any::Map(Arc::new(link)));
            }
            Tag::Image { dest_url, .. } => {
                self.image = Some((String::new(), safe(&dest_url).into()));
                self.mark("", empty());
            }
            Tag::Paragraph => self.open("paragraph", Values::new())?,
            Tag::Heading { level, .. } => {
                self.open("heading", one("level", whole(level as u64)))?;
            }
            Tag::BlockQuote(_) => self.open("blockquote", Values::new())?,
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info
                        .split_whitespace()
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                let attributes = if language.is_empty() {
                    Values::new()
                } else {
                    one("language", Any::String(language.into()))
                };
                self.open("codeBlock", attributes)?;
            }
            Tag::List(None) => self.open("bulletList", Values::new())?,
            Tag::List(Some(start)) => self.open("orderedList", one("start", whole(start)))?,
            Tag::Item => self.open("listItem", Values::new())?,
            Tag::Table(_) => self.open("table", Values::new())?,
            Tag::TableHead => {
                self.is_head = true;
                self.open("tableRow", Values::new())?;
            }
            Tag::TableRow => {
                self.is_head = false;
                self.open("tableRow", Values::new())?;
            }
            Tag::TableCell => {
                let tag = if self.is_head {
                    "tableHeader"
                } else {
                    "tableCell"
                };
                self.open(tag, Values::new())?;
                self.open_text()?;
            }
            // HTML, and what was not asked for: its text lies in a paragraph.
            _ => self.open("paragraph", Values::new())?,
        }
        Ok(())
    }

    fn mark(&mut self, name: &'static str, value: Any) {
        self.marks.push((name, value));
    }

    fn open(&mut self, tag: &'static str, attributes: Values) -> Result<(), Unfit> {
        self.close_implied();
        self.push(tag, attributes, false)
    }

    fn push(
        &mut self,
        tag: &'static str,
        attributes: Values,
        is_implied: bool,
    ) -> Result<(), Unfit> {
        // The outermost frame is the document itself.
        if self.frames.len() > NESTING_MAX {
            return Err(Unfit::TooDeep);
        }
        self.frames.push(Frame {
            tag,
            attributes,
            children: Vec::new(),
            is_implied,
        });
        Ok(())
    }

    fn end(&mut self) {
        if let Some((name, _)) = self.marks.pop() {
            if name.is_empty() {
                self.add_image();
            }
            return;
        }
        self.close_implied();
        self.close();
    }

    fn close_implied(&mut self) {
        if self.frames.last().is_some_and(|frame| frame.is_implied) {
            self.close();
        }
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let Frame {
            tag,
            attributes,
            mut children,
            ..
        } = frame;
        if tag == "codeBlock" {
            trim_last_line(&mut children);
        }
        match tag {
            "bulletList" if children.iter().any(is_task) => {
                let tasks = children.into_iter().map(into_task).collect();
                self.add(Node::element("taskList", attributes, tasks));
            }
            "listItem" if children.is_empty() => {
                let empty = Node::element("paragraph", Values::new(), Vec::new());
                self.add(Node::element(tag, attributes, vec![empty]));
            }
            // What remains of a paragraph that held an image only.
            "paragraph" if children.is_empty() && !self.is_in_cell() => {}
            _ => self.add(Node::element(tag, attributes, children)),
        }
    }

    fn is_in_cell(&self) -> bool {
        let tag = self.frames.last().map(|frame| frame.tag);
        matches!(tag, Some("tableCell" | "tableHeader"))
    }

    fn add(&mut self, node: Node) {
        if let Some(frame) = self.frames.last_mut() {
            frame.children.push(node);
        }
    }

    /// Opens a paragraph where text cannot stand by itself.
    fn open_text(&mut self) -> Result<(), Unfit> {
        let tag = self.frames.last().map_or("", |frame| frame.tag);
        if matches!(tag, "paragraph" | "heading" | "codeBlock") {
            return Ok(());
        }
        self.push("paragraph", Values::new(), true)
    }

    fn text(&mut self, text: &str) -> Result<(), Unfit> {
        if let Some((alt, _)) = &mut self.image {
            alt.push_str(text);
            return Ok(());
        }
        if text.is_empty() {
            return Ok(());
        }
        self.open_text()?;
        let marks: Values = self
            .marks
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let Some(frame) = self.frames.last_mut() else {
            return Ok(());
        };
        let runs = match frame.children.last_mut() {
            Some(Node::Text(runs)) => runs,
            _ => {
                frame.children.push(Node::Text(Vec::new()));
                match frame.children.last_mut() {
                    Some(Node::Text(runs)) => runs,
                    _ => return Ok(()),
                }
            }
        };
        match runs.last_mut() {
            Some(Run {
                piece: Piece::Text(before),
                marks: same,
            }) if *same == marks => before.push_str(text),
            _ => runs.push(Run {
                piece: Piece::Text(text.into()),
                marks,
            }),
        }
        Ok(())
    }

    /// Images are blocks: the paragraph ends before one and begins anew behind it.
    fn add_image(&mut self) {
        let Some((alt, src)) = self.image.take() else {
            return;
        };
        let attributes = [("alt", alt), ("src", src)]
            .map(|(name, value)| (name.to_owned(), Any::String(value.into())));
        let image = Node::element("image", Values::from(attributes), Vec::new());
        let is_paragraph = self.frames.last().is_some_and(|f| f.tag == "paragraph");
        let Some(paragraph) = self.frames.pop_if(|_| is_paragraph) else {
            return self.add(image);
        };
        if !paragraph.children.is_empty() {
            self.add(Node::element(
                "paragraph",
                Values::new(),
                paragraph.children,
            ));
        }
        self.add(image);
        self.frames.push(Frame {
            children: Vec::new(),
            ..paragraph
        });
    }
}

fn is_task(item: &Node) -> bool {
    matches!(item, Node::Element(item) if item.attributes.contains_key("checked"))
}

fn into_task(item: Node) -> Node {
    match item {
        Node::Element(mut item) => {
            item.tag = "taskItem".into();
            item.attributes
                .entry("checked".into())
                .or_insert(Any::Bool(false));
            Node::Element(item)
        }
        text @ Node::Text(_) => text,
    }
}

fn trim_last_line(children: &mut [Node]) {
    if let Some(Node::Text(runs)) = children.last_mut()
        && let Some(Run {
            piece: Piece::Text(text),
            ..
        }) = runs.last_mut()
        && text.ends_with('\n')
    {
        text.pop();
    }
}

fn empty() -> Any {
    Any::Map(Arc::new(HashMap::new()))
}

fn whole(number: u64) -> Any {
    Any::from(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The address, unless it would run something.
fn safe(address: &str) -> &str {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme);
    match scheme {
        Some(scheme) if !scheme.contains(['/', '?', '#']) => {
            let known = ["http", "https", "mailto", "tel"];
            let is_known = known.iter().any(|k| scheme.eq_ignore_ascii_case(k));
            if is_known { address } else { "" }
        }
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_that_run_something_are_left_out() {
        assert_eq!(safe("javascript:alert(1)"), "");
        assert_eq!(safe("data:text/html,x"), "");
        assert_eq!(safe("https://example.org"), "https://example.org");
        assert_eq!(safe("a/b?c:d"), "a/b?c:d");
    }

    #[test]
    fn what_lies_too_deep_is_refused() {
        assert!(blocks(&"> ".repeat(30)).is_ok());
        assert_eq!(
            blocks(&format!("{}x", "> ".repeat(100_000))),
            Err(Unfit::TooDeep)
        );
    }

    proptest! {
        #[test]
        fn no_text_stops_it(text in "[\\PC\n#>*`|\\[\\]()!~ -]{0,200}") {
            let _ = blocks(&text);
        }
    }
}
