//! NodeInfo: what this server is.

use axum::extract::State;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::clock::DAY_MS;
use crate::error::Error;
use crate::federation::objects::nodeinfo::{About, NodeInfo, Usage, Version};
use crate::http::extract::Path;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::service::Registration;
use crate::store::accounts;

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
    let now_ms = state.service.clock().now_ms();
    let counted = state
        .service
        .store()
        .read(move |conn| {
            let active = |conn: &mut _, days: i64| {
                accounts::count_active_local(conn, now_ms.saturating_sub(days.saturating_mul(DAY_MS)))
            };
            let users = accounts::count_local(conn)?;
            Ok((users, active(conn, 30)?, active(conn, 180)?, accounts::count_local_tweets(conn)?))
        })
        .await;
    let (users, month, halfyear, posts) = counted.map_err(Error::from)?;
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    let about = About {
        name: state.service.rules().instance_name.clone(),
        description: state.service.rules().instance_description.clone(),
        open_registrations: state.service.rules().registration == Registration::Open,
        repository: state.service.addresses().origin().to_owned(),
        usage: Some(Usage {
            users: count(users),
            active_month: count(month),
            active_halfyear: count(halfyear),
            posts: count(posts),
        }),
    };
    answer(&NodeInfo::new(version, &about), version.content_type())
}

fn answer(document: &NodeInfo, content_type: String) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(document).map_err(Error::internal)?;
    let headers = [(CONTENT_TYPE, content_type), (ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned())];
    Ok((headers, body).into_response())
}
