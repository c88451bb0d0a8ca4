//! What cannot be done or is not there, as pages.

use axum::body::Body;
use axum::http::Request;

use super::browser::Part;
use super::world::worlds;

#[tokio::test]
async fn what_is_not_there_is_a_page_of_its_own() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let visitor = world.browser();
        for browser in [&ann, &visitor] {
            for path in
                ["/nowhere", "/@nobody", "/@ann/17", "/tags/%21", "/tweets/17/history", "/@nobody/followers"]
            {
                let page = browser.get(path).await;
                assert_eq!(page.status, 404, "{path}");
                page.has("Nothing on this branch").check(path);
            }
        }
        for (path, status) in [("/@ann/x", 400), ("/home?cursor=x", 422), ("/logout", 405)] {
            let page = ann.get(path).await;
            assert_eq!(page.status, status, "{path}");
            page.check(path);
        }
        for act in ["like", "retweet", "bookmark", "pin"] {
            let page = ann.post(&format!("/tweets/17/{act}"), &[]).await;
            assert_eq!(page.status, 404, "{act}");
            page.check(act);
        }
        assert_eq!(ann.post("/notifications/read", &[("up_to", "x")]).await.status, 422);
    }
}

#[tokio::test]
async fn another_persons_post_cannot_be_changed() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = ann.tweet("mine").await;
        let act = format!("/tweets/{}", post.rsplit('/').next().unwrap());
        for path in [format!("{act}/edit"), format!("{act}/delete")] {
            let page = bob.get(&path).await;
            assert_eq!(page.status, 403, "{path}");
            page.has("Not for you").has("This belongs to somebody else.").has_not("/login").check(&path);
        }
        assert_eq!(bob.post(&format!("{act}/delete"), &[]).await.status, 403);
        assert_eq!(bob.post_parts(&format!("{act}/edit"), &[Part::Text("text", "yours")]).await.status, 403);
        assert_eq!(bob.post(&format!("{act}/pin"), &[]).await.status, 403);
        ann.open(&post).await.has("mine");
    }
}

#[tokio::test]
async fn programs_keep_their_problem_documents() {
    for world in worlds().await {
        world.person("ann").await;
        for (path, accept) in
            [("/nowhere", "*/*"), ("/api/nowhere", "text/html"), ("/nowhere", "application/json")]
        {
            let request = Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
            let answer = world.send(request).await;
            assert_eq!(answer.headers["content-type"], "application/problem+json", "{path} {accept}");
        }
    }
}

#[tokio::test]
async fn error_pages_speak_the_readers_language() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        ann.set_cookie("rookery_language", "de");
        ann.get("/nowhere").await.has("<html lang=\"de\"");
        let request =
            Request::get("/nowhere").header("accept", "text/html").header("accept-language", "de-AT");
        world.send(request.body(Body::empty()).unwrap()).await.has("<html lang=\"de\"");
    }
}
