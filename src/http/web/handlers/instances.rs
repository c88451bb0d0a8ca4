//! Other instances, for admins: how they fare, and what is done about them.

use serde::Deserialize;

use crate::config::limits;
use crate::http::extract::{Form, Path, Query};
use crate::http::web::back::Back;
use crate::http::web::views::Nav;
use crate::http::web::views::pages::{InstanceAct, InstancePage, InstanceSurePage, InstancesPage};
use crate::http::web::visit::{Admin, Answer, Visit, show};
use crate::model::instance::InstanceState;
use crate::service::Operator;

const HERE: &str = "/admin/instances";

/// Which instances are asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Asked {
    state: String,
    after: String,
}

/// `GET /admin/instances?state=&after=`
pub(in crate::http::web) async fn list(Admin { visit, .. }: Admin, Query(asked): Query<Asked>) -> Answer {
    let state = InstanceState::from_word(&asked.state);
    let found = visit.service().instances(state, &asked.after, limits::PAGE_MAX).await?;
    let older = found.next.map(|after| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(state) = state {
            query.append_pair("state", state.word());
        }
        format!("{HERE}?{}", query.append_pair("after", &after).finish())
    });
    show(&InstancesPage { shell: visit.shell(Nav::Admin).await?, state, instances: found.items, older })
}

/// `GET /admin/instances/{host}`
pub(in crate::http::web) async fn one(Admin { visit, .. }: Admin, Path(host): Path<String>) -> Answer {
    let instance = visit.service().instance(&host).await?;
    show(&InstancePage { shell: visit.shell(Nav::Admin).await?, instance })
}

/// `POST /admin/instances/{host}/retry`
pub(in crate::http::web) async fn retry(
    Admin { visit, me }: Admin,
    Path(host): Path<String>,
    Form(form): Form<Back>,
) -> Answer {
    visit.service().retry_instance(Operator::Admin(me), &host).await?;
    done(&visit, &form, "instance-retried")
}

/// `GET /admin/instances/{host}/forget`
pub(in crate::http::web) async fn ask_forget(admin: Admin, path: Path<String>) -> Answer {
    ask(admin, path, InstanceAct::Forget).await
}

/// `POST /admin/instances/{host}/forget`
pub(in crate::http::web) async fn forget(
    Admin { visit, me }: Admin,
    Path(host): Path<String>,
    Form(form): Form<Back>,
) -> Answer {
    visit.service().forget_waiting(Operator::Admin(me), &host).await?;
    done(&visit, &form, "instance-forgotten")
}

/// `GET /admin/instances/{host}/block`
pub(in crate::http::web) async fn ask_block(admin: Admin, path: Path<String>) -> Answer {
    ask(admin, path, InstanceAct::Block).await
}

/// `POST /admin/instances/{host}/block`
pub(in crate::http::web) async fn block(
    Admin { visit, me }: Admin,
    Path(host): Path<String>,
    Form(form): Form<Back>,
) -> Answer {
    visit.service().block_instance(Operator::Admin(me), &host).await?;
    done(&visit, &form, "instance-blocked")
}

/// `POST /admin/instances/{host}/unblock`
pub(in crate::http::web) async fn unblock(
    Admin { visit, me }: Admin,
    Path(host): Path<String>,
    Form(form): Form<Back>,
) -> Answer {
    visit.service().unblock_instance(Operator::Admin(me), &host).await?;
    done(&visit, &form, "instance-unblocked")
}

async fn ask(Admin { visit, .. }: Admin, Path(host): Path<String>, act: InstanceAct) -> Answer {
    let host = visit.service().instance(&host).await?.host;
    show(&InstanceSurePage { shell: visit.shell(Nav::Admin).await?, host, act })
}

fn done(visit: &Visit, form: &Back, flash: &'static str) -> Answer {
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some(flash)))
}
