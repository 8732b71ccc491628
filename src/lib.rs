//! Slovo compiles promises made to users into Prometheus rules.
//!
//! Data flows one way; each stage imports only the stages above it:
//!
//! ```text
//! bytes  -> project   -> SourceMap, Config   reads the disk; the only place that does, with cli
//!        -> syntax    -> ast::File           total: never fails, keeps comments and places; per file, in parallel
//!        -> resolve   -> Names               tables beside the trees, which are never changed
//!        -> elaborate -> ir::Model           type-checks each promise while making it; broken ones are left out
//!        -> check     -> diagnostics         arithmetic and sense, on the model; errors stop here
//!        -> rules     -> RuleSet             recording and alert rules as values, a journey at a time
//!        -> backend   -> [Artifact]          pure functions
//!        -> cli       -> disk                only what changed; a manifest lists what is ours
//! ```
//!
//! A `&mut Diagnostics` goes through every stage: a user's mistake is a diagnostic, never an `Err`; `Err` is for I/O.
//! Nothing outside `syntax` names pest's `Rule`; nothing outside `diag::render` names codespan; the tree never reaches
//! a backend.
//!
//! Whoever embeds it begins with a [`Project`] and its [`Analysis`]:
//!
//! ```
//! use slovo::Project;
//! use slovo::analysis::Trees;
//!
//! let text = "team shop \"Shop team\" {\n  tickets \"shop\"\n}\njourney buy \"Buy\" {\n  owner shop\n}\n";
//! let project = Project::in_memory(&[("buy.slovo", text)], "project: shop\n");
//! let analysis = project.analyse(Trees::default());
//! assert!(!analysis.diagnostics.has_errors());
//!
//! // Which name is at the cursor, and where is it declared?
//! let (file, source) = project.sources.iter().find(|(_, f)| f.path == "buy.slovo").unwrap();
//! let cursor = source.text.find("owner shop").unwrap() + "owner ".len();
//! let references = analysis.references(&project.sources);
//! let found = references.at(file, cursor).unwrap();
//! assert_eq!(found.symbol.path, ["shop"]);
//! assert_eq!(references.declaration(&found.symbol).unwrap().range(), 5..9);
//! ```

pub(crate) mod addresses;
pub mod against;
pub mod analysis;
pub mod ast;
pub mod backend;
pub mod catalogue_import;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod diag;
pub mod driver;
pub mod elaborate;
pub mod export;
pub mod exposition;
pub mod fmt;
pub mod import;
pub mod ir;
#[cfg(feature = "live")]
pub mod live;
pub(crate) mod parallel;
pub mod project;
pub mod promql;
pub mod render;
pub mod required;
pub mod resolve;
pub mod rules;
pub(crate) mod sentences;
pub(crate) mod series;
pub mod source;
pub mod syntax;
pub mod value;
pub mod write;

pub use analysis::Analysis;
pub use diag::Diagnostic;
pub use driver::analyse;
pub use ir::Model;
pub use project::Project;
