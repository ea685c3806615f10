//! `sekoci module`: the process of one module of a site, which starts it and talks to it over the socket
//! that is its standard input.

use crate::cli::failure::{Failure, with_sources};
use crate::serve;
use clap::Args;
use std::os::fd::AsFd;

/// Arguments of `sekoci module`.
#[derive(Args)]
pub struct Arguments {
    /// The module
    name: String,
    /// The most memory it may take
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(16..=1 << 20))]
    memory_mib: u64,
}

/// Runs the subcommand until the site that started it is gone.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    serve::set_up_memory();
    let modules = serve::modules();
    let module = modules.iter().find(|m| m.name() == arguments.name);
    let Some(module) = module else {
        return Err(Failure::argument("NAME", "no module has this name"));
    };
    let control = std::io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .map_err(|e| Failure::failed(with_sources(&e)))?;
    server::runtime::host(module, control, arguments.memory_mib).map_err(|e| {
        Failure::failed(format!(
            "a site starts this by itself, with a socket as standard input: {e}"
        ))
    })
}
