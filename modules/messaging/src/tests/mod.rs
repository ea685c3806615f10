//! Tests of the module as a whole.

mod corpus;
mod frozen_shapes;
mod outsiders;
mod put_back;
mod replay;
mod shown_to;
mod who_may;
