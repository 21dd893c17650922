//! What a page shows when it cannot be shown. The status of an error is decided here.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use ferrobot_data::{ControlError, RestError};
use minijinja::context;
use tracing::error;

use crate::site::Site;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// Nothing of that name.
    #[error("there is no {0}")]
    NotFound(String),
    /// What the user asked for makes no sense.
    #[error("{0}")]
    BadRequest(String),
    /// The form came from another site's page.
    #[error("this form was not sent from a page of this site")]
    ForeignForm,
    /// The state could not be read or the action failed.
    #[error("{0}")]
    Failed(String),
    /// A template is wrong.
    #[error("render the page: {0}")]
    Template(#[from] minijinja::Error),
}

impl From<RestError> for PageError {
    fn from(error: RestError) -> PageError {
        match error {
            RestError::NotFound(what) => PageError::NotFound(what),
            RestError::BadRequest(why) | RestError::NoSuchAction(why) => PageError::BadRequest(why),
            RestError::Internal(why) => PageError::Failed(why),
        }
    }
}

impl From<ControlError> for PageError {
    fn from(error: ControlError) -> PageError {
        match error {
            ControlError::Invalid(why) => PageError::BadRequest(why.to_string()),
            ControlError::NotFound(what) => PageError::NotFound(what),
            ControlError::Failed(why) => PageError::Failed(why),
        }
    }
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            PageError::NotFound(_) => StatusCode::NOT_FOUND,
            PageError::BadRequest(_) => StatusCode::BAD_REQUEST,
            PageError::ForeignForm => StatusCode::FORBIDDEN,
            PageError::Failed(_) | PageError::Template(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The error as a page.
    pub(crate) fn page(&self, site: &Site) -> Response {
        let status = self.status();
        if status.is_server_error() {
            error!("a page failed: {self}");
        }
        let page =
            context! { status => status.as_u16(), reason => status.canonical_reason(), message => self.to_string() };
        match site.render("error.html", "", page) {
            Ok(html) => (status, Html(html)).into_response(),
            Err(_) => (status, self.to_string()).into_response(),
        }
    }
}

/// A finished page, or the error's page.
pub(crate) fn answer(site: &Site, page: Result<String, PageError>) -> Response {
    match page {
        Ok(html) => Html(html).into_response(),
        Err(error) => error.page(site),
    }
}

pub(crate) async fn no_such_page(State(site): State<Site>) -> Response {
    PageError::NotFound("page at this address".to_owned()).page(&site)
}
