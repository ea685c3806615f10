//! A document's content as a tree, read from the Yjs document and written into it.

use super::guard::ROOT;
use crate::limits::NESTING_MAX;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use yrs::branch::{Branch, BranchID};
use yrs::types::Attrs;
use yrs::types::text::YChange;
use yrs::{
    Any, Doc, Out, ReadTxn, Text, TransactionMut, Xml, XmlElementPrelim, XmlElementRef,
    XmlFragment, XmlFragmentRef, XmlOut, XmlTextPrelim, XmlTextRef,
};

/// Attributes of an element, or marks of a text, by name.
pub type Values = BTreeMap<String, Any>;

/// The attributes of elements, by the library's name for the element and theirs.
pub type Attributes = HashMap<(BranchID, String), Any>;

/// A part of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// An element: a paragraph, a list, an image …
    Element(Element),
    /// A text in runs.
    Text(Vec<Run>),
}

/// An element with what is in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// Its name.
    pub tag: String,
    /// Its attributes.
    pub attributes: Values,
    /// What is in it.
    pub children: Vec<Node>,
}

/// A piece of text with the same marks all over.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What it is.
    pub piece: Piece,
    /// Its marks: bold, a link …
    pub marks: Values,
}

/// Text, or something that stands in a text like a character.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text.
    Text(String),
    /// Something else.
    Embed(Any),
}

/// Content that documents do not have: too deep, or of another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Elements lie too deep in each other.
    #[error("elements lie more than {NESTING_MAX} deep in each other")]
    TooDeep,
    /// Something is neither element nor text, or not where it can be.
    #[error("something in it is neither an element nor a text in an element")]
    Foreign,
}

impl Node {
    /// An element with attributes and children.
    pub fn element(tag: &str, attributes: Values, children: Vec<Self>) -> Self {
        Self::Element(Element {
            tag: tag.into(),
            attributes,
            children,
        })
    }
}

/// The document's root.
pub fn root(doc: &Doc) -> XmlFragmentRef {
    doc.get_or_insert_xml_fragment(ROOT)
}

/// The names of what is in the root.
pub fn ids(txn: &impl ReadTxn, root: &XmlFragmentRef) -> Vec<BranchID> {
    root.children(txn)
        .map(|child| match child {
            XmlOut::Element(element) => AsRef::<Branch>::as_ref(&element).id(),
            XmlOut::Text(text) => AsRef::<Branch>::as_ref(&text).id(),
            XmlOut::Fragment(fragment) => AsRef::<Branch>::as_ref(&fragment).id(),
        })
        .collect()
}

/// Reads what is in the root.
pub fn read(txn: &impl ReadTxn, root: &XmlFragmentRef) -> Result<Vec<Node>, Unfit> {
    children(txn, root, NESTING_MAX)
}

fn children<T: ReadTxn>(
    txn: &T,
    parent: &impl XmlFragment,
    nesting: usize,
) -> Result<Vec<Node>, Unfit> {
    let nodes: Vec<Node> = parent
        .children(txn)
        .map(|child| node(txn, child, nesting))
        .collect::<Result<_, _>>()?;
    if nodes.len() == parent.len(txn) as usize {
        Ok(nodes)
    } else {
        Err(Unfit::Foreign)
    }
}

fn node<T: ReadTxn>(txn: &T, child: XmlOut, nesting: usize) -> Result<Node, Unfit> {
    match child {
        XmlOut::Element(element) => {
            let nesting = nesting.checked_sub(1).ok_or(Unfit::TooDeep)?;
            let tag = element.try_tag().ok_or(Unfit::Foreign)?.to_string();
            let attributes = attributes(txn, &element)?;
            let children = children(txn, &element, nesting)?;
            Ok(Node::element(&tag, attributes, children))
        }
        XmlOut::Text(text) => runs(txn, &text).map(Node::Text),
        XmlOut::Fragment(_) => Err(Unfit::Foreign),
    }
}

fn attributes<T: ReadTxn>(txn: &T, element: &XmlElementRef) -> Result<Values, Unfit> {
    element
        .attributes(txn)
        .map(|(name, value)| match value {
            Out::Any(value) => Ok((name.to_string(), value)),
            _ => Err(Unfit::Foreign),
        })
        .collect()
}

/// The attributes of all elements.
pub fn all_attributes<T: ReadTxn>(txn: &T, root: &XmlFragmentRef) -> Result<Attributes, Unfit> {
    let mut found = Attributes::new();
    for element in elements(txn, root)? {
        let id = AsRef::<Branch>::as_ref(&element).id();
        for (name, value) in attributes(txn, &element)? {
            found.insert((id.clone(), name), value);
        }
    }
    Ok(found)
}

/// Gives elements that are there these attributes.
pub fn set_attributes(
    txn: &mut TransactionMut<'_>,
    root: &XmlFragmentRef,
    wanted: &Attributes,
) -> Result<(), Unfit> {
    let mut by_element: HashMap<&BranchID, Vec<(&String, &Any)>> = HashMap::new();
    for ((id, name), value) in wanted {
        by_element.entry(id).or_default().push((name, value));
    }
    for element in elements(txn, root)? {
        let id = AsRef::<Branch>::as_ref(&element).id();
        for (name, value) in by_element.remove(&id).unwrap_or_default() {
            element.insert_attribute(txn, name.as_str(), value.clone());
        }
    }
    Ok(())
}

/// All elements, each before what is in it.
fn elements<T: ReadTxn>(txn: &T, root: &XmlFragmentRef) -> Result<Vec<XmlElementRef>, Unfit> {
    let mut found = Vec::new();
    let mut level: Vec<XmlElementRef> = elements_in(txn, root);
    for _ in 0..=NESTING_MAX {
        let below = level.iter().flat_map(|element| elements_in(txn, element));
        let below = below.collect();
        found.append(&mut level);
        level = below;
        if level.is_empty() {
            return Ok(found);
        }
    }
    Err(Unfit::TooDeep)
}

fn elements_in<T: ReadTxn>(txn: &T, parent: &impl XmlFragment) -> Vec<XmlElementRef> {
    let children = parent.children(txn);
    children.filter_map(XmlOut::into_xml_element).collect()
}

fn runs<T: ReadTxn>(txn: &T, text: &XmlTextRef) -> Result<Vec<Run>, Unfit> {
    let mut runs: Vec<Run> = Vec::new();
    for diff in text.diff(txn, YChange::identity) {
        let piece = match diff.insert {
            Out::Any(Any::String(text)) => Piece::Text(text.to_string()),
            Out::Any(value) => Piece::Embed(value),
            _ => return Err(Unfit::Foreign),
        };
        let marks: Values = diff
            .attributes
            .into_iter()
            .flat_map(|marks| *marks)
            .filter(|(_, value)| *value != Any::Null)
            .map(|(name, value)| (name.to_string(), value))
            .collect();
        match (runs.last_mut(), piece) {
            (
                Some(Run {
                    piece: Piece::Text(before),
                    marks: same,
                }),
                Piece::Text(text),
            ) if *same == marks => before.push_str(&text),
            (_, piece) => runs.push(Run { piece, marks }),
        }
    }
    Ok(runs)
}

/// Writes a node at a place.
pub fn write(txn: &mut TransactionMut<'_>, parent: &impl XmlFragment, index: u32, node: &Node) {
    match node {
        Node::Element(element) => {
            let made = parent.insert(txn, index, XmlElementPrelim::empty(element.tag.as_str()));
            for (name, value) in &element.attributes {
                made.insert_attribute(txn, name.as_str(), value.clone());
            }
            for (index, child) in (0..).zip(&element.children) {
                write(txn, &made, index, child);
            }
        }
        Node::Text(runs) => {
            let made = parent.insert(txn, index, XmlTextPrelim::new(""));
            for run in runs {
                let marks: Attrs = run
                    .marks
                    .iter()
                    .map(|(name, value)| (Arc::from(name.as_str()), value.clone()))
                    .collect();
                let end = made.len(txn);
                match &run.piece {
                    Piece::Text(text) => made.insert_with_attributes(txn, end, text, marks),
                    Piece::Embed(value) => {
                        made.insert_embed_with_attributes(txn, end, value.clone(), marks);
                    }
                }
            }
        }
    }
}
