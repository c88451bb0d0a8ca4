//! Apps and their codes: what is kept of them, and for how long.

use futures_util::future::join_all;

use super::world::{World, worlds};
use crate::clock::DAY_MS;
use crate::config::limits::{APP_TOKENS_MAX, OAUTH_CODE_KEEP_MS, UNUSED_APP_KEEP_MS};
use crate::error::{Error, Result};
use crate::model::app::App;
use crate::model::event::Event;
use crate::model::ids::AccountId;
use crate::secrets;
use crate::service::upkeep::forget_old;
use crate::service::{AppSecret, Credential, NewApp, Offer, Token, Wish};
use crate::store::tests::counted;

const CALLBACK: &str = "https://app.example/cb";

async fn app(world: &World, name: &str) -> (App, AppSecret) {
    let new = NewApp {
        name: name.to_owned(),
        redirect_uris: vec![CALLBACK.to_owned()],
        scopes: "read write".to_owned(),
        ..NewApp::default()
    };
    let (app, secret) = world.service.register_app(new).await.unwrap();
    let client_id = app.client_id.clone();
    (app, AppSecret { client_id, secret })
}

async fn code(world: &World, account: AccountId, app: &App) -> String {
    let wish = Wish { redirect_uri: CALLBACK.to_owned(), scopes: "read".to_owned(), challenge: None };
    world.service.give_code(account, app, wish).await.unwrap()
}

async fn exchange(world: &World, client: &AppSecret, code: &str) -> Result<Token> {
    let offer = Offer { code: code.to_owned(), redirect_uri: CALLBACK.to_owned(), verifier: None };
    world.service.exchange_code(client, offer, "192.0.2.1".to_owned()).await
}

async fn acts(world: &World, token: &Token) -> bool {
    matches!(world.service.credential(&token.secret).await.unwrap(), Some(Credential::Person(_)))
}

#[tokio::test]
async fn of_a_code_that_is_offered_twice_at_once_no_token_is_left() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (app, client) = app(&world, "Elk").await;
        let code = code(&world, ann, &app).await;
        let offers = join_all((0..4).map(|_| exchange(&world, &client, &code))).await;
        let given: Vec<Token> = offers.into_iter().flatten().collect();
        assert_eq!(given.len(), 1, "{}", world.engine);
        assert!(!acts(&world, &given[0]).await, "{}", world.engine);
    }
}

#[tokio::test]
async fn nothing_secret_is_kept_as_it_is() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (app, client) = app(&world, "Elk").await;
        let code = code(&world, ann, &app).await;
        let token = exchange(&world, &client, &code).await.unwrap();
        let own = world.service.token_for_app(&client, "read").await.unwrap();
        let hashes =
            [&client.secret, &code, &token.secret, &own.secret].map(|text| secrets::token_hash(text));
        let found = world.store().read(move |conn| {
            let (_, secret) = crate::store::apps::by_client_id(conn, &client.client_id)?.unwrap();
            let code = crate::store::apps::code_by_hash(conn, &hashes[1])?;
            let own = crate::store::apps::token_by_hash(conn, &hashes[3])?;
            Ok((secret == hashes[0], code.is_some(), own.is_some()))
        });
        assert_eq!(
            found.await.unwrap(),
            (true, true, true),
            "{}: they are found by their hashes",
            world.engine
        );
    }
}

#[tokio::test]
async fn ending_a_token_is_told_to_everybody_who_listens() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (app, client) = app(&world, "Elk").await;
        let code_one = code(&world, ann, &app).await;
        let token = exchange(&world, &client, &code_one).await.unwrap();
        let (revoked, log) = world.logged_by(world.service.revoke_token(&client, &token.secret)).await;
        assert!(revoked.is_ok());
        assert_eq!(log, [Event::SessionsEnded { account: ann }], "{}", world.engine);
        let code_two = code(&world, ann, &app).await;
        let token = exchange(&world, &client, &code_two).await.unwrap();
        let (ended, log) = world.logged_by(world.service.end_app(ann, app.id)).await;
        assert!(ended.is_ok() && !acts(&world, &token).await);
        assert_eq!(log, [Event::SessionsEnded { account: ann }], "{}", world.engine);
        assert!(matches!(world.service.end_app(ann, app.id).await, Err(Error::NotFound(_))));
    }
}

#[tokio::test]
async fn an_app_that_never_acted_for_anybody_is_forgotten_and_one_that_did_stays() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (used, client) = app(&world, "Elk").await;
        let (idle, idle_client) = app(&world, "Spam").await;
        let code = code(&world, ann, &used).await;
        let token = exchange(&world, &client, &code).await.unwrap();
        let own = world.service.token_for_app(&idle_client, "read").await.unwrap();
        world.clock.advance(OAUTH_CODE_KEEP_MS);
        forget_old(&world.service).await.unwrap();
        let rows = async || counted::counts(world.store()).await;
        assert_eq!(
            rows().await["oauth_codes"],
            1,
            "{}: one that is tried again is known still",
            world.engine
        );
        world.clock.advance(DAY_MS);
        forget_old(&world.service).await.unwrap();
        assert_eq!(rows().await["oauth_codes"], 0, "{}", world.engine);
        assert_eq!(rows().await["oauth_apps"], 2, "{}", world.engine);
        world.clock.advance(UNUSED_APP_KEEP_MS);
        forget_old(&world.service).await.unwrap();
        assert!(matches!(world.service.app(idle.id).await, Err(Error::NotFound(_))), "{}", world.engine);
        assert_eq!(world.service.credential(&own.secret).await.unwrap(), None, "{}", world.engine);
        assert!(world.service.app(used.id).await.is_ok() && acts(&world, &token).await, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_app_has_few_tokens_of_its_own_and_the_oldest_ends_first() {
    for world in worlds().await {
        let (_, client) = app(&world, "Elk").await;
        let mut tokens = Vec::new();
        for _ in 0..=APP_TOKENS_MAX {
            tokens.push(world.service.token_for_app(&client, "read").await.unwrap().secret);
        }
        assert_eq!(world.service.credential(&tokens[0]).await.unwrap(), None, "{}", world.engine);
        assert!(world.service.credential(&tokens[1]).await.unwrap().is_some(), "{}", world.engine);
        assert_eq!(counted::counts(world.store()).await["app_tokens"], APP_TOKENS_MAX, "{}", world.engine);
    }
}

#[tokio::test]
async fn the_apps_of_a_person_are_listed_once_each_with_all_that_they_may_do() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let (first, client) = app(&world, "Elk").await;
        let (second, other) = app(&world, "Tusky").await;
        for scopes in ["read", "write:media read"] {
            let wish = Wish { redirect_uri: CALLBACK.into(), scopes: scopes.into(), challenge: None };
            let code = world.service.give_code(ann, &first, wish).await.unwrap();
            exchange(&world, &client, &code).await.unwrap();
        }
        world.clock.advance(DAY_MS);
        let code = code(&world, ann, &second).await;
        exchange(&world, &other, &code).await.unwrap();
        let apps = world.service.apps_of(ann).await.unwrap();
        let shown: Vec<(&str, &str)> =
            apps.iter().map(|used| (used.app.name.as_str(), used.scopes.as_str())).collect();
        assert_eq!(shown, [("Tusky", "read"), ("Elk", "read write:media")], "{}", world.engine);
        assert!(world.service.apps_of(bob).await.unwrap().is_empty());
    }
}
