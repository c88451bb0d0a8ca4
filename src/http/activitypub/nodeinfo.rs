//! NodeInfo: what this server is.

use axum::extract::State;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::error::Error;
use crate::federation::objects::nodeinfo::{About, NodeInfo, Usage, Version};
use crate::http::extract::Path;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::service::Registration;

/// `GET /.well-known/nodeinfo`
pub(super) async fn links(State(state): State<AppState>) -> Result<Response, ApiError> {
    answer(&NodeInfo::links(state.service.addresses().origin()), "application/json".to_owned())
}

/// `GET /nodeinfo/2.0` and `/nodeinfo/2.1`
pub(super) async fn document(
    State(state): State<AppState>,
    Path(version): Path<String>,
) -> Result<Response, ApiError> {
    let version = match version.as_str() {
        "2.0" => Version::V2_0,
        "2.1" => Version::V2_1,
        _ => return Err(Error::NotFound("version of NodeInfo").into()),
    };
    let counts = state.service.counts().await?;
    let about = About {
        name: state.service.rules().instance_name.clone(),
        description: state.service.rules().instance_description.clone(),
        open_registrations: state.service.rules().registration == Registration::Open,
        repository: Some(env!("CARGO_PKG_REPOSITORY")).filter(|address| !address.is_empty()),
        usage: Some(Usage {
            users: counts.users,
            active_month: counts.active_month,
            active_halfyear: counts.active_halfyear,
            posts: counts.tweets,
        }),
    };
    answer(&NodeInfo::new(version, &about), version.content_type())
}

fn answer(document: &NodeInfo, content_type: String) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(document).map_err(Error::internal)?;
    let headers = [(CONTENT_TYPE, content_type), (ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned())];
    Ok((headers, body).into_response())
}
