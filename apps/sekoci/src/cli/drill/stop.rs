//! `sekoci drill stop`.

use super::undo::under_way;
use crate::cli::{Connection, Failure};
use drill::Doors;
use kernel::id::Uuid;

/// Arguments of `sekoci drill stop`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The drill; the one under way where absent
    #[arg(long, value_name = "ID")]
    drill: Option<Uuid>,
    #[command(flatten)]
    connection: Connection,
}

/// Asks for it through the record, which whoever runs it looks at every second.
///
/// # Errors
/// Refused where no drill is under way.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let doors = Doors::new(arguments.connection.client()?);
    crate::cli::block_on(async {
        let id = match arguments.drill {
            Some(id) => id,
            None => {
                let drills = under_way(&doors).await?;
                drills
                    .first()
                    .map(|one| one.id)
                    .ok_or_else(|| Failure::refused("no drill is under way"))?
            }
        };
        doors
            .ask_stop(id)
            .await
            .map_err(|e| Failure::refused(e.to_string()))?;
        println!("drill {id} is asked to stop");
        Ok(())
    })
}
