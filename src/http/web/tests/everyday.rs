//! What people do here every day, from the first visit to logging out.

use super::browser::Part;
use super::world::{PASSWORD, worlds};

fn id_of(href: &str) -> String {
    href.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_community_begins_talks_and_reads() {
    for world in worlds().await {
        let ann = world.browser();
        assert_eq!(ann.get("/").await.location(), "/setup", "{}", world.engine);
        assert_eq!(ann.get("/@ann").await.location(), "/setup");
        ann.open("/setup").await;
        let account = [("username", "ann"), ("email", "ann@example.org"), ("password", PASSWORD)];
        ann.submit("/setup", &account).await.has("Welcome!").has("Your branch is still quiet");
        assert_eq!(ann.get("/setup").await.location(), "/");

        let bob = world.browser();
        bob.open("/").await.has("Welcome to Rookery");
        bob.open("/signup").await;
        let account = [("username", "bob"), ("email", "bob@example.org"), ("password", PASSWORD)];
        bob.submit("/signup", &account).await.has("Welcome!");
        bob.post("/logout", &[]).await;
        let login = [("login", "bob"), ("password", PASSWORD), ("return_to", "/@ann")];
        assert_eq!(bob.post("/login", &login).await.location(), "/@ann");

        let post = ann.tweet("Hello #rooks, this is Ann.").await;
        let home = ann.open("/home").await;
        home.has("this is Ann.");
        assert_eq!(post, format!("/@ann/{}", id_of(&post)), "{}", world.engine);
        bob.open("/local").await.has("this is Ann.");
        bob.open("/tags/rooks").await.has("this is Ann.");

        let compose = bob.open(&format!("/compose?reply_to={}", id_of(&post))).await;
        compose.has("@ann ");
        assert_eq!(compose.input("return_to"), post);
        let reply = [
            Part::Text("text", "@ann Good morning!"),
            Part::Text("reply_to", &compose.input("reply_to")),
            Part::Text("return_to", &compose.input("return_to")),
            Part::Text("once", &compose.input("once")),
        ];
        for _ in 0..2 {
            // Sent twice, as by an impatient click, it is one reply.
            assert_eq!(bob.post_parts("/tweets", &reply).await.location(), post);
        }
        let thread = ann.open(&post).await;
        assert_eq!(thread.html.matches("Good morning!").count(), 1);
    }
}

#[tokio::test]
async fn what_one_does_to_a_post_shows_and_is_told_to_its_author() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = ann.tweet("Look at this").await;
        let act = format!("/tweets/{}", id_of(&post));
        let back = [("return_to", post.as_str())];

        bob.submit(&format!("{act}/like"), &back).await.has(&format!("{act}/unlike")).has("1 like");
        bob.submit(&format!("{act}/unlike"), &back)
            .await
            .has(&format!("formaction=\"{act}/like"))
            .has_not("1 like");
        bob.submit(&format!("{act}/like"), &back).await;
        bob.submit(&format!("{act}/retweet"), &back).await.has("1 repost");
        bob.submit(&format!("{act}/unretweet"), &back).await.has_not("1 repost");
        bob.submit(&format!("{act}/retweet"), &back).await;
        bob.submit(&format!("{act}/bookmark"), &back).await.has(&format!("{act}/unbookmark"));
        bob.open("/bookmarks").await.has("Look at this");
        bob.submit(&format!("{act}/unbookmark"), &back).await;
        bob.open("/bookmarks").await.has_not("Look at this");

        let ann_id = world.service.account_by_handle("ann").await.unwrap().id;
        bob.submit(&format!("/accounts/{ann_id}/follow"), &[("return_to", "/@ann")]).await.has("1 follower");
        bob.open("/home").await.has("Look at this");
        bob.open("/@ann/followers").await.has("@bob");
        bob.open("/@bob/following").await.has("@ann");

        let told = ann.open("/notifications").await;
        told.has("liked your post").has("reposted your post").has("follows you").has("(3) ");
        let read = [("up_to", told.input("up_to")), ("return_to", "/notifications".to_owned())];
        let read: Vec<(&str, &str)> = read.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ann.submit("/notifications/read", &read).await.has("All read.").has_not("(3) ");
        ann.open("/notifications").await.has_not("All read.");
    }
}

#[tokio::test]
async fn a_post_is_edited_pinned_and_deleted_by_its_author() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let post = ann.tweet("First version").await;
        let act = format!("/tweets/{}", id_of(&post));
        let form = ann.open(&format!("{act}/edit")).await;
        form.has("First version");
        world.clock.advance(60_000);
        let change = [
            Part::Text("text", "Second version"),
            Part::Text("language", "de"),
            Part::Text("return_to", &form.input("return_to")),
        ];
        let answer = ann.post_parts(&format!("{act}/edit"), &change).await;
        ann.open(&answer.location()).await.has("Changes saved.").has("Second version").has("lang=\"de\"");
        ann.open(&format!("{act}/history")).await.has("First version").has("Second version");

        ann.submit(&format!("{act}/pin"), &[("return_to", "/@ann")]).await.has("Pinned to your profile");
        ann.open("/@ann").await.has("<span>Pinned</span>");
        ann.open("/local").await.has("Second version").has_not("<span>Pinned</span>");
        ann.submit(&format!("{act}/unpin"), &[("return_to", "/@ann")]).await.has("Unpinned");

        let question = ann.open(&format!("{act}/delete?return_to={post}")).await;
        question.has("Delete this post?");
        let back = [("return_to", post.as_str())];
        let after = ann.submit(&format!("{act}/delete"), &back).await;
        after.has("Deleted.").has_not("Second version");
        assert_eq!(ann.get(&post).await.status, 404, "{}", world.engine);

        let out = ann.submit("/logout", &[]).await;
        out.has("You are logged out");
        assert!(ann.get("/home").await.location().starts_with("/login"));
    }
}
