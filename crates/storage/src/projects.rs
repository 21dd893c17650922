//! Table `projects`.

use ferrobot_model::ProjectId;
use rusqlite::{Connection, params};

use crate::{StorageError, named::Named};

const PROJECTS: Named = Named {
    find: "SELECT id FROM projects WHERE name_hash = ?",
    add: "INSERT INTO projects (name, slug, name_hash) VALUES (?1, ?1, ?2)",
};

/// The row of this name, made when there is none.
pub fn find_or_add(conn: &Connection, name: &str) -> Result<ProjectId, StorageError> {
    Ok(ProjectId(PROJECTS.find_or_add(conn, name)?))
}

/// What the configuration says about a project.
#[derive(Debug, Clone, Copy)]
pub struct ProjectInfo<'a> {
    /// Its name in paths.
    pub slug: &'a str,
    /// Description, as written.
    pub description: Option<&'a str>,
    /// `markdown` or none.
    pub description_format: Option<&'a str>,
    /// Rendered description.
    pub description_html: Option<&'a str>,
}

/// Sets slug and description.
pub fn set_info(conn: &Connection, project: ProjectId, info: ProjectInfo<'_>) -> Result<(), StorageError> {
    conn.prepare_cached(
        "UPDATE projects SET slug = ?, description = ?, description_format = ?, description_html = ? WHERE id = ?",
    )?
    .execute(params![info.slug, info.description, info.description_format, info.description_html, project.0])?;
    Ok(())
}
