//! The queries. They take no time: what is due or stale is told by its moment, and whoever asks
//! compares. So they answer as of any moment as well.

mod asset;
mod asset_graph;
mod asset_impact;
mod asset_list;
mod breach_list;
mod circles;
mod dependency_list;
mod drill_calendar;
mod drill_cost;
mod export;
mod finding_list;
mod planned;
mod standing;
mod template_list;

pub use asset::{AssetDetail, AssetParams, ObjectiveChange};
pub use asset_graph::{AssetGraph, GraphEdge, GraphNode, GraphParams};
pub use asset_impact::{AssetImpact, ImpactParams, Stopped};
pub use asset_list::{AssetItem, AssetListParams, AssetPage, Owner};
pub use breach_list::{Breach, BreachListParams};
pub use dependency_list::{DependencyItem, DependencyListParams, DependencyPage};
pub use drill_calendar::{CalendarLine, DrillCalendar, NoParams};
pub use drill_cost::{DrillCost, DrillCostParams};
pub use export::{Export, ExportParams};
pub use finding_list::{FindingItem, FindingListParams, FindingPage};
pub use planned::{AppliedTemplate, Planned, PlannedForm, PlannedRole};
pub use standing::{
    LastDrill, MeasuredAsset, OpenBreach, OpenFinding, Programme as ProgrammeFacts, may_read,
    programme,
};
pub use template_list::{TemplateDetail, TemplateItem, TemplateList, TemplateParams};

use crate::access::{Action, Keeper};
use kernel::page::Page;
use kernel::{Actor, DecideError, QuerySpec, SchemaOf, run_query};
use rusqlite::Connection;

macro_rules! query {
    ($name:literal, $summary:literal, $params:ty, $answer:expr, $run:path) => {
        QuerySpec {
            name: $name,
            summary: $summary,
            parameters: SchemaOf::of::<$params>(),
            answer: $answer,
            run: |rows, actor, text| run_query(rows, actor, text, $run),
        }
    };
}

/// The queries of this module.
pub const QUERIES: &[QuerySpec] = &[
    query!(
        "asset-list",
        "The register, by key.",
        AssetListParams,
        SchemaOf::of::<AssetPage>(),
        asset_list::asset_list
    ),
    query!(
        "asset",
        "An asset: why it has its class, what was promised of it, what it depends on in numbers.",
        AssetParams,
        SchemaOf::of::<AssetDetail>(),
        asset::asset
    ),
    query!(
        "dependency-list",
        "What an asset depends on, or what depends on it.",
        DependencyListParams,
        SchemaOf::of::<DependencyPage>(),
        dependency_list::dependency_list
    ),
    query!(
        "asset-impact",
        "What stops when an asset stops, nearest first, with the way it comes about.",
        ImpactParams,
        SchemaOf::of::<AssetImpact>(),
        asset_impact::asset_impact
    ),
    query!(
        "asset-graph",
        "Assets and dependencies to be drawn: around an asset, or the most urgent.",
        GraphParams,
        SchemaOf::of::<AssetGraph>(),
        asset_graph::asset_graph
    ),
    query!(
        "asset-export",
        "A part of the register as CSV, safe for spreadsheets, as `import-assets` takes it.",
        ExportParams,
        SchemaOf::of::<Export>(),
        export::assets
    ),
    query!(
        "dependency-export",
        "A part of the dependencies as CSV, as `import-dependencies` takes it.",
        ExportParams,
        SchemaOf::of::<Export>(),
        export::dependencies
    ),
    query!(
        "template-list",
        "The templates there are.",
        NoParams,
        SchemaOf::of::<TemplateList>(),
        template_list::template_list
    ),
    query!(
        "template",
        "What a template brings.",
        TemplateParams,
        SchemaOf::of::<TemplateDetail>(),
        template_list::template
    ),
    query!(
        "planned",
        "Command roles and forms that are planned, and templates that were applied.",
        NoParams,
        SchemaOf::of::<Planned>(),
        planned::planned
    ),
    query!(
        "drill-calendar",
        "Which scenarios are drilled when, and when each is due next; the soonest first.",
        NoParams,
        SchemaOf::of::<DrillCalendar>(),
        drill_calendar::drill_calendar
    ),
    query!(
        "finding-list",
        "Findings of drills, the latest first.",
        FindingListParams,
        SchemaOf::of::<FindingPage>(),
        finding_list::finding_list
    ),
    query!(
        "breach-list",
        "Objectives that were missed, the latest first.",
        BreachListParams,
        Page::<Breach>::schema_of(),
        breach_list::breach_list
    ),
    query!(
        "drill-cost",
        "What a drill's outages cost and avoided, with the method.",
        DrillCostParams,
        SchemaOf::of::<DrillCost>(),
        drill_cost::drill_cost
    ),
];

/// Nothing, where somebody may see the programme.
fn reader(rows: &Connection, actor: &Actor) -> Result<Keeper, DecideError> {
    Keeper::allowed(rows, actor, Action::Read)
}
