//! `sekoci drill undo`.

use super::ledger;
use crate::cli::{Connection, Failure};
use drill::{Doors, Undoing, put_back};
use kernel::id::Uuid;

/// How far back the record is looked through for drills without an end.
const LOOK_BACK: u32 = 100;

/// Arguments of `sekoci drill undo`.
#[derive(clap::Args)]
pub struct Arguments {
    /// A drill whose runner is gone and was on another machine: every node is put back
    #[arg(long, value_name = "ID")]
    drill: Option<Uuid>,
    #[command(flatten)]
    connection: Connection,
}

/// A drill that has no end.
pub struct UnderWay {
    /// Its id.
    pub id: Uuid,
    line: String,
}

/// Puts back what drills have left.
///
/// # Errors
/// Refused where something could not be put back, or a drill of another machine has no end.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let doors = Doors::new(arguments.connection.client()?);
    crate::cli::block_on(async {
        let count = ledger::put_back_left_overs(&arguments.connection, &doors).await?;
        if let Some(id) = arguments.drill {
            let nodes = doors.nodes().await;
            let nodes = nodes.map_err(|e| Failure::failed(e.to_string()))?;
            let undoings: Vec<Undoing> = nodes
                .into_iter()
                .map(|node| Undoing::Restore {
                    node,
                    through_itself: true,
                })
                .collect();
            ledger::must_be_back(&put_back(&doors, &undoings).await)?;
            ledger::end(&doors, id).await?;
            println!("every node is put back, and drill {id} is ended");
            return Ok(());
        }
        println!("{count} drills were left here and are put back");
        let open = under_way(&doors).await?;
        match open.first() {
            None => Ok(()),
            Some(one) => Err(Failure::refused(format!(
                "{} runs, or its runner is gone that was on another machine: then --drill {}",
                one.line, one.id
            ))),
        }
    })
}

/// The drills on record that have no end, but for rehearsals, which break nothing.
///
/// # Errors
/// When no site answers.
pub async fn under_way(doors: &Doors) -> Result<Vec<UnderWay>, Failure> {
    let drills = doors.drills(None, LOOK_BACK).await;
    let drills = drills.map_err(|e| Failure::failed(e.to_string()))?;
    let open = drills
        .iter()
        .filter(|drill| drill["ended_at"].is_null() && drill["scenario"] != continuity::REHEARSAL);
    Ok(open
        .filter_map(|drill| {
            let id: Uuid = drill["drill_id"].as_str()?.parse().ok()?;
            let (scenario, by) = (drill["scenario"].as_str()?, drill["started_by"].as_str()?);
            Some(UnderWay {
                id,
                line: format!("drill {id} ({scenario}, started by {by})"),
            })
        })
        .collect())
}
