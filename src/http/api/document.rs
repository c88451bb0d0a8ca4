//! What the OpenAPI document says of the API as a whole.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::http::problem::Problem;

/// The name of the security scheme for bearer tokens.
pub(super) const BEARER: &str = "bearer";
/// The name of the security scheme for the session of the pages.
pub(super) const COOKIE: &str = "session";

const ABOUT: &str = "\
The native API of this instance. Everything is JSON; ids are decimal strings; times are RFC 3339 in UTC.

Register or log in to get a bearer token and send it as `Authorization: Bearer …`. A token made for a program may \
have fewer scopes: `read`, `write` and `follow`. What is under `/api/admin` is for admins, whose tokens need \
`admin:read` or `admin:write`; such a token is made by the command `rookery token create`.

Lists are pages: `next_cursor` leads to what is older and `prev_cursor`, where a list has it, to what is newer; the \
same addresses stand in the `Link` header.

A refused request answers a problem document (RFC 9457) with a stable `code`, the `field` it is about, and a \
`detail` in English. `X-RateLimit-Limit`, `-Remaining` and `-Reset` tell how often you may ask.";

/// The document before any route.
pub(super) fn empty() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Rookery")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(LicenseBuilder::new().name("AGPL-3.0-only").identifier(Some("AGPL-3.0-only")).build()))
        .build();
    let components = ComponentsBuilder::new()
        .schema(Problem::name(), Problem::schema())
        .security_scheme(BEARER, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
        .security_scheme(COOKIE, SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("rookery_session"))))
        .build();
    OpenApiBuilder::new().info(info).paths(Paths::new()).components(Some(components)).build()
}
